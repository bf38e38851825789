import type { Cause, Idle, Link } from "./link.ts";

/**
 * What a page shows of an owner's connection. Times are milliseconds since 1970 of the client's clock, but for `staleSince` while
 * `stale`, which is the daemon's. `staleSince` says since when the numbers on screen are not vouched for; undefined: there are none.
 */
export type Connection = Idle | Retrying | Standing;

/** Where a {@link Connection} is, in one word. */
export type State = Connection["state"];

/** How far an owner's numbers can be trusted on an open socket. */
export type Standing = Connecting | Live | Stale | Closed;

/** From the wish to connect until the first word about the owner. */
export interface Connecting {
  readonly state: "connecting";
  readonly staleSince: number | undefined;
}

/** The numbers are what the database holds. */
export interface Live {
  readonly state: "live";
  /** The first word about the owner on this socket. */
  readonly since: number;
}

/** The daemon can't vouch for the numbers. */
export interface Stale {
  readonly state: "stale";
  readonly since: number;
  readonly staleSince: number;
  readonly reason: string;
}

/** Waiting to connect again. */
export interface Retrying {
  readonly state: "retrying";
  readonly retryAt: number;
  readonly cause: Cause;
  readonly staleSince: number | undefined;
}

/** Stopped, or refused this owner, until the application calls `connect()`. */
export interface Closed {
  readonly state: "closed";
  readonly cause: Cause;
  readonly staleSince: number | undefined;
}

/** An owner's connection: the socket's state, and on an open socket the owner's own. */
export function connectionOf(link: Link, standing: Standing): Connection {
  if (link.state === "idle") return link;
  if (link.state === "open") return standing;
  const staleSince = standing.state === "live" ? undefined : standing.staleSince;
  if (link.state === "connecting") return { state: link.state, staleSince };
  const { cause } = link;
  if (link.state === "closed") return { state: link.state, cause, staleSince };
  return { state: link.state, retryAt: link.retryAt, cause, staleSince };
}
