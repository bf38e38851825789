/**
 * The link's state machine: pure, and total by type: a state or an event without an answer does not compile.
 *
 * What a state holds follows from the state alone (`connecting` and `open`: the socket of that attempt; `retrying`: a timer), so that
 * the driver only has to make the world like the state.
 */
import { backoffMs } from "./backoff.ts";
import type { Closed, Connecting, Ending, Link, LinkEvent, LinkState, Open, Retrying } from "./link.ts";

/** A connection that lived this long was a good one: the backoff starts over. Longer than a daemon that crashes at start needs. */
const STABLE_MS = 10_000;

type EventType = LinkEvent["type"];
type In<S extends LinkState> = Extract<Link, { state: S }>;
type On<E extends EventType> = Extract<LinkEvent, { type: E }> | (E extends Ending["type"] ? Ending : never);
type Move<S extends LinkState, E extends EventType> = (from: In<S>, event: On<E>) => Link;
type Table = { readonly [S in LinkState]: { readonly [E in EventType]: Move<S, E> } };
type WithSocket = Connecting | Open;

export const INITIAL: Link = { state: "idle" };

export function transition(from: Link, event: LinkEvent): Link {
  const move = TABLE[from.state][event.type] as (from: Link, event: LinkEvent) => Link;
  return move(from, event);
}

const TABLE: Table = {
  idle: {
    connect: start,
    close,
    due: stay,
    wake: stay,
    opened: stay,
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
    opened: open,
    lost: retry,
    refused: renew,
    expired: renew,
    stopped: stop,
  },
  open: {
    connect: stay,
    close,
    due: stay,
    wake: stay,
    opened: stay,
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
    opened: stay,
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
    opened: stay,
    lost: stay,
    refused: stay,
    expired: stay,
    stopped: stay,
  },
};

function stay(from: Link): Link {
  return from;
}

function start(): Connecting {
  return { state: "connecting", attempt: 1, failures: 0, tokenReason: "connect" };
}

function reopen({ attempt, failures, tokenReason }: Retrying): Connecting {
  return { state: "connecting", attempt: attempt + 1, failures, tokenReason };
}

function open(from: Connecting, { now }: { now: number }): Open {
  return { ...from, state: "open", since: now };
}

function retry(from: WithSocket, { now, cause, delay }: Ending): Retrying {
  const failures = failuresBefore(from, now) + 1;
  const waitMs =
    delay.by === "window"
      ? Math.floor(delay.from + delay.draw * (delay.until - delay.from))
      : backoffMs(Math.max(failures, delay.least), delay.draw);
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
 * The token was refused or has expired: once, at once, with a new one. A second refusal in a row stops; a second expiry (a token that
 * lives for seconds) waits.
 */
function renew(from: WithSocket, event: Ending): Link {
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

function stop(_: WithSocket, { cause }: Ending): Closed {
  return { state: "closed", cause };
}

function close(): Closed {
  return { state: "closed", cause: { kind: "requested" } };
}

function wasStable(from: WithSocket, now: number): boolean {
  return from.state === "open" && now - from.since >= STABLE_MS;
}

function failuresBefore(from: WithSocket, now: number): number {
  return wasStable(from, now) ? 0 : from.failures;
}
