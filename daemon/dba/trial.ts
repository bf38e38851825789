/**
 * What capture costs one table's writers, tried on copies of it: the same columns, indexes and checks, with and without deltad's triggers.
 *
 * Everything happens in one transaction that is rolled back: the copies, the rows in them, even deltad's own objects where it is not
 * installed. Nothing locks the table itself. Rows are samples of its own. Each operation writes row by row, as applications do, in
 * rounds that take turns; of each the fastest counts, since whatever else the server does can only add to it.
 */
import { emptyState } from "../capture/capture-state.ts";
import type { CaptureLimits } from "../capture/generated-sql.ts";
import { planWatch } from "../capture/watch-plan.ts";
import { dollarQuoted, qualifiedName, quoteIdentifier, quoteLiteral } from "../database/identifier.ts";
import type { Queryable } from "../database/session.ts";
import { keyColumns, linkColumns, type WatchedTable } from "../plan/watched-table.ts";

export interface TrialSession extends Queryable {
  script(text: string): Promise<void>;
}

export interface TrialOptions {
  readonly session: TrialSession;
  readonly limits: CaptureLimits;
  /** Rows of a round. */
  readonly rows: number;
  readonly rounds: number;
  /** Called before each round; throws to end the trial. */
  readonly onRound: (done: number, total: number) => void;
}

export type Operation = "insert" | "update" | "delete";

/** Of one row. */
export interface RowCost {
  readonly plainUs: number;
  readonly armedUs: number;
  readonly plainWalBytes: number;
  readonly armedWalBytes: number;
}

export interface Trial {
  /** In a round; fewer than asked for where the table has fewer. None: it is empty. */
  readonly rows: number;
  readonly costs: Readonly<Record<Operation, RowCost>> | undefined;
  /** Of one image in the change table, with its index. */
  readonly imageBytes: number;
}

const SCHEMA = "deltad_trial";
/** No name of a source in a configuration. */
const SOURCE = "-trial";
const COPIES = ["plain", "armed"] as const;

/** To be called in a transaction, which the caller rolls back. The database has deltad's own objects. */
export async function tryTable(table: WatchedTable, options: TrialOptions): Promise<Trial> {
  const { session, limits, rows, rounds, onRound } = options;
  const columns = await writableColumns(session, table);
  await session.script(`create schema ${SCHEMA};
create table ${SCHEMA}.plain (like ${qualifiedName(table.schema, table.table)} including all);
create table ${SCHEMA}.armed (like ${qualifiedName(table.schema, table.table)} including all);
create table ${SCHEMA}.sample as select ${columns.join(", ")} from ${qualifiedName(table.schema, table.table)} limit ${rows};
create table ${SCHEMA}.outcome (copy text, operation text, us float8, wal float8);
analyze ${SCHEMA}.sample;
${armed(table, limits)}`);
  const [sample] = await session.query<{ rows: number }>(`select count(*)::int as rows from ${SCHEMA}.sample`);
  const count = sample?.rows ?? 0;
  for (let round = 0; round < rounds && count > 0; round += 1) {
    onRound(round, rounds);
    for (const copy of COPIES) await session.script(writes(copy, table, columns, await changeable(session, table)));
  }
  const costs = count === 0 ? undefined : await fastest(session, count);
  const [images] = await session.query<{ bytes: number | null }>(
    `select (pg_total_relation_size(c.oid)::float8 / nullif((select count(*) from ${change()}), 0)) as bytes
       from pg_class c where c.oid = to_regclass(${quoteLiteral(change())})`,
  );
  await session.script(`drop schema ${SCHEMA} cascade; drop table ${change()}`);
  return { rows: count, costs, imageBytes: Math.round(images?.bytes ?? 0) };
}

function change(): string {
  return qualifiedName("deltad", `change_${SOURCE}`);
}

/** As the capture of this table would be, for its copy. */
function armed(table: WatchedTable, limits: CaptureLimits): string {
  const copy = { ...table, source: SOURCE, schema: SCHEMA, table: "armed" };
  return planWatch([copy], limits, emptyState([copy]))
    .map(({ sql }) => `${sql};`)
    .join("\n");
}

/** Inserts the sample row by row, changes each row, deletes each; and keeps what each of the three took for one row. */
function writes(
  copy: (typeof COPIES)[number],
  table: WatchedTable,
  columns: readonly string[],
  changed: string | undefined,
): string {
  const target = `${SCHEMA}.${copy}`;
  const key = keyColumns(table).map(quoteIdentifier);
  const itself = key.map((column) => `${column} = one.${column}`).join(" and ");
  const set = changed === undefined ? `${key[0]} = ${key[0]}` : `${changed} = before.${changed}`;
  const statements: Record<Operation, string> = {
    insert: `insert into ${target} (${columns.join(", ")}) overriding system value values (${columns.map((column) => `one.${column}`).join(", ")});`,
    update: `update ${target} set ${set} where ${itself};`,
    delete: `delete from ${target} where ${itself};`,
  };
  const timed = (Object.keys(statements) as Operation[]).map(
    (operation) => `
  select * into before from ${SCHEMA}.sample limit 1;
  began := clock_timestamp();
  wal := pg_current_wal_insert_lsn();
  for one in select * from ${SCHEMA}.sample loop
    ${statements[operation]}
    before := one;
  end loop;
  insert into ${SCHEMA}.outcome values ('${copy}', '${operation}',
    extract(epoch from clock_timestamp() - began) * 1000000, pg_current_wal_insert_lsn() - wal);`,
  );
  return `do ${dollarQuoted(`
declare
  one    record;
  before record;
  began  timestamptz;
  wal    pg_lsn;
begin${timed.join("\n")}
end
`)}`;
}

async function fastest(session: Queryable, rows: number): Promise<Record<Operation, RowCost>> {
  const found = await session.query<RowCost & { operation: Operation }>(
    `select operation,
            min(us) filter (where copy = 'plain') / $1 as "plainUs", min(us) filter (where copy = 'armed') / $1 as "armedUs",
            min(wal) filter (where copy = 'plain') / $1 as "plainWalBytes", min(wal) filter (where copy = 'armed') / $1 as "armedWalBytes"
       from ${SCHEMA}.outcome group by operation`,
    [rows],
  );
  const of = (operation: Operation): RowCost => {
    const cost = found.find((row) => row.operation === operation);
    if (!cost) throw new Error(`no round has tried ${operation}`);
    const { plainUs, armedUs, plainWalBytes, armedWalBytes } = cost;
    return { plainUs, armedUs, plainWalBytes, armedWalBytes };
  };
  return { insert: of("insert"), update: of("update"), delete: of("delete") };
}

async function writableColumns(session: Queryable, table: WatchedTable): Promise<string[]> {
  const rows = await session.query<{ name: string }>(
    `select quote_ident(a.attname) as name from pg_attribute a
      where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum`,
    [qualifiedName(table.schema, table.table)],
  );
  return rows.map(({ name }) => name);
}

/** A captured column that may take another row's value, if there is one: no unique index has it. */
async function changeable(session: Queryable, table: WatchedTable): Promise<string | undefined> {
  const names = table.columns
    .map(({ name }) => name)
    .filter((name) => !keyColumns(table).includes(name) && !linkColumns(table.owner).includes(name));
  const [row] = await session.query<{ name: string }>(
    `select quote_ident(a.attname) as name
       from pg_attribute a
      where a.attrelid = '${SCHEMA}.plain'::regclass and a.attname = any($1::text[]) and a.attgenerated = ''
        and not exists (select from pg_index i
                         where i.indrelid = a.attrelid and (i.indisunique or i.indisexclusion) and a.attnum = any(i.indkey::int2[]))
      order by array_position($1::text[], a.attname::text) limit 1`,
    [names],
  );
  return row?.name;
}
