/**
 * The connection's state machine: pure, and total by type: a state or an event without an answer does not compile.
 *
 * What a state holds follows from the state alone (`connecting`, `live` and `stale`: the socket of that attempt; `retrying`: a
 * timer), so that the driver only has to make the world like the state.
 */
import { backoffMs } from "./backoff.ts";
import type { Closed, Connecting, Connection, ConnectionEvent, Live, Retrying, Stale, State } from "./connection.ts";

/** A connection that lived this long was a good one: the backoff starts over. Longer than a daemon that crashes at start needs. */
const STABLE_MS = 10_000;

type EventType = ConnectionEvent["type"];
type In<S extends State> = Extract<Connection, { state: S }>;
type On<E extends EventType> = Extract<ConnectionEvent, { type: E }>;
type Move<S extends State, E extends EventType> = (from: In<S>, event: On<E>) => Connection;
type Table = { readonly [S in State]: { readonly [E in EventType]: Move<S, E> } };
type Ended = On<"lost" | "refused" | "expired" | "stopped">;
type WithSocket = Connecting | Live | Stale;

export const INITIAL: Connection = { state: "idle" };

export function transition(from: Connection, event: ConnectionEvent): Connection {
  const move = TABLE[from.state][event.type] as (from: Connection, event: ConnectionEvent) => Connection;
  return move(from, event);
}

const TABLE: Table = {
  idle: {
    connect: start,
    close,
    due: stay,
    wake: stay,
    snapshot: stay,
    stale: stay,
    live: stay,
    lost: stay,
    refused: stay,
    expired: stay,
    stopped: stay,
  },
  connecting: {
    connect: stay,
    close,
    due: stay,
    wake: stay,
    snapshot: goLive,
    stale: goStale,
    live: stay,
    lost: retry,
    refused: renew,
    expired: renew,
    stopped: stop,
  },
  live: {
    connect: stay,
    close,
    due: stay,
    wake: stay,
    snapshot: stay,
    stale: goStale,
    live: stay,
    lost: retry,
    refused: renew,
    expired: renew,
    stopped: stop,
  },
  stale: {
    connect: stay,
    close,
    due: stay,
    wake: stay,
    snapshot: stay,
    stale: goStale,
    live: goLive,
    lost: retry,
    refused: renew,
    expired: renew,
    stopped: stop,
  },
  retrying: {
    connect: reopen,
    close,
    due: reopen,
    wake: reopen,
    snapshot: stay,
    stale: stay,
    live: stay,
    lost: stay,
    refused: stay,
    expired: stay,
    stopped: stay,
  },
  closed: {
    connect: start,
    close: stay,
    due: stay,
    wake: stay,
    snapshot: stay,
    stale: stay,
    live: stay,
    lost: stay,
    refused: stay,
    expired: stay,
    stopped: stay,
  },
};

function stay(from: Connection): Connection {
  return from;
}

function start(from: Connection): Connecting {
  return {
    state: "connecting",
    attempt: 1,
    failures: 0,
    tokenReason: "connect",
    staleSince: staleSince(from, undefined),
  };
}

function reopen({ attempt, failures, tokenReason, staleSince }: Retrying): Connecting {
  return { state: "connecting", attempt: attempt + 1, failures, tokenReason, staleSince };
}

function goLive({ attempt, failures, tokenReason, ...from }: Connecting | Stale, { now }: { now: number }): Live {
  return { state: "live", attempt, failures, tokenReason, since: from.state === "stale" ? from.since : now };
}

function goStale({ attempt, failures, tokenReason, ...from }: WithSocket, event: On<"stale">): Stale {
  const since = from.state === "connecting" ? event.now : from.since;
  return { state: "stale", attempt, failures, tokenReason, since, staleSince: event.since, reason: event.reason };
}

function retry(from: WithSocket, event: Ended): Retrying {
  const failures = failuresBefore(from, event.now) + 1;
  const { delay } = event;
  const waitMs =
    delay.by === "window"
      ? Math.floor(delay.from + delay.draw * (delay.until - delay.from))
      : backoffMs(Math.max(failures, delay.least), delay.draw);
  return {
    state: "retrying",
    attempt: from.attempt,
    failures,
    tokenReason: "connect",
    retryAt: event.now + waitMs,
    cause: event.cause,
    staleSince: staleSince(from, event.heardAt),
  };
}

/**
 * The token was refused or has expired: once, at once, with a new one. A second refusal in a row stops; a second expiry (a token that
 * lives for seconds) waits.
 */
function renew(from: WithSocket, event: Ended): Connection {
  const again = from.tokenReason !== "connect" && !wasStable(from, event.now);
  if (again && event.type === "refused") return stop(from, event);
  const tokenReason = event.type === "expired" ? "expired" : "refused";
  if (again) return { ...retry(from, event), tokenReason };
  return {
    state: "connecting",
    attempt: from.attempt + 1,
    failures: failuresBefore(from, event.now),
    tokenReason,
    staleSince: staleSince(from, event.heardAt),
  };
}

function stop(from: WithSocket, event: Ended): Closed {
  return { state: "closed", cause: event.cause, staleSince: staleSince(from, event.heardAt) };
}

function close(from: Connection, { now }: { now: number }): Closed {
  return { state: "closed", cause: { kind: "requested" }, staleSince: staleSince(from, now) };
}

/** Live numbers are stale from `at`; others stay as stale as they were. */
function staleSince(from: Connection, at: number | undefined): number | undefined {
  if (from.state === "live") return at;
  return from.state === "idle" ? undefined : from.staleSince;
}

function wasStable(from: WithSocket, now: number): boolean {
  return from.state !== "connecting" && now - from.since >= STABLE_MS;
}

function failuresBefore(from: WithSocket, now: number): number {
  return wasStable(from, now) ? 0 : from.failures;
}
