import type { Guarantee } from "./guarantee.ts";

/** Faults and hard cases of transactions, tables, clocks of owners, and capture. */
export const FAULTS_OF_DATA: readonly Guarantee[] = [
  {
    id: "F14",
    says: "A transaction stays open for long, with or without writes to a watched table.",
    outcome: "Nobody waits for it; committed hours later, it is counted once.",
    tests: [
      "pg/capture/read-cost: stays flat while a transaction that has written stays open",
      "pg/oracle/races: a transaction that wrote long ago commits after thousands that came later",
      "pg/capture/leases: does not walk again over rows that it has removed",
    ],
  },
  {
    id: "F15",
    says: "Transactions are rolled back, whole or to a savepoint.",
    outcome: "Committed rows alone are seen.",
    tests: [
      "pg/capture/cursor: L2 A rolled-back change is never seen",
      "pg/capture/images: L2 A rolled-back change is never seen, under savepoints neither",
      "pg/capture/images: gives every row of a transaction its top-level transaction id",
    ],
    untested: "More than 64 subtransactions in one: rows carry the top-level id, whatever their number.",
  },
  {
    id: "F16",
    says: "A transaction that wrote is prepared, and committed later.",
    outcome: "Refused by PostgreSQL while writers notify, which is documented; else counted once, after its commit.",
    tests: [
      "pg/capture/two-phase: the reader never sleeps, says so, and reads what was prepared",
      "pg/capture/two-phase: it sleeps once the operator has said that writers never prepare",
      "pg/capture/writers: a transaction that wrote can be prepared where that is allowed",
    ],
  },
  {
    id: "F17",
    says: "TRUNCATE, alone, by CASCADE, or with inserts in its transaction.",
    outcome: "The owners concerned are read again at one snapshot; rows count once.",
    tests: [
      "pg/capture/images: tells a TRUNCATE as one reset of the table",
      "pg/oracle/races: rows that are inserted after a TRUNCATE in one transaction count once",
      "pg/oracle/races: a bulk statement, a TRUNCATE, or another zone comes while an owner loads",
    ],
  },
  {
    id: "F18",
    says: "A statement of a million rows, a huge transaction, or a flood of tiny ones.",
    outcome: "Owners are read again, or folded in slices; the event loop is not held.",
    tests: [
      "pg/capture/images: tells a bulk statement over more than 1,000 owners as one reset",
      "unit/owners/time: a large batch is folded in slices, each owner whole",
      "unit/owners/staleness: owners whose rows are too many to be read together are read in parts",
      "wire/gateway/import: the high-water mark and one frame",
    ],
    untested: "The number of transactions a second, which is a speed: `npm run bench -- load` measures it.",
  },
  {
    id: "F20",
    says: "Midnights, ends of months and years, 29 February and changes of the clock, while rows are written.",
    outcome: "Values change exactly at the owner's local boundary.",
    tests: [
      "pg/oracle/boundaries: L5 Values change exactly at the owner's local boundary",
      "pg/oracle/random-writes: L3 Every document pushed equals a full recompute",
      "pg/oracle/midnights: a day whose midnight comes twice begins at the first",
      "pg/oracle/midnights: a day without a midnight begins when clocks have gone forward",
      "pg/database/day-start: is right for every zone of the server around its changes of a year",
    ],
  },
  {
    id: "F25",
    says: "A captured column is dropped, renamed or retyped, a trigger is disabled, a table is swapped.",
    outcome: "The DDL fails with a clear error, or the daemon notices and says `stale` until it is mended.",
    tests: [
      "pg/capture/watch: a captured column can't be dropped or change its type under the triggers",
      "pg/holes/captured-columns: writes go on, the page is stale",
      "pg/holes/captured-columns: that is renamed in one transaction with writes",
      "pg/holes/missing-capture: stale until apply, which the log names",
      "pg/holes/unseen-changes: the client shows what is so",
    ],
  },
  {
    id: "F35",
    says: "Notifications are lost.",
    outcome: "The next heartbeat reads: late, and nothing is missed.",
    tests: ["pg/capture/bell: L8 Correctness never depends on a NOTIFY arriving"],
  },
  {
    id: "F36",
    says: "Another role forges or floods notifications.",
    outcome: "No wrong value, and no more reads than polling would make.",
    tests: [
      "pg/capture/bell: takes forged notifications for nothing",
      "unit/capture/read-states: a sleeping reader answers bells that announce nothing ever more slowly",
    ],
  },
  {
    id: "F37",
    says: "A read meets a deadlock, a serialization failure or a lock timeout.",
    outcome: "It is tried again from the same cursor, with nothing folded.",
    tests: [
      "pg/capture/cut: that a lock forbids is tried again from the same cursor",
      "unit/capture/contention: lock timeouts, serialization failures and deadlocks are refusals",
      "unit/capture/contention: a batch that PostgreSQL refuses is tried again for 10 s",
    ],
  },
  {
    id: "F38",
    says: "A row that a condition or a cast fails at, or with a zone that nobody knows.",
    outcome: "Its own owner is `stale` until it is mended; all others go on.",
    tests: [
      "pg/unreadable-rows: written while its owner is watched",
      "pg/unreadable-rows: in an event alone",
      "pg/bad-rows: with an unknown time zone",
      "unit/capture/bad-rows: the owners that make a reading fail are found",
    ],
  },
  {
    id: "F41",
    says: "A table is rewritten or truncated between a load's snapshot and its reading.",
    outcome: "The load holds the tables, or gives way; an empty table is never taken for the truth.",
    tests: [
      "pg/capture/cut: holds the watched tables, and a snapshot that another session sees exactly",
      "pg/owners/loader: gives way at once to an ALTER TABLE that waits for the reader",
      "pg/verify/verify: no table is rewritten between the snapshot of a recompute and its reading",
    ],
  },
  {
    id: "F42",
    says: "The removal of read rows meets late writers, new readers and ended leases.",
    outcome: "No unread row is removed; a reader whose lease ended loads afresh; nobody waits.",
    tests: [
      "pg/capture/leases: keeps what a living reader has not read",
      "pg/capture/leases: a reader that registers during a prune waits for it, and loses nothing",
      "pg/capture/leases: does not wait for a heartbeat that is being written",
      "pg/capture/lost-sessions: whose lease has expired is given up",
    ],
    untested: "`pg_dump` and autovacuum at the very moment: both take locks that removing rows does not conflict with.",
  },
  {
    id: "F44",
    says: "The queue of notifications fills, since a listener stays in a transaction.",
    outcome: "No write fails: writers stop ringing, and the daemon reads without a bell.",
    tests: [
      "pg/capture/writers: a notification queue that somebody fills makes no write fail",
      "pg/dba/doctor-server: finds a queue of notifications that fills",
      "pg/capture/writers: keeps the bell from the reader until the rows of a writer that did not ring are visible",
    ],
  },
  {
    id: "F45",
    says: "MERGE, rows that move between partitions, swapped keys, and single and bulk changes in one transaction.",
    outcome: "Values are right, and no event tells of a row that never was.",
    tests: [
      "pg/capture/images: keeps the images of each action of a MERGE",
      "pg/capture/partitions: resets the owner of a row that MERGE moves to another partition",
      "pg/capture/new-partitions: each row's images add up to what became of it",
      "pg/oracle/races: single rows change in the transaction of a bulk statement",
      "pg/events/random-events: are what a look at the table before and after each transaction says",
    ],
  },
  {
    id: "F46",
    says: "A publication for all tables carries deltad's own to a subscriber that has none.",
    outcome: "`deltad doctor` warns of it, and says what to do.",
    tests: ["pg/dba/doctor-server: a publication of all tables"],
    untested:
      "The subscriber: whether it goes on is PostgreSQL's matter, and it needs the tables or a narrower publication.",
  },
  {
    id: "F47",
    says: "Commits are slow, under many writers, while the reader takes the bell and gives it back.",
    outcome: "Writers go on, and none times out.",
    tests: [
      "pg/capture/writers: L9 A write never waits for the daemon",
      "pg/capture/bell: leaves nothing unread while readers arm and writers commit at any moment",
      "pg/capture/writers: rings once per transaction while the reader sleeps",
    ],
    untested:
      "How much throughput is kept, which is a speed: `npm run bench -- writer` measures it at the disk's own pace, and `npm run soak` makes commits slow.",
  },
];
