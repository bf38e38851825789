/** What clients may write, and the ledger that says what became of it. */
import type { Mutant } from "./mutant.ts";

const OUTCOMES = "test/pg/writes/outcomes.test.ts";
const LEDGER = "test/pg/writes/ledger.test.ts";
const INSTALLED = "test/pg/writes/installed.test.ts";
const RACES = "test/pg/writes/races.test.ts";
const PLAN = "test/unit/plan/writes.test.ts";
const ONCE = "D1 An operation is applied at most once";
const REFUSED = "a number that was used for something else";
const TOLD = "what became of an operation is read with the rows that it changed";
const ATOMIC = "of an atomic batch all is done or nothing";
const CHECKED = "of a checked register one of those who saw the same value wins";
const OVERWROTE = "D3 Whatever is overwritten was told to its writer";
const INVALID = "what the database refuses is invalid";
const FORBIDDEN = "who may not write hears the same";
const RIGHTS = "deltad writes to no table of the application that declares no writes";

export const WRITE_MUTANTS: readonly Mutant[] = [
  {
    name: "an operation that is repeated is done again",
    file: "sql/writes/begin_operation.sql",
    find: "  if seq > known.last_seq then\n",
    replace:
      "  if seq > known.last_seq - 1000 then\n    delete from deltad.operation o where o.client = begin_operation.client and o.seq = begin_operation.seq;\n",
    test: LEDGER,
    title: ONCE,
  },
  {
    name: "a number stands for another operation",
    file: "sql/writes/begin_operation.sql",
    find: " and o.digest = begin_operation.digest",
    replace: "",
    test: LEDGER,
    title: REFUSED,
  },
  {
    name: "a client of somebody else goes on for them",
    file: "sql/writes/begin_operation.sql",
    find: "if known.subject <> begin_operation.subject then",
    replace: "if false then",
    test: LEDGER,
    title: REFUSED,
  },
  {
    name: "a hole is passed over",
    file: "sql/writes/begin_operation.sql",
    find: "if seq > known.last_seq + 1 then",
    replace: "if false then",
    test: LEDGER,
    title: REFUSED,
  },
  {
    name: "a client that nobody knows begins anywhere",
    file: "sql/writes/begin_operation.sql",
    find: "if seq <> 1 then",
    replace: "if false then",
    test: LEDGER,
    title: REFUSED,
  },
  {
    name: "a repeated operation is told to nobody",
    file: "sql/writes/begin_operation.sql",
    find: "set change_xid = pg_current_xact_id()",
    replace: "set change_xid = o.change_xid",
    test: LEDGER,
    title: TOLD,
  },
  {
    name: "operations of another life of the data are told",
    file: "daemon/capture/statement.ts",
    find: " and c.change_xid < pg_snapshot_xmax(pg_current_snapshot())",
    replace: "",
    test: LEDGER,
    title: "a transaction that is rolled back, or is of another life of the data",
  },
  {
    name: "operations of channels that nobody follows are told",
    file: "daemon/capture/statement.ts",
    find: "or c.channel in (select unnest(${wanted}::text[])))`;",
    replace: "or true)`;",
    test: LEDGER,
    title: "only operations of channels that are wanted",
  },
  {
    name: "the ledger is kept for ever",
    file: "sql/prune.sql",
    find: "    execute 'select deltad.prune_operations()';\n",
    replace: "    null;\n",
    test: LEDGER,
    title: "what is 30 days old is pruned",
  },
  {
    name: "an atomic batch stays half done",
    file: "daemon/writes/operator.ts",
    find: '  await session.script("rollback");',
    replace: '  await session.script("commit");',
    test: LEDGER,
    title: ATOMIC,
  },
  {
    name: "a constraint that is deferred fails the commit of a batch",
    file: "daemon/writes/operator.ts",
    find: '    await session.script("set constraints all immediate");\n',
    replace: "",
    test: LEDGER,
    title: ATOMIC,
  },
  {
    name: "a constraint that is deferred fails the commit of an operation",
    file: "daemon/writes/write-function.ts",
    find: "      if _is_alone then\n",
    replace: "      if false then\n",
    test: OUTCOMES,
    title: INVALID,
  },
  {
    name: "two who saw one value both win",
    file: "daemon/writes/write-function.ts",
    find: " for no key update of t;",
    replace: ";",
    test: RACES,
    title: CHECKED,
  },
  {
    name: "what was overwritten is told to nobody",
    file: "daemon/writes/write-function.ts",
    find: "'outcome', 'applied', 'overwrote', _now)",
    replace: "'outcome', 'applied')",
    test: RACES,
    title: OVERWROTE,
  },
  {
    name: "who does not see a locked row's end is refused for good",
    file: "sql/writes/refused_outcome.sql",
    find: "'40', '53', '55',",
    replace: "'40', '53',",
    test: RACES,
    title: "a deadlock, a row that is locked for too long",
  },
  {
    name: "members who may not write do",
    file: "daemon/writes/writer-sql.ts",
    find: "...(by === undefined ? [] : isAmong(plan, by)),",
    replace: "",
    test: OUTCOMES,
    title: FORBIDDEN,
  },
  {
    name: "a row of another channel is changed",
    file: "daemon/writes/write-function.ts",
    find: '_key and ${columnOf("t", set.channel)} = _in`;',
    replace: "_key`;",
    test: OUTCOMES,
    title: "a row that is there no more is gone",
  },
  {
    name: "a row that is softly deleted is changed",
    file: "daemon/writes/write-function.ts",
    find: "             where ${isRow(written)} and ${set.where};",
    replace: "             where ${isRow(written)};",
    test: OUTCOMES,
    title: "a row that is there no more is gone",
  },
  {
    name: "an insert gives what only its defaults say",
    file: "daemon/writes/operation-refusal.ts",
    find: "  if (unknown !== undefined) return invalid(",
    replace: "  if (unknown !== undefined && unknown === '') return invalid(",
    test: OUTCOMES,
    title: "what no row could make good is invalid before the database is asked",
  },
  {
    name: "a register is changed in part",
    file: "daemon/writes/operation-refusal.ts",
    find: "if (given !== undefined && !hasExactly(given, names))",
    replace: "if (given === null)",
    test: OUTCOMES,
    title: "what no row could make good is invalid before the database is asked",
  },
  {
    name: "rights that are no longer declared stay",
    file: "daemon/writes/write-objects.ts",
    find: "    execute format('drop owned by %I', writer);\n",
    replace: "",
    test: INSTALLED,
    title: RIGHTS,
  },
  {
    name: "a write function's owner is whoever applied",
    file: "sql/unsettled.sql",
    find: "case when o.name like 'write\\_%' and o.place = 2 then writer_oid else capture_oid end",
    replace: "case when o.name like 'write\\_%' and o.place = 2 then o.owner else capture_oid end",
    test: INSTALLED,
    title: "what is lacking is found, said, and mended",
  },
  {
    name: "the original's role may write in an adopted copy",
    file: "sql/unsettled.sql",
    find: "from wanted w where $3 is not null",
    replace: "from wanted w where false",
    test: INSTALLED,
    title: "a copy that is adopted has a role of its own",
  },
  {
    name: "a column that is generated is declared to be written",
    file: "daemon/writes/validate-writes.ts",
    find: 'if (right.privilege === "SELECT" || !column.generated) return [];',
    replace: "if (column.name !== '') return [];",
    test: INSTALLED,
    title: "a column that nobody can write",
  },
  {
    name: "the key of a row may be changed",
    file: "daemon/plan/compile-writes.ts",
    find: "if ([rows.key, rows.channel].map(calledAs).includes(called))",
    replace: "if (called === '')",
    test: PLAN,
    title: "the key",
  },
  {
    name: "a column is of two registers",
    file: "daemon/plan/compile-writes.ts",
    find: "  refuseTwice(registers);\n",
    replace: "",
    test: PLAN,
    title: "a column of two registers",
  },
];
