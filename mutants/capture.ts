import type { Mutant } from "./mutant.ts";

const CURSOR = "test/pg/capture/cursor.test.ts";
const ONCE = "L1 No committed change is skipped, none is applied twice";
const UNSEEN = `c.change_xid >= pg_snapshot_xmax($1::pg_snapshot)
       or c.change_xid = any(array(select pg_snapshot_xip($1::pg_snapshot)))`;
const LEASES = "test/pg/capture/leases.test.ts";
const WRITERS = "test/pg/capture/writers.test.ts";
const PACE = "test/unit/capture/pace.test.ts";

/** Mistakes between a write and a batch. */
export const CAPTURE_MUTANTS: readonly Mutant[] = [
  {
    name: "cursor not advanced",
    file: "daemon/capture/epoch.ts",
    find: "    this.#cursor = reply.batch.snapshot;",
    replace: "",
    test: CURSOR,
    title: ONCE,
  },
  {
    name: "cursor not advanced after a cut",
    file: "daemon/capture/epoch.ts",
    find: "    this.#cursor = taken.batch.snapshot;",
    replace: "",
    test: "test/pg/capture/cut.test.ts",
    title: "is taken for resets, dimension changes that are real, and owners that wait to be loaded",
  },
  {
    name: "id > last: a cursor by order of transaction ids",
    file: "daemon/capture/statement.ts",
    find: UNSEEN,
    replace: "c.change_xid >= pg_snapshot_xmax($1::pg_snapshot)",
    test: CURSOR,
    title: ONCE,
  },
  {
    name: "transactions in progress are read twice",
    file: "daemon/capture/statement.ts",
    find: UNSEEN,
    replace: "c.change_xid >= pg_snapshot_xmin($1::pg_snapshot)",
    test: CURSOR,
    title: ONCE,
  },
  {
    name: "old images weigh as new ones",
    file: "daemon/capture/capture-function.ts",
    find: 'DELETE: [{ rows: "old_rows", weight: -1 }]',
    replace: 'DELETE: [{ rows: "old_rows", weight: 1 }]',
    test: "test/pg/capture/images.test.ts",
    title: "keeps the new image of an insert, both of an update, the old one of a delete",
  },
  {
    name: "TRUNCATE is not told",
    file: "daemon/capture/capture-function.ts",
    find: "    insert into deltad.reset (source) values (${source});\n    images := 1;",
    replace: "    images := 1;",
    test: "test/pg/capture/images.test.ts",
    title: "tells a TRUNCATE as one reset of the table",
  },
  {
    name: "a capture function records for any table",
    file: "daemon/capture/capture-function.ts",
    find: "  if (tg_table_schema, tg_table_name) <> (${names}) then",
    replace: "  if false then",
    test: "test/pg/capture/trust.test.ts",
    title: "a capture function on a table that it was not made for records nothing",
  },
  {
    name: "bell released too early: the writer keeps it to the end of its statement only",
    file: "daemon/capture/capture-function.ts",
    find: "not pg_try_advisory_xact_lock_shared(1684368500, 1) then",
    replace: "not (pg_try_advisory_lock_shared(1684368500, 1) and pg_advisory_unlock_shared(1684368500, 1)) then",
    test: WRITERS,
    title: "keeps the bell from the reader until the rows of a writer that did not ring are visible",
  },
  {
    name: "no last read between taking the bell and sleeping",
    file: "daemon/capture/pace.ts",
    find: 'return { pace: { kind: "arming", hasBell: seen.bellTaken }, releaseBell: false, restMs: 0, next: "read" };',
    replace:
      'return { pace: { kind: "armed", hasBell: seen.bellTaken, hollowWakes: 0 }, releaseBell: false, restMs: 0, next: "sleep" };',
    test: PACE,
    title: "a reader that has taken the bell reads once more before it sleeps",
  },
  {
    name: "the bell is kept by a reader that found rows",
    file: "daemon/capture/pace.ts",
    find: "pace: AWAKE, releaseBell: hasBell",
    replace: "pace: AWAKE, releaseBell: false",
    test: "test/pg/capture/bell.test.ts",
    title: "is held while the reader sleeps, free while it streams, and free once it has stopped",
  },
  {
    name: "a bell during a read is forgotten",
    file: "daemon/capture/rhythm.ts",
    find: "if (!this.#rang) await this.#sleep(atMostMs - restMs);",
    replace: "await this.#sleep(atMostMs - restMs);",
    test: "test/unit/capture/waiting.test.ts",
    title: "a bell during the last read before sleep keeps the reader from sleeping",
  },
  {
    name: "what another daemon's pruning left stays until the next write",
    file: "daemon/capture/epoch.ts",
    find: "if (this.#unpruned || this.#pruner.isOwed)",
    replace: "if (this.#unpruned)",
    test: "test/pg/capture/several.test.ts",
    title: "remove what another that was removing could not see, at the next heartbeat",
  },
  {
    name: "writers notify into a full queue",
    file: "sql/ring.sql",
    find: "or pg_catalog.pg_notification_queue_usage() >= 0.5",
    replace: "",
    test: WRITERS,
    title: "a notification queue that somebody fills makes no write fail: from half full on nobody rings",
  },
  {
    name: "heartbeats do not read",
    file: "daemon/capture/heartbeat.ts",
    find: "options.everyMs === Number.POSITIVE_INFINITY ? options.everyMs : nowMs",
    replace: "Number.POSITIVE_INFINITY",
    test: "test/pg/capture/bell.test.ts",
    title: "L8 Correctness never depends on a NOTIFY arriving",
  },
  {
    name: "a lease that has expired is not noticed",
    file: "daemon/capture/epoch.ts",
    find: 'if (!reply.leaseLives) throw new Error("the reader\'s lease has expired");',
    replace: "",
    test: "test/pg/capture/lost-sessions.test.ts",
    title: "whose lease has expired is given up: its rows may be pruned",
  },
  {
    name: "pruning looks at one reader only",
    file: "sql/seen_by_all.sql",
    find: "select cursor from deltad.reader union all select pg_current_snapshot()",
    replace: "select pg_current_snapshot() as cursor",
    test: LEASES,
    title: "keeps what a living reader has not read, and removes the rest",
  },
  {
    name: "rows of another life are kept",
    file: "sql/register_reader.sql",
    find: "change_xid >= pg_snapshot_xmax(pg_current_snapshot())'",
    replace: "false'",
    test: LEASES,
    title: "removes rows of another life, whose transaction ids lie in the future, and ignores its marks",
  },
  {
    name: "a newer schema is not refused",
    file: "daemon/database/migration-step.ts",
    find: "  if (unknown) {",
    replace: "  if (unknown && steps.length === 0) {",
    test: "test/pg/database/migrate.test.ts",
    title: "L12 An old binary refuses a newer schema",
  },
  {
    name: "migrations are not serialised",
    file: "daemon/database/migration-script.ts",
    find: "do $$ begin perform pg_advisory_xact_lock(1684368500, 3); end $$;",
    replace: "",
    test: "test/pg/database/migrate.test.ts",
    title: "twenty at once all succeed, and one of them does the work",
  },
  {
    name: "a pooler in transaction mode is not noticed",
    file: "daemon/capture/epoch.ts",
    find: "    await refuseSharedBackend(session, this.#with.sessions);",
    replace: "",
    test: "test/pg/database/session.test.ts",
    title: "through a pooler in transaction mode is refused: the backend changes",
  },
];
