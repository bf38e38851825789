import type { Cause, Link } from "./link.ts";
import type { Standing } from "./standing.ts";

/**
 * What a page shows of an owner's connection. Times are milliseconds since 1970 of the client's clock, but for `staleSince` while
 * `stale`, which is the daemon's. `staleSince` says since when the numbers on screen are not vouched for; undefined: there are none.
 */
export type Connection =
  /** Not started. */
  | { readonly state: "idle" }
  /** From the wish to connect until the first word about the owner. */
  | { readonly state: "connecting"; readonly staleSince: number | undefined }
  /** The numbers are what the database holds. `since`: the first word about the owner on this socket. */
  | { readonly state: "live"; readonly since: number }
  /** Connected, but the daemon can't vouch for the numbers. */
  | { readonly state: "stale"; readonly since: number; readonly staleSince: number; readonly reason: string }
  /** Waiting to connect again. */
  | {
      readonly state: "retrying";
      readonly retryAt: number;
      readonly cause: Cause;
      readonly staleSince: number | undefined;
    }
  /** Stopped, until the application calls `connect()`. */
  | { readonly state: "closed"; readonly cause: Cause; readonly staleSince: number | undefined };

export type State = Connection["state"];

/** An owner's connection: the socket's state, and on an open socket the owner's own. */
export function connectionOf(link: Link, standing: Standing): Connection {
  if (link.state === "open" && standing.status === "live") return { state: "live", since: standing.since };
  if (link.state === "open" && standing.status === "stale") {
    const { since, staleSince, reason } = standing;
    return { state: "stale", since, staleSince, reason };
  }
  const staleSince = standing.status === "live" ? undefined : standing.staleSince;
  if (link.state === "idle") return { state: "idle" };
  if (link.state === "retrying") return { state: "retrying", retryAt: link.retryAt, cause: link.cause, staleSince };
  if (link.state === "closed") return { state: "closed", cause: link.cause, staleSince };
  if (link.state === "open" && standing.status === "refused") {
    return { state: "closed", cause: { kind: "nack", code: standing.code }, staleSince };
  }
  return { state: "connecting", staleSince };
}
