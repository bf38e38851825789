import type { Mutant } from "./mutant.ts";

const FED = "test/pg/holes/subscriptions.test.ts";
const LATER = "comes later, of another owner than the table: stale until apply, then every row is captured once";

/** Mistakes about tables that a subscription of logical replication fills. */
export const SUBSCRIPTION_MUTANTS: readonly Mutant[] = [
  {
    name: "apply makes no row trigger for a table that a subscription fills",
    file: "daemon/capture/watch-plan.ts",
    find: "return isLeaf && isFed;",
    replace: "return isLeaf && !isLeaf && isFed;",
    test: FED,
    title: LATER,
  },
  {
    name: "statement triggers stay enabled beside the row trigger",
    file: "daemon/capture/watch-plan.ts",
    find: 'byRow && operation !== "truncate" ? "D" : "A"',
    replace: 'byRow && operation === "truncate" ? "D" : "A"',
    test: FED,
    title: LATER,
  },
  {
    name: "a row trigger records for partitions only",
    file: "daemon/capture/row-function.ts",
    find: "if ${otherTable(table)} and not deltad",
    replace: "if not deltad",
    test: FED,
    title: LATER,
  },
  {
    name: "the row trigger of a table that a subscription fills no more stays",
    file: "daemon/capture/watch-plan.ts",
    find: "[...unwanted, ...remade]",
    replace: "[...remade]",
    test: FED,
    title: LATER,
  },
  {
    name: "a partition that a subscription fills needs no row trigger",
    file: "sql/armed_triggers.sql",
    find: "isleaf and exists (",
    replace: "isleaf and parent is null and exists (",
    test: "test/pg/holes/subscribed-partitions.test.ts",
    title: "partition by partition, from the first COPY on: every row is captured once",
  },
  {
    name: "rows that two triggers capture are live",
    file: "daemon/capture/check.ts",
    find: "...(twice ?",
    replace: "...(twice && missing.length > 0 ?",
    test: FED,
    title: LATER,
  },
  {
    name: "the worker of a subscription notifies, and can't prepare what it has applied",
    file: "sql/ring.sql",
    find: "(writers_prepare or pg_catalog.current_setting('session_replication_role') operator(pg_catalog.=) 'replica')",
    replace: "writers_prepare",
    test: FED,
    title: "whose worker prepares transactions",
  },
  {
    name: "a subscription goes, and nobody reads again",
    file: "sql/after_ddl.sql",
    find: "if tg_tag = 'DROP SUBSCRIPTION' then",
    replace: "if tg_tag is null then",
    test: "test/pg/capture/fingerprint.test.ts",
    title: "a subscription that goes tells every source",
  },
  {
    name: "a disabled trigger tells of a partition's TRUNCATE",
    file: "sql/fingerprint.sql",
    find: "t.tgname = 'deltad_truncate' and t.tgenabled = 'A'",
    replace: "t.tgname = 'deltad_truncate'",
    test: "test/pg/capture/fingerprint.test.ts",
    title: "differs after the TRUNCATE of a partition whose trigger for it is disabled",
  },
  {
    name: "a partition without a constraint breaks the statement",
    file: "sql/row_captured.sql",
    find: "coalesce(pg_catalog.pg_get_partition_constraintdef(leaf.relid), 'true')",
    replace: "pg_catalog.pg_get_partition_constraintdef(leaf.relid)",
    test: "test/pg/capture/new-partitions.test.ts",
    title: "that is the default one and the only one",
  },
];
