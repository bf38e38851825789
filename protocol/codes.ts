/** What a client does when a connection closes. `fresh_token` and `ask_token` may reconnect once with what the application gives them. */
export type Reaction = "reconnect" | "back_off" | "back_off_long" | "fresh_token" | "ask_token" | "stop";

interface CloseCode {
  readonly code: number;
  readonly reaction: Reaction;
}

/** Every code the daemon closes a connection with. 44xx need the application to change something; the rest reconnect. */
export const CLOSE = {
  /** Said by proxies and servers in between; the daemon itself says `draining`. */
  goingAway: { code: 1001, reaction: "reconnect" },
  internal: { code: 1011, reaction: "back_off" },
  draining: { code: 1012, reaction: "reconnect" },
  overloaded: { code: 1013, reaction: "back_off" },
  tooSlow: { code: 4008, reaction: "back_off" },
  expired: { code: 4010, reaction: "fresh_token" },
  malformed: { code: 4400, reaction: "stop" },
  unauthenticated: { code: 4401, reaction: "ask_token" },
  origin: { code: 4403, reaction: "stop" },
  subprotocol: { code: 4406, reaction: "stop" },
  authenticationTimeout: { code: 4408, reaction: "back_off" },
  tooMany: { code: 4429, reaction: "back_off_long" },
} as const satisfies Readonly<Record<string, CloseCode>>;

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

/** What to do after a close by this code. Codes that aren't in the table (1005, 1006, a proxy's own) are transport trouble: `reconnect`. */
export function reactionTo(code: number): Reaction {
  for (const entry of Object.values<CloseCode>(CLOSE)) if (entry.code === code) return entry.reaction;
  return code >= 4400 && code <= 4499 ? "stop" : "reconnect";
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
  /** The database could not be asked; try again. */
  "unavailable",
] as const;
export type NackCode = (typeof NACK_CODES)[number];

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
