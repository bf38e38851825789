import type { Guarantee } from "./guarantee.ts";

/** Faults of clients, tokens, and of several daemons and versions side by side. */
export const FAULTS_OF_CLIENTS: readonly Guarantee[] = [
  {
    id: "F28",
    says: "Clients read slowly, or never.",
    outcome: "Each costs bounded memory and delays nobody; one snapshot when it drains, a close when it never does.",
    tests: [
      "wire/gateway/slow-reader: L7 A slow subscriber costs bounded memory and never delays another",
      "wire/gateway/slow-reader: A reader that stalled gets one snapshot when it has drained",
      "wire/gateway/slow-reader: One that stays blocked for 30 s is closed",
      "wire/gateway/slow-event-stream: Is ended when it stays blocked for 30 s",
      "unit/hub/delivery: delays another topic's by less than a turn",
    ],
  },
  {
    id: "F29",
    says: "All clients reconnect at once, again and again.",
    outcome: "Limits refuse with a code that says come later; clients spread themselves over up to a minute.",
    tests: [
      "unit/client/connection-machine: is spread over the whole range from 0 up: full jitter",
      "unit/client/connection-machine: starts the backoff over after 10 s of good connection",
      "wire/gateway/connection-limits: A flood of connections, with tokens and without, leaves nothing behind",
      "unit/resume/history: clients that were cut off at one place are answered by one reckoning",
    ],
    untested:
      "Ten thousand sockets, which no test's machine is asked for; `npm run bench -- resume` measures returning clients.",
  },
  {
    id: "F30",
    says: "Fifty tabs of one owner; subscriptions that come and go.",
    outcome: "One state and one encoding for all of them, and limits for each owner.",
    tests: [
      "wire/gateway/stream: An owner is watched once for all its subscribers",
      "unit/topics/owner/event-frames: An event is encoded once, whatever the number of subscribers",
      "wire/gateway/connection-limits: More of one owner are closed with 4429",
      "wire/client-owners: are followed while somebody listens",
    ],
  },
  {
    id: "F31",
    says: "A token expires on an open connection.",
    outcome:
      "It is told before, refreshed on the same socket, or closed with 4010 by the daemon's own timer, idle or not.",
    tests: [
      "wire/gateway/authentication: Expiry closes an idle socket with 4010",
      "wire/gateway/refresh: A minute before its end the token is said to expire",
      "wire/gateway/refresh: A refresh of the same subject gives the connection the new token's time",
      "wire/gateway/event-stream: Expiry ends the stream at the token's instant",
    ],
  },
  {
    id: "F32",
    says: "A token is revoked, or a key rotated.",
    outcome: "Open sockets of it close within 5 s, on every daemon, and it is refused from then on.",
    tests: [
      "pg/revocation: By its jti: its idle sockets on every daemon close with 4401 within 5 s",
      "pg/revocation: By subject: those issued at or before the instant",
      "wire/gateway/event-stream: A token that is revoked ends its streams",
      "unit/gateway/auth/jwks: A rotation is followed",
    ],
  },
  {
    id: "F33",
    says: "Several daemons read one database, and one of them dies.",
    outcome: "Each is right by itself; what one has not read, another does not remove, until its lease ends.",
    tests: [
      "pg/capture/several: leave nothing unread while they fall asleep, wake each other",
      "pg/capture/several: remove what another that was removing could not see",
      "pg/capture/leases: removes only what all living readers have read",
      "process/rolling-restart: send their clients to each other",
    ],
  },
  {
    id: "F34",
    says: "Old and new versions side by side, and migrations that are repeated, raced or killed.",
    outcome: "Migrations apply once, whole or not at all; an old daemon goes on or refuses with the reason.",
    tests: [
      "pg/database/migrate: L12 An old binary refuses a newer schema",
      "pg/database/migrate: twenty at once all succeed, and one of them does the work",
      "pg/database/killed-apply: by the end of its process",
      "pg/holes/next-configuration: is applied under a daemon that stays live, and right",
      "pg/capture/watch: a daemon is content with an installation that captures more than it needs",
    ],
  },
];
