import type { Guarantee } from "./guarantee.ts";

/** Faults of processes, networks, disks and whole PostgreSQL servers. */
export const FAULTS_OF_SERVERS: readonly Guarantee[] = [
  {
    id: "F1",
    says: "The daemon is killed at any moment.",
    outcome: "It starts again with a fresh load under a new epoch; its clients reconnect and end right.",
    tests: [
      "process/killed-daemon: starts again with the right numbers, and its clients with it",
      "process/event-ledger: come once each, in the order of commits",
    ],
    untested: "A kill between two named steps: kills come at whatever moment they come, in a stream of writes.",
  },
  {
    id: "F2",
    says: "The daemon is asked to end (SIGTERM).",
    outcome: "It says bye with a window to come back in, closes with 1012, and ends in bounded time with code 0.",
    tests: [
      "wire/gateway/drain: Says bye with a window to come back in",
      "wire/gateway/drain: Is bounded and idempotent, and so is stop",
      "pg/capture/lost-sessions: L11 Stop is bounded, idempotent",
      "process/demo: on SIGTERM it ends well",
    ],
  },
  {
    id: "F3",
    says: "The daemon stands still for a minute, then goes on.",
    outcome: "Clients notice and reconnect; what the clock has crossed meanwhile is caught up with.",
    tests: [
      "wire/client: asks after one and a half heartbeats of silence",
      "unit/owners/time: a database clock that jumps ahead crosses boundaries at once",
      "unit/owners/time: thousands of owners who cross midnight together are crossed in slices",
    ],
    untested: "The whole of it, with a process that is stopped and continued: each part is tested by itself.",
  },
  {
    id: "F4",
    says: "PostgreSQL crashes as a whole.",
    outcome: "Clients are told `stale`; the daemon reconnects after recovery and loads afresh.",
    tests: [
      "pg/oracle/lost-database: L10 Where the daemon cannot keep L3",
      "pg/resume/lost-database: after a crash nobody can say what was missed",
      "pg/resume/lost-database: a server that is killed while it reads what somebody missed",
    ],
  },
  {
    id: "F5",
    says: "One backend of PostgreSQL is killed, which resets all of them.",
    outcome: "As a crash; the numbers follow the recovered database.",
    tests: ["pg/resume/lost-database: one killed backend is a crash too"],
    untested:
      "Commits that the crash loses under `synchronous_commit = off`: every recovery begins a new life, whether it lost some or none.",
  },
  {
    id: "F6",
    says: "A session of deltad's is ended by an administrator.",
    outcome: "It is replaced under a new epoch, and no change is lost.",
    tests: [
      "pg/capture/lost-sessions: is told to the sink and replaced under a new epoch",
      "pg/capture/lost-sessions: of the listener alone costs no epoch",
      "pg/resume/lost-database: sessions that were ended cost nobody an event",
      "pg/channels/killed-sessions: those of loads, again and again while channels are loaded",
    ],
  },
  {
    id: "F7",
    says: "The network to PostgreSQL goes silent without a word.",
    outcome: "Heartbeats notice it in bounded time, and clients are told `stale`.",
    tests: [
      "pg/capture/lost-sessions: is noticed when the network goes silent without a word",
      "pg/capture/lost-sessions: takes the pool's with it",
      "pg/database/session: gives up on a peer that says nothing",
    ],
    untested: "A pulled cable or a stopped backend: a proxy that forwards nothing more stands for both.",
  },
  {
    id: "F8",
    says: "Data arrives late, over a session that was given up.",
    outcome: "It is ignored.",
    tests: [
      "pg/database/session: tells of its loss once, and nothing after it was closed",
      "unit/owners/staleness: a load of a lost epoch is not taken",
      "pg/resume/lost-database: what is read from the server's next life",
    ],
  },
  {
    id: "F9",
    says: "The link to PostgreSQL is reset, slow, sliced, or cut inside a reply.",
    outcome: "A part of a batch is never folded; the session is replaced.",
    tests: [
      "unit/capture/batch-row: a reply without its head is no batch",
      "pg/capture/cut: that fails when the sink has its batch ends the epoch",
    ],
    untested: "Slow and sliced links: the driver hands over a reply once it is whole, and an error where it never is.",
  },
  {
    id: "F10",
    says: "A standby is promoted, which may be behind.",
    outcome: "A new epoch, whose numbers are the new primary's; cursors of before are not used.",
    tests: ["pg/resume/copies: at a standby that was promoted is of another life"],
  },
  {
    id: "F11",
    says: "The daemon is pointed at a standby, or at a second copy of the database.",
    outcome: "It refuses, and says why.",
    tests: [
      "pg/database/session: to a standby is refused",
      "cli/bad-database: refuses a standby, and points at the primary",
      "pg/database/adopt: a daemon serves no copy of a database",
    ],
    untested: "Two primaries by turns behind one address: each new session learns which life of the database it is in.",
  },
  {
    id: "F12",
    says: "A dump is restored to a new server, where transaction ids begin anew, with change rows of the old one.",
    outcome: "Rows of the future are removed, others are not; capture works at once, under a new epoch.",
    tests: [
      "pg/capture/leases: removes rows of another life, whose transaction ids lie in the future",
      "pg/resume/copies: in a dump that was restored elsewhere and adopted",
      "pg/backup-page: a whole dump is restored whole",
    ],
  },
  {
    id: "F13",
    says: "The server's files are put back to an earlier copy.",
    outcome: "The daemon takes it for another life, and loads afresh.",
    tests: ["pg/resume/copies: in a copy of the files, taken before or after, is of another life"],
  },
  {
    id: "F19",
    says: "Clocks are wrong: the daemon's, or the database's, forwards and back.",
    outcome:
      "The daemon's has no effect. The database's instant never goes back within an epoch; forwards, boundaries are crossed once.",
    tests: [
      "unit/metrics/clock: is the database's clock in the last reply plus the time since",
      "unit/metrics/clock: tells of a step back by more than 5 s",
      "unit/owners/time: a small step back of the database's clock is waited out",
      "unit/owners/time: a database clock that jumps ahead crosses boundaries at once",
    ],
    untested: "A machine whose clock is really set: the clocks of tests are given to the code.",
  },
  {
    id: "F21",
    says: "The daemon was down for hours, and millions of changes wait.",
    outcome: "It loads afresh and drops the backlog, in slices.",
    tests: [
      "pg/capture/leases: prunes in slices of whole or part transactions until nothing is left",
      "pg/capture/leases: removes everything where no reader lives",
      "pg/holes/suspended: suspends itself after so many changes",
    ],
    untested: "Millions of rows, which take longer than a test may: slices are the same, however many there are.",
  },
  {
    id: "F22",
    says: "No daemon reads for days.",
    outcome: "Capture suspends itself; the next daemon has it back, empty and right.",
    tests: [
      "pg/holes/suspended: suspends itself a day after the last daemon",
      "pg/holes/suspended: a transaction with an old snapshot does not take daemons for gone",
      "pg/holes/suspended: several daemons that come at once",
    ],
  },
  {
    id: "F23",
    says: "The disk of the change tables is full.",
    outcome: "The application's write fails, with the change table in the error; warnings come long before.",
    tests: [
      "pg/full-disk: of the change tables fails the application's write, with a change table in the error, and loses nothing",
      "pg/dba/doctor-server: finds changes that nobody reads",
    ],
  },
  {
    id: "F24",
    says: "The disk of the write-ahead log is full, and PostgreSQL stops.",
    outcome: "As a crash: pages are stale until there is room and the server is back, and then right.",
    tests: [
      "pg/full-disk: of the write-ahead log is a crash: pages are stale until there is room and the server is back, and then right",
    ],
  },
  {
    id: "F26",
    says: "Rights are revoked, the password changes, no connection is left, or a pooler shares sessions by transaction.",
    outcome: "A clear error, tried again without a crash loop; a pooler in transaction mode is refused.",
    tests: [
      "pg/database/session: to a database without deltad's objects, or without its rights, is refused",
      "pg/capture/watch: finds rights that are gone, and apply mends them",
      "cli/bad-database: refuses a wrong password and a database that is not there",
      "cli/pgbouncer: in transaction mode is refused by start and verify",
      "unit/database/session-pool: all who wait for a session are refused at once where none can be opened",
    ],
    untested: "A password that changes under a running daemon: a session that can't be opened again is any lost one.",
  },
  {
    id: "F27",
    says: "The daemon runs out of memory.",
    outcome:
      "The process ends, a supervisor starts it again, and that is F1. Limits are there so that it does not come to this.",
    tests: ["wire/gateway/floods: of one message takes no memory and delays nobody"],
    untested: "The end itself: the kernel's and the supervisor's part, after which it is F1.",
  },
  {
    id: "F39",
    says: "The daemon's event loop is held up for seconds.",
    outcome: "What arrived meanwhile counts as in time.",
    tests: [
      "unit/capture/probe: a probe that came in while this process was held up counts as heard",
      "unit/database/trying-again: a deadline names who was late",
    ],
  },
  {
    id: "F40",
    says: "Faults of all kinds, mixed at random, for long.",
    outcome: "After each, every client is right.",
    tests: [
      "process/event-ledger: come once each, in the order of commits, whoever is cut off",
      "pg/oracle/random-writes: L3 Every document pushed equals a full recompute",
      "unit/client/any-sequence: Whatever happens, in any order",
      "unit/soak/plan: has every kind of fault that its server lets happen",
    ],
    untested:
      "A day of it in CI, where it is two minutes: `npm run soak -- --minutes 1440` mixes those that its one server, two daemons and one clock carry, from a seed that it prints. Not other servers in place of its own (F10 to F13, F46), wrong clocks and midnights (F19, F20), full disks (F23, F24), other versions (F34), nor the end of a daemon's memory (F27), which is F1.",
  },
  {
    id: "F43",
    says: "The daemon that holds the bell stands still or is cut off.",
    outcome: "The bell is free within three heartbeats, and another daemon takes it.",
    tests: [
      "pg/capture/lost-sessions: whose daemon is cut off, and does not even notice",
      "pg/capture/several: take the bell over within a heartbeat from one that died",
    ],
    untested: "That the writers' throughput comes back: no test asserts a speed.",
  },
];
