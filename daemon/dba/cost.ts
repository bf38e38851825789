import { ConfigError } from "../config/errors.ts";
import type { CaptureLimits } from "../capture/generated-sql.ts";
import { readApplied } from "../database/migrate.ts";
import { ownSteps, pendingSteps } from "../database/migration-step.ts";
import { qualifiedName } from "../database/identifier.ts";
import type { Queryable } from "../database/session.ts";
import type { WatchedTable } from "../plan/watched-table.ts";
import { type Operation, type Trial, type TrialSession, tryTable } from "./trial.ts";

/** In each of so many rounds; of the rows of a table that has fewer, all. */
const ROUNDS = 5;
const MEGABYTE = 1024 * 1024;

export interface CostOptions {
  readonly session: TrialSession;
  readonly tables: readonly WatchedTable[];
  readonly limits: CaptureLimits;
  readonly rows: number;
  readonly tell: (line: string) => void;
  /** Aborted: roll back, and throw. */
  readonly stopping: AbortSignal;
}

/** What capturing one table costs. */
export interface TableCost extends Trial {
  readonly source: string;
  readonly table: string;
  /** Rows written per hour, by the server's statistics since `since`. */
  readonly perHour: Readonly<Record<Operation, number>>;
  readonly since: Date;
  /** MB of write-ahead log more, by these statistics. */
  readonly walMegabytesPerHour: number;
  /** MB by which the change table grows while no daemon reads. */
  readonly changeMegabytesPerHour: number;
  /** What the copy has not, and the table has. */
  readonly lacks: readonly string[];
}

/** Tries each table, in a transaction of its own that is rolled back. Changes nothing. */
export async function estimateCosts(options: CostOptions): Promise<TableCost[]> {
  const costs: TableCost[] = [];
  for (const table of options.tables) costs.push(await inVain(options.session, () => costOf(table, options)));
  return costs;
}

/** In a transaction that is rolled back. */
export async function inVain<T>(session: TrialSession, work: () => Promise<T>): Promise<T> {
  await session.script(`begin isolation level read committed;
set local search_path = pg_catalog, pg_temp;
set local jit = off;
set local client_min_messages = warning`);
  try {
    return await work();
  } finally {
    await session.script("rollback");
  }
}

async function costOf(table: WatchedTable, { session, limits, rows, tell, stopping }: CostOptions): Promise<TableCost> {
  await lendOwnObjects(session);
  const name = qualifiedName(table.schema, table.table);
  const facts = await factsOf(session, name);
  const onRound = (done: number, total: number): void => {
    if (stopping.aborted) throw new ConfigError("Interrupted: everything is rolled back.");
    tell(`${name}: round ${done + 1} of ${total}`);
  };
  const trial = await tryTable(table, { session, limits, rows, rounds: ROUNDS, onRound });
  const operations: Operation[] = ["insert", "update", "delete"];
  const wal = operations.map((operation) => {
    const cost = trial.costs?.[operation];
    return cost === undefined ? 0 : (cost.armedWalBytes - cost.plainWalBytes) * facts.perHour[operation];
  });
  const images = facts.perHour.insert + facts.perHour.delete + 2 * facts.perHour.update;
  return {
    ...trial,
    source: table.source,
    table: name,
    ...facts,
    walMegabytesPerHour:
      Math.max(
        0,
        wal.reduce((sum, bytes) => sum + bytes, 0),
      ) / MEGABYTE,
    changeMegabytesPerHour: (images * trial.imageBytes) / MEGABYTE,
  };
}

/** Where deltad is not installed, its own objects are made for this transaction. */
export async function lendOwnObjects(session: TrialSession): Promise<void> {
  const steps = await ownSteps();
  const applied = await readApplied(session);
  const pending = pendingSteps(steps, applied);
  if (pending.length === 0) return;
  if (applied.length > 0) {
    throw new ConfigError("The database has an older deltad's objects: run `deltad migrate apply` first.");
  }
  for (const step of steps) await session.script(step.text);
}

interface Facts {
  readonly perHour: Record<Operation, number>;
  readonly since: Date;
  readonly lacks: string[];
}

async function factsOf(session: Queryable, name: string): Promise<Facts> {
  const [row] = await session.query<Record<Operation, number> & { since: Date; lacks: string[] }>(FACTS, [name]);
  if (!row) throw new ConfigError(`The watched table ${name} does not exist: create it, or correct the configuration.`);
  const { insert, update, since, lacks } = row;
  return { perHour: { insert, update, delete: row.delete }, since, lacks };
}

const FACTS = `
with node as (
  select to_regclass($1) as oid
  union
  select relid from pg_partition_tree(to_regclass($1))
), written as (
  select sum(pg_stat_get_tuples_inserted(oid)) as i, sum(pg_stat_get_tuples_updated(oid)) as u, sum(pg_stat_get_tuples_deleted(oid)) as d from node
), since as (
  select coalesce(pg_stat_get_db_stat_reset_time(d.oid), pg_postmaster_start_time()) as at from pg_database d where d.datname = current_database()
), hours as (
  select at, greatest(extract(epoch from clock_timestamp() - at) / 3600, 1.0 / 60)::float8 as n from since
)
select (w.i / h.n)::float8 as insert, (w.u / h.n)::float8 as update, (w.d / h.n)::float8 as delete, h.at as since,
       array_remove(array[
         case when c.relkind = 'p' then 'its partitions' end,
         (select format('foreign keys (%s)', count(*)) from pg_constraint where conrelid = c.oid and contype = 'f' having count(*) > 0),
         (select format('foreign keys of other tables (%s)', count(distinct conrelid)) from pg_constraint where confrelid = c.oid and contype = 'f' having count(*) > 0),
         (select format('the triggers %s', string_agg(tgname, ', ' order by tgname))
            from pg_trigger t join pg_proc p on p.oid = t.tgfoid
           where t.tgrelid = c.oid and not t.tgisinternal and p.pronamespace is distinct from (select oid from pg_namespace where nspname = 'deltad') having count(*) > 0),
         'its size: indexes of the copy are small'], null) as lacks
  from pg_class c, written w, hours h
 where c.oid = to_regclass($1)`;

/** For people. */
export function costReport(costs: readonly TableCost[]): string[] {
  return costs.flatMap(({ source, table, rows, costs: tried, perHour, since, lacks, imageBytes, ...expected }) => {
    const title = `${source}: ${table}`;
    if (tried === undefined) return [`${title}: the table is empty, there is nothing to try with.`];
    const line = (operation: Operation): string => {
      const { plainUs, armedUs, plainWalBytes, armedWalBytes } = tried[operation];
      const cells = [plainUs, armedUs]
        .map((us) => us.toFixed(1))
        .concat([plainWalBytes, armedWalBytes].map((bytes) => bytes.toFixed(0)));
      return `  ${operation.padEnd(10)}${cells.map((cell) => cell.padStart(12)).join("")}${Math.round(perHour[operation]).toString().padStart(12)}`;
    };
    const head = ["µs", "with deltad", "WAL bytes", "with deltad", "rows/hour"].map((cell) => cell.padStart(12));
    return [
      `${title}, for one row of ${rows}`,
      `  ${"".padEnd(10)}${head.join("")}`,
      line("insert"),
      line("update"),
      line("delete"),
      `  As written since ${since.toISOString()}: ${expected.walMegabytesPerHour.toFixed(1)} MB of WAL more per hour; without a daemon, changes grow by ${expected.changeMegabytesPerHour.toFixed(1)} MB per hour (${imageBytes} bytes an image).`,
      `  The copy lacks: ${lacks.join("; ")}.`,
    ];
  });
}
