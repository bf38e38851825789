/**
 * A client's one connection as a state machine.
 *
 *     idle ──connect──▶ connecting ──opened──▶ open
 *                        ▲  │   ▲                │
 *          connect, due, │  │   └────────────────┤ refused, expired: at once, with another token; so from `connecting` itself
 *                   wake │  │ lost               │
 *                        │  ▼                    │
 *                      retrying ◀──────lost──────┘
 *
 *     any state ──close──▶ closed;  connecting, open ──stopped──▶ closed;  closed ──connect──▶ connecting
 *
 * It is pure: time and randomness come with the events. It is total by type: a state or an event without an answer does not compile. What
 * a state holds follows from the state alone (`connecting` and `open`: the socket of that attempt; `retrying`: a timer), so that the
 * driver, `connector.ts`, only makes the world like the state. Times are milliseconds since 1970 of the client's clock.
 */
import type { Cause } from "./cause.ts";
import { makeCause } from "./make-cause.ts";

/** The client's socket: what it does, and where it is closed or tried again, why. */
export type ConnectionState = Idle | Connecting | Open | Retrying | Closed;

/** Not started. Holds nothing. */
interface Idle {
  readonly state: "idle";
}

/** From the wish to connect until the daemon's welcome. Holds a socket. */
interface Connecting extends Attempt {
  readonly state: "connecting";
}

/** Welcomed: topics may be subscribed to. Holds a socket. */
interface Open extends Attempt {
  readonly state: "open";
  readonly since: number;
}

/** Waiting to connect again. Holds a timer. */
interface Retrying extends Attempt {
  readonly state: "retrying";
  readonly retryAt: number;
  readonly cause: Cause;
}

/** Stopped, until the application calls `connect()`. Holds nothing. */
interface Closed {
  readonly state: "closed";
  readonly cause: Cause;
}

interface Attempt {
  /** Counts sockets; a new number is a new socket. */
  readonly attempt: number;
  /** Connections lost in a row, for the backoff. */
  readonly failures: number;
  /** Why the token of this attempt is asked for, unless one that works is at hand. */
  readonly tokenReason: "connect" | "refused" | "expired";
}

export type ConnectionEvent =
  /** The application wants to be connected, now; or not any more. */
  | { readonly type: "connect" | "close" }
  /** The retry timer. */
  | { readonly type: "due" }
  /** The network, the page or the computer came back. */
  | { readonly type: "wake" }
  | { readonly type: "opened"; readonly now: number }
  | SocketEnd;

/** How a socket ends. `refused` and `expired` want another token; `stopped` can't be helped by trying again. */
export interface SocketEnd {
  readonly type: "lost" | "refused" | "expired" | "stopped";
  readonly now: number;
  /** When the socket last gave a sign of life. */
  readonly heardAt: number;
  readonly cause: Cause;
  readonly delay: Delay;
}

/**
 * How long a lost connection waits: by the backoff (`least` counts as that many failures), or within the daemon's window in ms, which
 * holds for the first loss in a row: from the second on the backoff is the least.
 */
export interface Delay {
  readonly window: readonly [from: number, until: number] | undefined;
  readonly least: number;
  /** A random number in [0, 1). */
  readonly draw: number;
}

/** Hears of each transition of the connection: what happened, and the state after it. */
export type Logger = (event: ConnectionEvent["type"], state: ConnectionState) => void;

type EventType = ConnectionEvent["type"];
type OfType<T extends EventType> =
  | Extract<ConnectionEvent, { type: T }>
  | (T extends SocketEnd["type"] ? SocketEnd : never);
type Transition<S, T extends EventType> = (from: S, event: OfType<T>) => ConnectionState;
type Table = {
  readonly [S in ConnectionState as S["state"]]: { readonly [T in EventType]: Transition<S, T> };
};
type WithSocket = Connecting | Open;

/** A connection that lived this long was a good one: the backoff starts over. Longer than a daemon that crashes at start needs. */
const STABLE_MS = 10_000;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
/** Whatever window a daemon names. */
const LONGEST_WINDOW_MS = 300_000;

export const INITIAL_CONNECTION: ConnectionState = { state: "idle" };

/** The state after an event: the same object where the event changes nothing. */
export function nextConnection(from: ConnectionState, event: ConnectionEvent): ConnectionState {
  const transition = TABLE[from.state][event.type] as Transition<ConnectionState, EventType>;
  return transition(from, event);
}

/** Without a socket, one of an earlier attempt may still say something. */
const NO_SOCKET = { opened: stay, lost: stay, refused: stay, expired: stay, stopped: stay };
const SOCKET_ENDS = { lost: retry, refused: renewToken, expired: renewToken, stopped: stop };
const NOT_WAITING = { due: stay, wake: stay };

const TABLE: Table = {
  idle: { connect: start, close, ...NOT_WAITING, ...NO_SOCKET },
  connecting: { connect: stay, close, ...NOT_WAITING, opened: open, ...SOCKET_ENDS },
  open: { connect: stay, close, ...NOT_WAITING, opened: stay, ...SOCKET_ENDS },
  retrying: { connect: reconnect, close, due: reconnect, wake: reconnect, ...NO_SOCKET },
  closed: { connect: start, close: stay, ...NOT_WAITING, ...NO_SOCKET },
};

function stay(from: ConnectionState): ConnectionState {
  return from;
}

function start(): Connecting {
  return { state: "connecting", attempt: 1, failures: 0, tokenReason: "connect" };
}

function reconnect({ attempt, failures, tokenReason }: Retrying): Connecting {
  return { state: "connecting", attempt: attempt + 1, failures, tokenReason };
}

function open(from: Connecting, { now }: OfType<"opened">): Open {
  return { ...from, state: "open", since: now };
}

function retry(from: WithSocket, { now, cause, delay }: SocketEnd): Retrying {
  const failures = failuresBefore(from, now) + 1;
  const { window, least, draw } = delay;
  // A window of nothing must not make a storm.
  const backoff = window && failures < 2 ? 0 : backoffMs(Math.max(failures, least), draw);
  const [first, last] = window ?? [0, 0];
  const waitMs = Math.max(backoff, Math.min(Math.floor(first + draw * (last - first)), LONGEST_WINDOW_MS));
  return {
    state: "retrying",
    attempt: from.attempt,
    failures,
    tokenReason: "connect",
    retryAt: now + waitMs,
    cause,
  };
}

/**
 * A token that was refused, or has expired, is replaced once, at once. A second refusal in a row stops; after a second expiry in a row (a
 * token that lives for seconds) the client waits.
 */
function renewToken(from: WithSocket, event: SocketEnd): ConnectionState {
  const again = from.tokenReason !== "connect" && !wasStable(from, event.now);
  if (again && event.type === "refused") return stop(from, event);
  const tokenReason = event.type === "expired" ? "expired" : "refused";
  if (again) return { ...retry(from, event), tokenReason };
  return {
    state: "connecting",
    attempt: from.attempt + 1,
    failures: failuresBefore(from, event.now),
    tokenReason,
  };
}

function stop(_: WithSocket, { cause }: SocketEnd): Closed {
  return { state: "closed", cause };
}

function close(): Closed {
  return { state: "closed", cause: makeCause("requested") };
}

function wasStable(from: WithSocket, now: number): boolean {
  return from.state === "open" && now - from.since >= STABLE_MS;
}

function failuresBefore(from: WithSocket, now: number): number {
  return wasStable(from, now) ? 0 : from.failures;
}

/**
 * Milliseconds to wait after so many failures in a row: anything from 0 up to 1, 2, 4 … 60 s ("full jitter", AWS Architecture
 * Blog, 2015), so that clients that were cut off together do not come back together.
 *
 * @param failures at least 1
 * @param draw a random number in [0, 1)
 */
export function backoffMs(failures: number, draw: number): number {
  return Math.floor(draw * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1)));
}
