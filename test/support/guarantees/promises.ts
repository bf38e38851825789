import type { Guarantee } from "./guarantee.ts";

export const PROMISES: readonly Guarantee[] = [
  {
    id: "C1",
    says: "**Consistent.** Each frame equals all metrics of its owner at one committed snapshot of the database and one instant.",
    tests: [
      "pg/oracle/random-writes: L3 Every document pushed equals a full recompute",
      "pg/oracle/transfers: the total over all owners is the same in every batch",
      "pg/oracle/races: an owner is loaded at the very cut that brings its changes",
      "pg/verify/running-marketplace: a thousand owners are what SQL says while rows of every kind are written",
      "pg/metrics/recompute: gives the documents of the handwritten oracle at boundaries",
    ],
  },
  {
    id: "C2",
    says: "**Monotone.** Within an epoch, version, snapshot and instant never go back on any connection.",
    tests: [
      "wire/gateway/stream: L4 Within an epoch, versions only grow on a connection",
      "unit/owners/staleness: L4 Within an epoch, versions only grow on a connection",
      "unit/metrics/owner-state: never goes back in time",
      "unit/metrics/clock: never goes back: a step of up to 5 s is waited out",
    ],
  },
  {
    id: "C3",
    says: "**Convergent.** When writes stop, every connected client reaches the recomputed value, after any fault below.",
    tests: [
      "process/killed-daemon: starts again with the right numbers",
      "process/rolling-restart: send their clients to each other",
      "unit/client/any-sequence: Whatever happens, in any order",
      "pg/capture/cursor: L1 No committed change is skipped",
    ],
  },
  {
    id: "C4",
    says:
      "**At least once, idempotent.** Values are absolute: frames may repeat or merge, and states in between may be skipped. Events carry " +
      "ids and are delivered at least once within their retention.",
    tests: [
      "process/event-ledger: come once each, in the order of commits",
      "process/long-resume: 50,000 missed events arrive whole",
      "unit/topics/owner/merge: Applying two merged patches is applying one after the other",
      "pg/resume/resume: the same events under the same ids as those who stayed",
    ],
  },
  {
    id: "C5",
    says: "**Honest.** Where the first three can't be kept, the client gets `stale` within 15 s, and `/readyz` fails.",
    tests: [
      "pg/oracle/lost-database: L10 Where the daemon cannot keep L3",
      "unit/owners/staleness: L10 Where the daemon cannot keep L3",
      "wire/gateway/http: /livez says that the process lives, /readyz whether it vouches for its numbers",
      "wire/gateway/http: Numbers that can't be vouched for",
    ],
  },
  {
    id: "C6",
    says:
      "**Harmless.** A daemon that is down, slow or wrong never makes an application's write fail or wait, except where it is said: a full " +
      "disk, and prepared transactions while writers notify.",
    tests: [
      "pg/capture/writers: L9 A write never waits for the daemon",
      "pg/capture/writers: a notification queue that somebody fills makes no write fail",
      "pg/capture/two-phase: the reader never sleeps, says so",
      "pg/holes/captured-columns: writes go on, the page is stale",
    ],
  },
];
