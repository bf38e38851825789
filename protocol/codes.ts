/** What a client does when a connection closes. `fresh_token` and `ask_token` may reconnect once with what the application gives them. */
export type Reaction = "reconnect" | "back_off" | "back_off_long" | "fresh_token" | "ask_token" | "stop";

/** Every code the daemon closes a connection with. 44xx need the application to change something; the rest reconnect. */
export const CLOSE = {
  /** Said by proxies and servers in between; the daemon itself says `draining`. */
  goingAway: { code: 1001 },
  internal: { code: 1011 },
  draining: { code: 1012 },
  overloaded: { code: 1013 },
  tooSlow: { code: 4008 },
  expired: { code: 4010 },
  malformed: { code: 4400 },
  unauthenticated: { code: 4401 },
  origin: { code: 4403 },
  subprotocol: { code: 4406 },
  authenticationTimeout: { code: 4408 },
  tooMany: { code: 4429 },
} as const;

export type CloseName = keyof typeof CLOSE;

/** What each says to people: the reason in the close frame, in logs, in the protocol's document. A client carries none of it. */
export const CLOSE_MEANINGS: Readonly<Record<CloseName, string>> = {
  goingAway: "going away",
  internal: "internal error",
  draining: "the daemon is restarting",
  overloaded: "overloaded, or the database is away",
  tooSlow: "too slow to keep up",
  expired: "the token has expired",
  malformed: "malformed message",
  unauthenticated: "token missing or invalid",
  origin: "origin not allowed",
  subprotocol: "subprotocol not supported",
  authenticationTimeout: "no authentication in time",
  tooMany: "too many messages or connections",
};

/** By code; a client carries this part of the table, without the names. Any other of 44xx is `stop`, and the rest `reconnect`. */
const REACTIONS: Readonly<Record<number, Reaction>> = {
  1011: "back_off",
  1013: "back_off",
  4008: "back_off",
  4010: "fresh_token",
  4401: "ask_token",
  4408: "back_off",
  4429: "back_off_long",
};

/** What to do after a close by this code. Codes that aren't in the table (1005, 1006, a proxy's own) are transport trouble: `reconnect`. */
export function reactionTo(code: number): Reaction {
  return REACTIONS[code] ?? (code >= 4400 && code <= 4499 ? "stop" : "reconnect");
}

/** Why a request with an `id` was refused. */
export const NACK_CODES = [
  /** The token doesn't name this topic. The same answer whether the topic, or its kind, exists or not. */
  "forbidden",
  /** For administrators: no kind of topic, or no key of that kind. */
  "unknown_topic",
  "not_subscribed",
  "too_many_subscriptions",
  "too_many_messages",
  /** More operations than this user, or this connection, may have done at once; repeat them later. */
  "too_many_operations",
  /** No such set of rows, or no position. */
  "unknown_rows",
  /** More rows than can be sent at once, or more members than are known by name. */
  "too_large",
  /** Topics of this kind have no presence, or no typing; or by this token nobody is shown. */
  "no_presence",
  /** Not what `deltad.here()` gives. */
  "bad_receipt",
  /** Another database gave it, or this one before it was restarted, restored or failed over; or no daemon had read it yet. */
  "foreign_receipt",
  /** The transaction is not over yet, or the topic is stale. */
  "timed_out",
  /** The database could not be asked, or nothing was told of the topic yet; try again. */
  "unavailable",
] as const;
export type NackCode = (typeof NACK_CODES)[number];

/** What each says to people. A client carries none of it. */
export const NACK_MEANINGS: Readonly<Record<NackCode, string>> = {
  forbidden: "the token does not name this topic",
  unknown_topic: "there is no such topic",
  not_subscribed: "subscribe first",
  too_many_subscriptions: "unsubscribe from a topic first",
  too_many_messages: "slow down",
  too_many_operations: "slow down: repeat these operations later",
  unknown_rows: "the topic has no such rows, or before is no position",
  too_large:
    "it has more rows than are sent at once, or too many members: its configuration needs newest, or claim() or everyone()",
  no_presence: "the topic has none of it, or the token has no sub, or is an administrator's",
  bad_receipt: "for is what deltad.here() gave, as it is",
  foreign_receipt:
    "it is of another database, or of before a restart of this one: every snapshot of now has what was committed then",
  timed_out: "the transaction is not over yet, or the topic is stale: wait again",
  unavailable: "try again later",
};

/** What was wrong with a message that could not be answered by a nack. */
export const ERROR_CODES = [
  "bad_json",
  "unknown_type",
  "invalid_message",
  "binary",
  "already_authenticated",
  /** The token of a `refresh` is not good, or another subject's; the connection goes on by the one that it has. */
  "refresh_refused",
  /** The database could not be asked; try again. */
  "unavailable",
  "too_deep",
  "too_many_messages",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];
