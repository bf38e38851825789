/**
 * Which statements make a database capture what a configuration needs, from what its catalogs say: none where it does, so that a second
 * apply takes no lock on a watched table.
 *
 * What locks a watched table comes last: the locks are held to the end of the transaction. Two things come after writers are kept off the
 * watched table and all of its partitions: a change table is altered (who is between its trigger and its insert would still write the old
 * columns), and functions are replaced whose bulk statements did not say all that is to be known (a transaction in which such a function
 * has run would commit after daemons began to rely on the new one).
 */
import { dollarQuoted, qualifiedName, quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import type { WatchedTable } from "../plan/watched-table.ts";
import {
  captureFunctionName,
  captureFunctions,
  namesTopicsBy,
  type Operation,
  OPERATIONS,
} from "./capture-function.ts";
import type { CaptureState, TableNode, TableState, TriggerForm } from "./capture-state.ts";
import { type CaptureLimits, isSwitchedOff, linksOf, switchedOff } from "./generated-sql.ts";
import { rowFunctionName } from "./row-function.ts";

export interface PlannedStatement {
  readonly sql: string;
  /** The lock that it takes on tables that are not deltad's, until the transaction's end. */
  readonly lock?: TableLock;
}

export interface TableLock {
  readonly mode: "ACCESS SHARE" | "SHARE ROW EXCLUSIVE" | "ACCESS EXCLUSIVE";
  readonly tables: readonly string[];
}

/** bits of pg_trigger.tgtype: 1 row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate */
const STATEMENT_TRIGGERS = {
  insert: { type: 4, oldTable: "", newTable: "new_rows" },
  update: { type: 16, oldTable: "old_rows", newTable: "new_rows" },
  delete: { type: 8, oldTable: "old_rows", newTable: "" },
  truncate: { type: 32, oldTable: "", newTable: "" },
} as const;

/** The statements that are lacking; none: all is as it must be. */
export function planWatch(
  tables: readonly WatchedTable[],
  limits: CaptureLimits,
  state: CaptureState,
): PlannedStatement[] {
  const pairs = tables.map((table, index) => {
    const found = state.tables[index];
    if (found === undefined) throw new Error(`nothing is known of ${table.source}`);
    return { table, found };
  });
  return [
    ...pairs.flatMap(({ table, found }) => [...keepWritersOff(table, found, state), ...changeTable(table, found)]),
    ...pairs.flatMap(({ table }) => functions(table, limits, state)),
    ...pairs.flatMap(({ table, found }) => guard(table, found)),
    ...pairs.flatMap(({ table, found }) => triggers(table, found)),
    ...leftovers(state),
  ];
}

/** A source that has no change table yet has no writers to wait for. */
function keepWritersOff(
  table: WatchedTable,
  found: TableState,
  { functions: bodies }: CaptureState,
): PlannedStatement[] {
  const { hasChangeTable, differences, nodes, key } = found;
  if (!hasChangeTable || (differences.length === 0 && !lacksLink(table, bodies))) return [];
  // Who names a partition locks that alone.
  const only = key.length > 0 ? "" : "only ";
  return [
    {
      sql: `lock table ${only}${qualifiedName(table.schema, table.table)} in share row exclusive mode`,
      lock: { mode: "SHARE ROW EXCLUSIVE", tables: nodes.map(({ name }) => name) },
    },
  ];
}

/** Whether bulk statements say by fewer links than are wanted whose rows they changed. */
function lacksLink(table: WatchedTable, bodies: CaptureState["functions"]): boolean {
  const installed = OPERATIONS.filter((operation) => operation !== "truncate").map(
    (operation) => bodies[captureFunctionName(table, operation)] ?? "",
  );
  return linksOf(table).some((link) => !installed.every((body) => namesTopicsBy(body, table, link)));
}

/** A column of another type starts empty, and one that is no longer captured takes its images with it: all owners are read again anyway. */
function changeTable(table: WatchedTable, { hasChangeTable, differences }: TableState): PlannedStatement[] {
  const name = qualifiedName("deltad", `change_${table.source}`);
  if (!hasChangeTable) {
    const columns = table.columns.map((column) => `  ${quoteIdentifier(column.name)} ${column.type}`);
    return [
      {
        sql: `create unlogged table ${name} (
  change_xid    xid8     not null default pg_current_xact_id(),  -- the top-level transaction, also under savepoints
  change_seq    bigint   not null default nextval('deltad.change_seq'),
  change_weight smallint not null,                               -- -1 the old image of a row, +1 the new one
${columns.join(",\n")}
) with (
  -- Rows live for seconds: vacuum by their number, not by their share, at full speed, and never take the writers off the table to hand
  -- back its last pages.
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0,
  vacuum_truncate = false
)`,
      },
      { sql: `create index on ${name} (change_xid)` },
    ];
  }
  if (differences.length === 0) return [];
  const parts = differences.flatMap(({ name: column, wanted, present }) => [
    ...(present === null ? [] : [`drop column ${quoteIdentifier(column)}`]),
    ...(wanted === null ? [] : [`add column ${quoteIdentifier(column)} ${wanted}`]),
  ]);
  return [{ sql: `alter table ${name} ${parts.join(", ")}` }];
}

function functions(table: WatchedTable, limits: CaptureLimits, state: CaptureState): PlannedStatement[] {
  const wanted = [...captureFunctions(table, limits)];
  // Capture that was switched off stays off.
  const isOff = wanted.some(([name]) => isSwitchedOff(state.functions[name] ?? ""));
  return wanted
    .map(([name, body]) => [name, isOff ? switchedOff(body) : body] as const)
    .filter(([name, body]) => state.functions[name] !== body)
    .map(([name, body]) => ({
      sql: `create or replace function ${qualifiedName("deltad", name)}() returns trigger
language plpgsql security definer
as ${dollarQuoted(body)}`,
    }));
}

/**
 * Holds the captured columns fast: DROP COLUMN, ALTER COLUMN … TYPE and DROP TABLE fail at once, in the hands of who does it, instead
 * of making later writes fail in the trigger. Nobody reads the view; its owner has no right to the table.
 */
function guard(table: WatchedTable, { hasGuard, guarded }: TableState): PlannedStatement[] {
  const names = table.columns.map((column) => column.name);
  if (JSON.stringify(names.toSorted(byBytes)) === JSON.stringify(guarded.toSorted(byBytes))) return [];
  const view = qualifiedName("deltad", `guard_${table.source}`);
  const watched = qualifiedName(table.schema, table.table);
  return [
    ...(hasGuard ? [{ sql: `drop view ${view}` }] : []),
    {
      sql: `create view ${view} as select ${names.map(quoteIdentifier).join(", ")} from ${watched}`,
      lock: { mode: "ACCESS SHARE", tables: [watched] },
    },
  ];
}

/**
 * On each table of a tree: a statement that names a partition fires that partition's statement triggers and not its parent's. CREATE TRIGGER and
 * ENABLE ALWAYS wait for writers, and they wait for it.
 */
function triggers(table: WatchedTable, { nodes, key }: TableState): PlannedStatement[] {
  const isTree = key.length > 0;
  const made = nodes.flatMap((node) => statementTriggers(table, node, isTree));
  const wanted = isTree ? ROW_TRIGGERS : ROW_TRIGGERS.filter((name) => name === "zz_deltad_row" && nodes.some(isByRow));
  // With its copies on the partitions.
  const remade = wanted.filter((name) => !nodes.every((node) => isRight(node, name, rowForm(table, name, key))));
  const unwanted = ROW_TRIGGERS.filter((name) => !wanted.includes(name));
  return [
    ...made,
    ...[...unwanted, ...remade].flatMap((name) => dropRowTrigger(name, nodes)),
    ...remade.flatMap((name) => rowTrigger(name, table, nodes, key)),
    ...nodes.flatMap((node) => enable(table, node, isTree, wanted, remade)),
  ];
}

/** The worker of a subscription fires row triggers, and of statement triggers those of TRUNCATE alone. */
function isByRow({ isLeaf, isFed }: TableNode): boolean {
  return isLeaf && isFed;
}

function statementTriggers(table: WatchedTable, node: TableNode, isTree: boolean): PlannedStatement[] {
  return OPERATIONS.filter(
    (operation) => !isRight(node, `deltad_${operation}`, statementForm(table, operation, isTree)),
  ).map((operation) => {
    const { oldTable, newTable } = STATEMENT_TRIGGERS[operation];
    const transition = [oldTable && `old table as ${oldTable}`, newTable && `new table as ${newTable}`].filter(Boolean);
    return {
      sql: `create or replace trigger deltad_${operation} after ${operation} on ${node.name}
${transition.length > 0 ? `  referencing ${transition.join(" ")}\n` : ""}  for each statement execute function ${qualifiedName("deltad", captureFunctionName(table, operation))}(${isTree ? "'tree'" : ""})`,
      lock: { mode: "SHARE ROW EXCLUSIVE", tables: [node.name] },
    };
  });
}

const ROW_TRIGGERS = ["zz_deltad_move", "zz_deltad_row"] as const;
type RowTrigger = (typeof ROW_TRIGGERS)[number];

function dropRowTrigger(name: RowTrigger, nodes: readonly TableNode[]): PlannedStatement[] {
  const [root] = nodes;
  if (root?.triggers[name] === undefined) return [];
  const tables = nodes.map((node) => node.name);
  return [{ sql: `drop trigger ${name} on ${root.name}`, lock: { mode: "ACCESS EXCLUSIVE", tables } }];
}

/** PostgreSQL copies it to every partition, future ones included. The names sort last: after what other triggers may change. */
function rowTrigger(
  name: RowTrigger,
  table: WatchedTable,
  nodes: readonly TableNode[],
  key: readonly string[],
): PlannedStatement[] {
  const [root] = nodes;
  if (root === undefined) return [];
  const call = (argument: string): string => `${qualifiedName("deltad", rowFunctionName(table))}(${argument})`;
  const distinct = key.map(quoteIdentifier).map((column) => `old.${column} is distinct from new.${column}`);
  const sql =
    name === "zz_deltad_move"
      ? `create trigger zz_deltad_move before update on ${root.name}
  for each row when (${distinct.join(" or ")})
  execute function ${call(quoteLiteral(key.join(",")))}`
      : `create trigger zz_deltad_row after insert or update or delete on ${root.name}
  for each row execute function ${call("")}`;
  return [{ sql, lock: { mode: "SHARE ROW EXCLUSIVE", tables: nodes.map((node) => node.name) } }];
}

/** Also where session_replication_role is replica. Rows are kept by statement or by row, not by both. */
function enable(
  table: WatchedTable,
  node: TableNode,
  isTree: boolean,
  rowTriggers: readonly RowTrigger[],
  remade: readonly RowTrigger[],
): PlannedStatement[] {
  const byRow = isByRow(node);
  const wanted = [
    ...OPERATIONS.map((operation) => ({
      name: `deltad_${operation}`,
      state: byRow && operation !== "truncate" ? "D" : "A",
      isNew: !isRight(node, `deltad_${operation}`, statementForm(table, operation, isTree)),
    })),
    ...rowTriggers.map((name) => ({
      name,
      state: name === "zz_deltad_row" && node.isLeaf && !byRow ? "D" : "A",
      isNew: remade.includes(name),
    })),
  ];
  const parts = wanted
    .filter(({ name, state, isNew }) => isNew || node.triggers[name]?.enabled !== state)
    .map(({ name, state }) => `${state === "D" ? "disable" : "enable always"} trigger ${name}`);
  if (parts.length === 0) return [];
  return [
    {
      sql: `alter table only ${node.name}\n  ${parts.join(",\n  ")}`,
      lock: { mode: "SHARE ROW EXCLUSIVE", tables: [node.name] },
    },
  ];
}

function leftovers({ leftTriggers, leftFunctions, leftViews, leftSources }: CaptureState): PlannedStatement[] {
  return [
    ...leftTriggers.map(
      ({ name, table, partitions }): PlannedStatement => ({
        sql: `drop trigger ${name} on ${table}`,
        lock: { mode: "ACCESS EXCLUSIVE", tables: [table, ...partitions] },
      }),
    ),
    ...leftFunctions.map((name) => ({ sql: `drop function ${name}` })),
    ...leftViews.map((name) => ({ sql: `drop view ${name}` })),
    ...leftSources.flatMap((source) => [
      { sql: `drop table ${qualifiedName("deltad", `change_${source}`)}` },
      { sql: `delete from deltad.pruned where change_table = ${quoteLiteral(`change_${source}`)}` },
    ]),
  ];
}

function statementForm(table: WatchedTable, operation: Operation, isTree: boolean): TriggerForm {
  const { type, oldTable, newTable } = STATEMENT_TRIGGERS[operation];
  return [captureFunctionName(table, operation), type, oldTable, newTable, false, isTree ? "tree" : ""];
}

function rowForm(table: WatchedTable, trigger: RowTrigger, key: readonly string[]): TriggerForm {
  const name = rowFunctionName(table);
  return trigger === "zz_deltad_move"
    ? [name, 1 + 2 + 16, "", "", true, key.join(",")]
    : [name, 1 + 4 + 8 + 16, "", "", false, ""];
}

function isRight(node: TableNode, trigger: string, form: TriggerForm): boolean {
  return JSON.stringify(node.triggers[trigger]?.form) === JSON.stringify(form);
}

function byBytes(one: string, other: string): number {
  return one < other ? -1 : 1;
}
