/**
 * How far an owner's numbers can be trusted on the present socket: pure, and total by type as the link's machine is. Times are
 * milliseconds since 1970 of the client's clock, but for `staleSince` while `stale`, which is the daemon's.
 */
export type Standing = Waiting | Live | Stale | Refused;

/** Nothing heard of the owner on this socket. */
export interface Waiting {
  readonly status: "waiting";
  /** Since when the numbers on screen are not vouched for; undefined: there are none. */
  readonly staleSince: number | undefined;
}

/** The numbers are what the database holds. */
export interface Live {
  readonly status: "live";
  readonly since: number;
}

/** The daemon can't vouch for the numbers. */
export interface Stale {
  readonly status: "stale";
  readonly since: number;
  readonly staleSince: number;
  readonly reason: string;
}

/** The daemon won't tell of this owner, and why. */
export interface Refused {
  readonly status: "refused";
  readonly code: string;
  readonly staleSince: number | undefined;
}

export type StandingEvent =
  | { readonly type: "snapshot"; readonly now: number }
  | { readonly type: "stale"; readonly now: number; readonly since: number; readonly reason: string }
  | { readonly type: "live"; readonly now: number }
  | { readonly type: "refused"; readonly now: number; readonly code: string }
  /** The socket is gone, or the owner is asked for anew; `now`: the last sign of life. */
  | { readonly type: "lost"; readonly now: number };

type Status = Standing["status"];
type EventType = StandingEvent["type"];
type On<E extends EventType> = Extract<StandingEvent, { type: E }>;
type Move<S extends Status, E extends EventType> = (from: Extract<Standing, { status: S }>, event: On<E>) => Standing;
type Table = { readonly [S in Status]: { readonly [E in EventType]: Move<S, E> } };

export const UNHEARD: Standing = { status: "waiting", staleSince: undefined };

export function stand(from: Standing, event: StandingEvent): Standing {
  const move = TABLE[from.status][event.type] as (from: Standing, event: StandingEvent) => Standing;
  return move(from, event);
}

const TABLE: Table = {
  waiting: { snapshot: goLive, stale: goStale, live: stay, refused: refuse, lost: stay },
  live: { snapshot: stay, stale: goStale, live: stay, refused: refuse, lost: wait },
  stale: { snapshot: stay, stale: goStale, live: goLive, refused: refuse, lost: wait },
  refused: { snapshot: stay, stale: stay, live: stay, refused: stay, lost: wait },
};

function stay(from: Standing): Standing {
  return from;
}

function goLive(from: Waiting | Stale, { now }: StandingEvent): Live {
  return { status: "live", since: from.status === "stale" ? from.since : now };
}

function goStale(from: Waiting | Live | Stale, { now, since, reason }: On<"stale">): Stale {
  return { status: "stale", since: from.status === "waiting" ? now : from.since, staleSince: since, reason };
}

function refuse(from: Waiting | Live | Stale, { now, code }: On<"refused">): Refused {
  return { status: "refused", code, staleSince: staleSince(from, now) };
}

function wait(from: Live | Stale | Refused, { now }: StandingEvent): Waiting {
  return { status: "waiting", staleSince: staleSince(from, now) };
}

/** Live numbers are stale from `at`; others stay as stale as they were. */
function staleSince(from: Standing, at: number): number | undefined {
  return from.status === "live" ? at : from.staleSince;
}
