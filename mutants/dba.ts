import type { Mutant } from "./mutant.ts";

const CAPTURE = "test/pg/dba/doctor-capture.test.ts";
const UNINSTALL = "test/pg/dba/uninstall.test.ts";
const CHANNELS = "test/pg/dba/doctor-channels.test.ts";
const NAMES_INDEXES = "names indexes without which loads, or look-ups of members, read a whole table";
const EXPORT = "test/pg/dba/export.test.ts";
const SERVER = "test/pg/dba/doctor-server.test.ts";

/** Mistakes in the commands for those who run the database. */
export const DBA_MUTANTS: readonly Mutant[] = [
  {
    name: "any trigger of deltad's is taken to be on its table",
    file: "daemon/dba/examine-triggers.ts",
    find: "where above.armed = ours.tgrelid)",
    replace: "where true)",
    test: CAPTURE,
    title: "finds a table that was swapped for another",
  },
  {
    name: "a missing right ends the doctor's visit",
    file: "daemon/dba/doctor.ts",
    find: "if (errorCode(error) !== INSUFFICIENT_PRIVILEGE) throw error;",
    replace: "if (errorCode(error) !== undefined) throw error;",
    test: SERVER,
    title: "finds what a role may not look at",
  },
  {
    name: "an index is looked for by its first column alone",
    file: "daemon/dba/examine-tables.ts",
    find: "where i.indrelid = c.oid and i.indisvalid",
    replace: "where true",
    test: SERVER,
    title: "finds an index that is gone",
  },
  {
    name: "a living daemon's lease counts as expired",
    file: "daemon/dba/examine-readers.ts",
    find: "seconds > 60",
    replace: "seconds > 600",
    test: SERVER,
    title: "finds a daemon that was killed",
  },
  {
    name: "removal takes no notice of a daemon that reads",
    file: "daemon/dba/uninstall.ts",
    find: "if (living.length === 0) return;",
    replace: "if (living.length >= 0) return;",
    test: UNINSTALL,
    title: "refuses while a daemon reads, names it, and does it when told",
  },
  {
    name: "removal leaves what the daemon's role was granted",
    file: "daemon/dba/removal.ts",
    find: "from role where not used_elsewhere having count(*) > 0",
    replace: "from role where used_elsewhere having count(*) > 0",
    test: UNINSTALL,
    title: "leaves the schema as pg_dump sees it",
  },
  {
    name: "removal takes along what depends on deltad's tables",
    file: "daemon/dba/removal.ts",
    find: "select 5, '', 'drop table ' || string_agg(called, ', ' order by called) from relation",
    replace: "select 5, '', 'drop table ' || string_agg(called, ', ' order by called) || ' cascade' from relation",
    test: UNINSTALL,
    title: "fails as a whole, and names it",
  },
  {
    name: "an exported migration keeps the search_path for itself",
    file: "daemon/dba/export.ts",
    find: 'const SETTINGS = ["search_path", ',
    replace: "const SETTINGS = [",
    test: EXPORT,
    title: "makes what apply makes, in the transaction of the tool",
  },
  {
    name: "what a trial has made stays",
    file: "daemon/dba/cost.ts",
    find: 'await session.script("rollback");',
    replace: 'await session.script("commit");',
    test: "test/pg/dba/cost.test.ts",
    title: "can be interrupted, which leaves nothing either",
  },
  {
    name: "a trial writes the table itself",
    file: "daemon/dba/trial.ts",
    find: "const target = `${SCHEMA}.${copy}`;",
    replace: "const target = qualifiedName(table.schema, table.table);",
    test: "test/pg/dba/cost.test.ts",
    title: "locks the table no more than a reader does",
  },
  {
    name: "doctor's warnings are no reason for an exit code",
    file: "daemon/cli/doctor.ts",
    find: '(["error", "warning"] as const).find(',
    replace: '(["error"] as const).find(',
    test: "test/pg/dba/commands.test.ts",
    title: "doctor exits with 2 for errors, 1 for warnings",
  },
  {
    name: "what an index carries along is looked up by it",
    file: "daemon/dba/examine-tables.ts",
    find: "least(cardinality(w.columns), i.indnkeyatts) - 1",
    replace: "cardinality(w.columns) - 1",
    test: CHANNELS,
    title: NAMES_INDEXES,
  },
  {
    name: "a member is looked up by the channel first",
    file: "daemon/dba/examine-tables.ts",
    find: "columns: [members.channel, members.user], links: 2",
    replace: "columns: [members.channel, members.user], links: 0",
    test: CHANNELS,
    title: NAMES_INDEXES,
  },
];
