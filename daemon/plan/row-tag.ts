/** How far the tags of two kinds of topics are apart: no kind has as many projections. */
export const KIND_TAGS = 100_000;

/** The kind, by its place, and the tag that a row has within it. */
export function partTag(tag: number): readonly [kind: number, tag: number] {
  const kind = Math.max(0, Math.floor((tag + KIND_TAGS / 2) / KIND_TAGS));
  return [kind, tag - kind * KIND_TAGS];
}

/** Rows of the batch statement (capture/statement.ts) begin with a tag: from 0 on a projection's grain, below what is listed here. */
export const TAG = {
  /** owner: the snapshot; key: `t` while the lease lives; day: `1` if there were change rows; from_us: the clock; until_us: the backend's pid; m: how many other leases there are, and more. */
  head: -1,
  /** owner, or null for all of them; key: the source; from_us: how many of the owner's rows; until_us: the xid. */
  reset: -2,
  /** owner. */
  dimension: -3,
  /** key: `t` while the lease lives; m: share of the notification queue in use. */
  heartbeat: -4,
  /** key: `t` when the bell was taken. */
  bell: -5,
  /** key: the exported snapshot. */
  cut: -6,
  /** owner; key: the events' names, separated by spaces; day: the place of the first in the plan; from_us: change_seq; until_us: the xid; m: the data as JSON, and in the next line the id. */
  event: -7,
  /** key: `t` when the leader lock was taken. */
  leaderLock: -8,
  /** key: what capture depends on; see sql/fingerprint.sql. */
  fingerprint: -9,
  /** owner: of more changes than {@link MOST_CHANGES}, whose events are read by themselves. */
  withheld: -10,
  /** key: the floor, null if there is none; m: the incarnation in hexadecimal. */
  origin: -11,
  /**
   * owner: the channel's key; key: the row's; day: the set's place in the plan; from_us: change_seq, in a load a number from the newest on;
   * until_us: the xid, in a page the page's number; m: `i`, `u` or `d`, the row's place in the order, and in the next line the row as
   * JSON, or nothing where it is too large.
   */
  channelRow: -12,
  /** owner: the channel's key; key: whom it lets in, or null, which says that it exists; from_us: how many times more. */
  channelWho: -13,
  /** owner: the channel's key; key: the client; from_us: its seq; until_us: the xid; m: `{"subject", "outcome"}` as JSON. */
  operation: -14,
} as const;

/**
 * Images of one source that an owner may have in a batch with its events. 4,900 new rows as events kept all other owners' changes waiting for
 * 150 to 450 ms: PostgreSQL makes them, and the daemon parses, folds and encodes them. 500 take some 15 ms.
 */
export const MOST_CHANGES = 500;
