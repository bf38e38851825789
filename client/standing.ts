/** What becomes of an owner on an open socket: pure, and total by type as the link's machine is. */
import type { Closed, Connecting, Live, Stale, Standing } from "./connection.ts";

export type StandingEvent =
  | { readonly type: "snapshot"; readonly now: number }
  | { readonly type: "stale"; readonly now: number; readonly since: number; readonly reason: string }
  | { readonly type: "live"; readonly now: number }
  /** The daemon won't tell of this owner. */
  | { readonly type: "refused"; readonly now: number; readonly code: string }
  /** The socket is gone, or the owner is asked for anew; `now`: the last sign of life. */
  | { readonly type: "lost"; readonly now: number };

type State = Standing["state"];
type EventType = StandingEvent["type"];
type On<E extends EventType> = Extract<StandingEvent, { type: E }>;
type Move<S extends State, E extends EventType> = (from: Extract<Standing, { state: S }>, event: On<E>) => Standing;
type Table = { readonly [S in State]: { readonly [E in EventType]: Move<S, E> } };

export const UNHEARD: Standing = { state: "connecting", staleSince: undefined };

export function stand(from: Standing, event: StandingEvent): Standing {
  const move = TABLE[from.state][event.type] as (from: Standing, event: StandingEvent) => Standing;
  return move(from, event);
}

const TABLE: Table = {
  connecting: { snapshot: goLive, stale: goStale, live: stay, refused: refuse, lost: stay },
  live: { snapshot: stay, stale: goStale, live: stay, refused: refuse, lost: wait },
  stale: { snapshot: stay, stale: goStale, live: goLive, refused: refuse, lost: wait },
  closed: { snapshot: stay, stale: stay, live: stay, refused: stay, lost: wait },
};

function stay(from: Standing): Standing {
  return from;
}

function goLive(from: Connecting | Stale, { now }: StandingEvent): Live {
  return { state: "live", since: from.state === "stale" ? from.since : now };
}

function goStale(from: Connecting | Live | Stale, { now, since, reason }: On<"stale">): Stale {
  return { state: "stale", since: from.state === "connecting" ? now : from.since, staleSince: since, reason };
}

function refuse(from: Standing, { now, code }: On<"refused">): Closed {
  return { state: "closed", cause: { kind: "nack", code }, staleSince: staleSince(from, now) };
}

function wait(from: Standing, { now }: StandingEvent): Connecting {
  return { state: "connecting", staleSince: staleSince(from, now) };
}

/** Live numbers are stale from `at`; others stay as stale as they were. */
function staleSince(from: Standing, at: number): number | undefined {
  return from.state === "live" ? at : from.staleSince;
}
