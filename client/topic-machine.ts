/**
 * How far the numbers shown of a topic can be trusted, as a state machine.
 *
 *                ┌─────────stale─────────────┐
 *                │                           ▼
 *     connecting ┴──snapshot──▶ live ──stale─▶ stale
 *         ▲                       ◀────live───
 *         │
 *         └──lost── live, stale, closed;  connecting, live, stale ──refused──▶ closed
 *
 * Its states have the names that a page shows while the socket is open (see `connectionOf`). It is pure, and total by type as the
 * connection's machine is. Its driver is `topic-store.ts`. Times are milliseconds since 1970 of the client's clock, but for `staleSince`
 * while `stale`, which is the daemon's.
 */
import type { Cause } from "./cause.ts";

export type TopicState = Waiting | Live | Stale | Refused;

/** No word about the topic yet on this socket. */
interface Waiting {
  readonly state: "connecting";
  /** Since when the numbers on screen are not vouched for; undefined: there are none. */
  readonly staleSince: number | undefined;
}

/** The numbers are what the database holds. */
interface Live {
  readonly state: "live";
  /** The first word about the topic on this socket. */
  readonly since: number;
}

/** The daemon can't vouch for the numbers. */
interface Stale {
  readonly state: "stale";
  readonly since: number;
  readonly staleSince: number;
  readonly reason: string;
}

/** The daemon refused the topic; it is asked for again when the application calls `connect()`. */
interface Refused {
  readonly state: "closed";
  readonly cause: Cause;
  readonly staleSince: number | undefined;
}

export type TopicEvent =
  | { readonly type: "snapshot"; readonly now: number }
  | { readonly type: "stale"; readonly now: number; readonly since: number; readonly reason: string }
  | { readonly type: "live"; readonly now: number }
  /** The daemon answered the subscription with a `nack`. */
  | { readonly type: "refused"; readonly now: number; readonly cause: Cause }
  /** The socket is gone, or the topic is asked for anew; `now`: the last sign of life. */
  | { readonly type: "lost"; readonly now: number };

type EventType = TopicEvent["type"];
type OfType<T extends EventType> = Extract<TopicEvent, { type: T }>;
type Transition<S, T extends EventType> = (from: S, event: OfType<T>) => TopicState;
type Table = { readonly [S in TopicState as S["state"]]: { readonly [T in EventType]: Transition<S, T> } };

export const INITIAL_TOPIC: TopicState = { state: "connecting", staleSince: undefined };

/** The state after an event: the same object where the event changes nothing. */
export function nextTopic(from: TopicState, event: TopicEvent): TopicState {
  const transition = TABLE[from.state][event.type] as (from: TopicState, event: TopicEvent) => TopicState;
  return transition(from, event);
}

const TABLE: Table = {
  connecting: { snapshot: goLive, stale: goStale, live: stay, refused: refuse, lost: stay },
  live: { snapshot: stay, stale: goStale, live: stay, refused: refuse, lost: wait },
  stale: { snapshot: stay, stale: goStale, live: goLive, refused: refuse, lost: wait },
  closed: { snapshot: stay, stale: stay, live: stay, refused: stay, lost: wait },
};

function stay(from: TopicState): TopicState {
  return from;
}

function goLive(from: Waiting | Stale, { now }: TopicEvent): Live {
  return { state: "live", since: from.state === "stale" ? from.since : now };
}

function goStale(from: Waiting | Live | Stale, { now, since, reason }: OfType<"stale">): Stale {
  return { state: "stale", since: from.state === "connecting" ? now : from.since, staleSince: since, reason };
}

function refuse(from: TopicState, { now, cause }: OfType<"refused">): Refused {
  return { state: "closed", cause, staleSince: staleSince(from, now) };
}

function wait(from: TopicState, { now }: TopicEvent): Waiting {
  return { state: "connecting", staleSince: staleSince(from, now) };
}

/** Live numbers are not vouched for from `at` on; others stay as stale as they were. */
function staleSince(from: TopicState, at: number): number | undefined {
  return from.state === "live" ? at : from.staleSince;
}
