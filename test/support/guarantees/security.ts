import type { Guarantee } from "./guarantee.ts";

export const SECURITY: readonly Guarantee[] = [
  {
    id: "S-1",
    says: "One configured algorithm for each key; a token's header never chooses it.",
    tests: [
      "unit/gateway/auth/auth: The header never chooses the algorithm",
      "unit/gateway/auth/jwt-key: A public key fixes the algorithm",
      "unit/gateway/auth/jws-classes: A header that names no algorithm, another, or two, is refused",
    ],
  },
  {
    id: "S-2",
    says: "Headers that bring a key or change how a token is read are refused or ignored; so are JWE and JSON serialisation.",
    tests: [
      "unit/gateway/auth/auth: Headers that change how a token is read are refused",
      "unit/gateway/auth/auth: What isn't a signed token is refused",
      "unit/gateway/auth/jwks: However many ids are made up",
    ],
  },
  {
    id: "S-3",
    says: "`exp` is required, `nbf` and `iat` are kept, lifetimes and leeway bounded, `iss` and `aud` exact where configured.",
    tests: [
      "unit/gateway/auth/auth: exp is required and ends the token",
      "unit/gateway/auth/auth: nbf and iat in the future are refused",
      "unit/gateway/auth/auth: Times that are no numbers are refused",
      "unit/gateway/auth/auth: A token may live for no longer than configured",
      "unit/gateway/auth/auth: A leeway of more than a minute is refused",
      "unit/gateway/auth/auth: iss and aud must be the configured ones",
    ],
  },
  {
    id: "S-4",
    says: "A secret has at least 32 bytes; two are taken while it changes.",
    tests: [
      "unit/gateway/auth/jwt-key: A secret has at least 32 bytes",
      "unit/gateway/auth/auth: While the secret changes, tokens of both are taken",
    ],
  },
  {
    id: "S-5",
    says: "Tokens are revoked by `jti` or subject, and a token has one spelling.",
    tests: [
      "pg/revocation: By its jti",
      "pg/revocation: By subject without an instant",
      "unit/gateway/auth/jws-classes: Every other spelling of a good token is refused",
      "unit/gateway/auth/auth: Each token has one spelling",
    ],
  },
  {
    id: "S-6",
    says: "A token comes as the first message within 5 s, in a header or beside the subprotocol, which is not echoed; never in the query.",
    tests: [
      "wire/gateway/authentication: A token beside the subprotocol is welcomed, and only deltad.v1 is echoed",
      "wire/gateway/authentication: No token within 5 s closes with 4408",
      "wire/gateway/handshake: A token in the query string is not looked at",
      "wire/gateway/connection-limits: Connections without a token have limits of their own",
    ],
  },
  {
    id: "S-7",
    says: "A token too long for a header is refused clearly, and taken as the first message.",
    tests: ["wire/gateway/odd-tokens: A token too long for a header is refused with 431"],
  },
  {
    id: "S-8",
    says: "Pages of allowed origins alone connect or read; no cookies are used.",
    tests: [
      "wire/gateway/handshake: A page of another origin is closed with 4403",
      "wire/gateway/cors: A page of any other origin is refused with 403",
      "unit/config/config: reads origins as a list of exact origins",
    ],
  },
  {
    id: "S-9",
    says: "What may be seen comes from the token alone; a request for another's is refused and logged.",
    tests: [
      "wire/gateway/isolation: L6 An owner's data reaches only connections whose token names that owner",
      "wire/gateway/isolation: An owner whose token was asked for another's data is logged",
      "wire/gateway/event-stream: L6 An owner's data reaches only streams whose token names that owner",
      "wire/gateway/topics: Every request about a topic of another kind, or with a hostile key, is forbidden",
    ],
  },
  {
    id: "S-10",
    says: "That holds under faults as well: rows that change owners, resumes, stalls, bad rows.",
    tests: [
      "pg/events/whole-daemon: no byte of another owner's events reaches an owner",
      "pg/resume/resume: another owner's events are in no resume, nor does its cursor open one",
      "wire/gateway/refresh: A subscription whose owner the new token does not name ends",
    ],
    untested: "A scan of all bytes during each of F1 to F47: it is made where rows and tokens change hands.",
  },
  {
    id: "S-11",
    says: "Old rows are never sent: metrics hold values, events their declared fields.",
    tests: [
      "pg/events/second-events: a deletion tells what was, a lookup nothing of others",
      "unit/plan/page-schema: is what the protocol says, and holds no table",
      "pg/events/row-events: a row that goes to another owner tells that one of an insertion",
    ],
  },
  {
    id: "S-12",
    says: "Expiry and revocation close idle sockets; a refresh is judged anew and can't change the subject.",
    tests: [
      "wire/gateway/authentication: Expiry closes an idle socket with 4010",
      "pg/revocation: By its jti",
      "wire/gateway/refresh: The subject may not change",
    ],
  },
  {
    id: "S-13",
    says: "Messages are bounded text of a known form, without compression; prototypes can't be reached.",
    tests: [
      "wire/gateway/malformed: A message over 16 KiB ends its connection",
      "wire/gateway/malformed: The last of duplicate keys counts",
      "wire/gateway/handshake: Compression is never agreed on",
      "wire/gateway/odd-tokens: Prototypes can't be reached by any message",
      "wire/gateway/fuzz: Any message on a connection is answered by a frame of the protocol",
    ],
  },
  {
    id: "S-14",
    says: "Messages, connections, subscriptions, look-ups and requests have limits, by who asks and from where.",
    tests: [
      "wire/gateway/malformed: A flood is refused message by message, then closed with 4429",
      "wire/gateway/connection-limits: More of one address are closed with 4429",
      "wire/gateway/connection-limits: More subscriptions than allowed are refused one by one",
      "wire/gateway/request-rates: One address asks twice as often as its rate at once",
      "unit/database/canonical-owner: one asker has 512 looked up at once",
      "wire/gateway/floods: is refused, and others are answered as soon as ever",
    ],
  },
  {
    id: "S-15",
    says: "Connections that are only held, silent or trickling, are let go within 15 s.",
    tests: [
      "wire/gateway/slow-connections: A connection that is only held is let go within 15 s",
      "wire/gateway/http-connections: More of one address than allowed are ended at once",
    ],
  },
  {
    id: "S-16",
    says: "Broken and hostile WebSocket frames end their own connection at most, and take no memory.",
    tests: [
      "wire/gateway/fuzz: Frames of any opcode and any reserved bits are answered, or end their own connection",
      "wire/gateway/floods: Of pieces of one frame is cut off where they are kept",
      "wire/gateway/floods: Of pings is closed with 4429 like one of messages",
      "wire/gateway/malformed: is ended, and no other",
    ],
  },
  {
    id: "S-17",
    says: "Listed paths and methods alone; ambiguous requests are refused; a forwarded address counts from trusted proxies only.",
    tests: [
      "wire/gateway/http: Only the listed paths and methods are served",
      "wire/gateway/bad-requests: None is served, nor what is hidden behind it",
      "wire/gateway/bad-requests: Nothing that a client sends comes back in a header",
      "wire/gateway/connection-limits: Who is no trusted proxy can't choose its address",
    ],
  },
  {
    id: "S-18",
    says: "On the clients' port there is no path for administration: an administrator is a token's role. The operator's listener, where one is configured, has a port of its own, serves `/metrics` alone and asks for a named token. `/livez` and `/readyz` tell of no owner.",
    tests: [
      "wire/gateway/http: /livez says that the process lives, /readyz whether it vouches for its numbers",
      "unit/gateway/auth/auth: Only the role admin, spelled so, is an administrator's",
      "wire/gateway/schema: Is told to nobody else",
      "pg/operator-metrics: is for those alone who show a token, and for nothing but its own paths",
    ],
  },
  {
    id: "S-19",
    says: "Logs hold no token, password or row, and control characters are escaped.",
    tests: [
      "unit/cli/log-line: holds no password of a connection string and no token",
      "unit/cli/log-line: tells an error's message and code, and not the row that PostgreSQL quotes in its detail",
      "unit/cli/log-line: stays one line without control characters",
      "wire/gateway/authentication: The token and its parts appear in no log line",
      "pg/database/session: says in one line what the operator must do, and never the password",
    ],
  },
  {
    id: "S-20",
    says: "Capture's functions run as a role that can't log in, look nothing up by the caller's path, and serve their own table alone.",
    tests: [
      "pg/capture/trust: a capture function on a table that it was not made for records nothing",
      "pg/capture/trust: every function that runs as its owner has a fixed search path",
      "pg/capture/trust: every object belongs to a role of this database, who cannot log in",
      "pg/capture/hostile-search-path: has no say in what is captured of an insert",
    ],
  },
  {
    id: "S-21",
    says: "Nothing is granted to PUBLIC; an application writes without any grant, and row-level security hides nothing from capture.",
    tests: [
      "pg/capture/trust: nothing is granted to PUBLIC",
      "pg/capture/trust: an application role can call nothing of deltad's and read none of its tables",
      "pg/capture/trust: an application role that may only insert writes, and its rows are captured",
      "pg/capture/trust: row-level security of the writer does not filter what is captured",
      "pg/capture/locks: a role without rights can lock no table of deltad's",
    ],
  },
  {
    id: "S-22",
    says: "The daemon's role reads captured columns and writes next to nothing; its sessions have limits.",
    tests: [
      "pg/capture/trust: the daemon may read captured columns, changes, leases and migrations, and write none of them",
      "pg/revocation: The daemon's role can only read revocations",
      "pg/database/session: is named, in UTC, at an explicit isolation level, with limits",
      "pg/running-page: does what it says, step by step",
    ],
    untested: "A real certificate for `verify-full`: TLS is the driver's; that its options are read is tested.",
  },
  {
    id: "S-23",
    says: "Names of any kind are right or refused; expressions come from the operator's configuration alone.",
    tests: [
      "pg/capture/identifiers: have nothing found wrong about them",
      "pg/capture/trust: names of any kind are watched as they are",
      "unit/database/identifier: stay bare where that means the same",
      "unit/database/identifier: do not end inside the body",
      "pg/capture/validate: refuses what triggers cannot watch",
    ],
  },
  {
    id: "S-24",
    says: "A notification is empty, and trusted for nothing.",
    tests: ["pg/capture/bell: takes forged notifications for nothing"],
  },
  {
    id: "S-25",
    says: "Change tables hold the columns that metrics and events need, and no longer than the retention.",
    tests: [
      "unit/plan/compile: captures the columns that definitions need and no others",
      "unit/define/define-event: capture the columns that they look at",
      "pg/capture/retention: keeps what is younger than the retention, removes what is older",
    ],
  },
  {
    id: "S-26",
    says: "An answer is the same whether an owner exists or not, and tells nothing of the code.",
    tests: [
      "wire/gateway/isolation: The refusal is the same whether the owner exists or not",
      "wire/gateway/http: An owner's metrics are refused alike whether the owner exists or not",
      "wire/gateway/event-stream: Every refusal comes as a status before the stream",
      "wire/gateway/authentication: A bad token closes with 4401 and says nothing else",
    ],
  },
  {
    id: "S-27",
    says: "Dependencies are locked, and the binaries of the WebSocket server pinned by checksum.",
    tests: [
      "house/lockfile: pins uWebSockets.js exactly, and with it the checksum of each of its binaries",
      "house/lockfile: names no registry",
      "cli/packages: have no file in common, and the client's is small and depends on nothing",
    ],
    untested:
      "Known holes in dependencies: `npm audit` asks a registry, and its answer changes while the code does not.",
  },
];
