/** Options that bound what clients may use; part of the one table in options.ts. */
import { trustedProxies, wholeNumber } from "./option-values.ts";

export const LIMIT_OPTIONS = {
  trustedProxies: {
    name: "DELTAD_TRUSTED_PROXIES",
    default: "",
    help: "proxies whose `X-Forwarded-For` is believed: addresses and ranges like `10.0.0.0/8`, separated by commas",
    schema: trustedProxies,
  },
  messagesPerSecond: {
    name: "DELTAD_MESSAGES_PER_SECOND",
    default: "10",
    help: "messages that one connection may send in the long run; at once twice as many, and one for each topic",
    schema: wholeNumber(1, 10_000),
  },
  maxMessageBytes: {
    name: "DELTAD_MAX_MESSAGE_BYTES",
    default: "16384",
    help: "the largest message that a client may send",
    schema: wholeNumber(1_024, 1_048_576),
  },
  maxJsonDepth: {
    name: "DELTAD_MAX_JSON_DEPTH",
    default: "16",
    help: "how deep a client's message may nest",
    schema: wholeNumber(1, 1_000),
  },
  maxSubscriptions: {
    name: "DELTAD_MAX_SUBSCRIPTIONS",
    default: "1000",
    help: "topics that one connection may be subscribed to",
    schema: wholeNumber(1, 100_000),
  },
  maxConnections: {
    name: "DELTAD_MAX_CONNECTIONS",
    default: "20000",
    help: "connections in all; more are closed with 1013",
    schema: wholeNumber(1, 1_000_000),
  },
  maxConnectionsPerAddress: {
    name: "DELTAD_MAX_CONNECTIONS_PER_ADDRESS",
    default: "2000",
    help: "connections of one address (IPv6: of one /64, and four times as many of one /48); more are closed with 4429; behind a proxy set `DELTAD_TRUSTED_PROXIES`",
    schema: wholeNumber(1, 1_000_000),
  },
  maxHttpConnectionsPerAddress: {
    name: "DELTAD_MAX_HTTP_CONNECTIONS_PER_ADDRESS",
    default: "2000",
    help: "connections of one address, counted likewise, that are neither WebSocket nor event stream; more are ended unanswered; trusted proxies have any number",
    schema: wholeNumber(1, 1_000_000),
  },
  requestsPerSecondPerAddress: {
    name: "DELTAD_REQUESTS_PER_SECOND_PER_ADDRESS",
    default: "1000",
    help: "requests for `/v1/` of one address in the long run, at once twice as many; more are answered with 429",
    schema: wholeNumber(1, 1_000_000),
  },
  requestsPerSecond: {
    name: "DELTAD_REQUESTS_PER_SECOND",
    default: "100",
    help: "the same of one token's `sub` (without one, of what it opens), whatever the address; administrators have any number",
    schema: wholeNumber(1, 1_000_000),
  },
  operationsPerSecond: {
    name: "DELTAD_OPERATIONS_PER_SECOND",
    default: "50",
    help: "operations on rows of one token's `sub` in the long run, at once twice as many and 64 more; a request with more is refused as `too_many_operations`, by HTTP with 429",
    schema: wholeNumber(1, 1_000_000),
  },
  maxPendingOperations: {
    name: "DELTAD_MAX_PENDING_OPERATIONS",
    default: "512",
    help: "operations of one token's `sub` that may wait for the database; a request with more is refused likewise",
    schema: wholeNumber(64, 1_000_000),
  },
  maxConnectionsPerTopic: {
    name: "DELTAD_MAX_CONNECTIONS_PER_TOPIC",
    default: "2000",
    help: "connections whose token names the same topic; more are closed with 4429",
    schema: wholeNumber(1, 1_000_000),
  },
  maxConnectionsPerUser: {
    name: "DELTAD_MAX_CONNECTIONS_PER_USER",
    default: "50",
    help: "connections of one token's `sub`; more are closed with 4429; administrators have any number",
    schema: wholeNumber(1, 1_000_000),
  },
  maxUnauthenticated: {
    name: "DELTAD_MAX_UNAUTHENTICATED",
    default: "2000",
    help: "connections in all that have shown no token yet; for one more the one that has waited longest is closed with 4408",
    schema: wholeNumber(1, 1_000_000),
  },
  maxUnauthenticatedPerAddress: {
    name: "DELTAD_MAX_UNAUTHENTICATED_PER_ADDRESS",
    default: "500",
    help: "the same of one address, whose longest waiting one is closed then",
    schema: wholeNumber(1, 1_000_000),
  },
  maxRows: {
    name: "DELTAD_MAX_ROWS",
    default: "1000",
    help: "rows that a channel may hold of a set without `newest`; a channel with more is refused as `too_large`",
    schema: wholeNumber(1, 10_000),
  },
  maxRowBytes: {
    name: "DELTAD_MAX_ROW_BYTES",
    default: "65536",
    help: "bytes of JSON that a row of a channel may have; a channel with a larger one is refused as `too_large`",
    schema: wholeNumber(1_024, 1_048_576),
  },
} as const;
