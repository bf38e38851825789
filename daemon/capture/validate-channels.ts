/**
 * Compares channels with the database: without its index each load of a channel would read a whole table, and each look-up of a member as
 * well.
 */
import { type Finding, finding, FindingsError } from "../database/findings.ts";
import { qualifiedName, quoteIdentifier } from "../database/identifier.ts";
import type { Queryable } from "../database/session.ts";
import type { ChannelPlan, OrderColumn } from "../plan/channel-plan.ts";
import { watchedBy } from "../plan/row-source.ts";
import type { WatchedTable } from "../plan/watched-table.ts";

/** A table in which a channel's rows are found by the column that names it, and behind that by others. */
interface Use {
  /** As the configuration has it: `channels.room.rows.messages`. */
  readonly place: string;
  readonly table: WatchedTable;
  /** What its index must begin with. */
  readonly wanted: readonly IndexColumn[];
  /** What it had best have. */
  readonly best: readonly IndexColumn[];
  /** Completes "without it". */
  readonly cost: string;
}

interface IndexColumn {
  readonly name: string;
  /** Undefined: any. */
  readonly collation?: "C";
  /** Rows are read in its order, from the last on. */
  readonly isRead?: true;
}

/** Bits of `pg_index.indoption`. */
const DESCENDING = 1;
const NULLS_FIRST = 2;

interface DatabaseUse {
  readonly partitioned: boolean;
  /** B-trees over all rows. */
  readonly indexes: readonly (readonly DatabaseColumn[])[];
}

interface DatabaseColumn {
  /** Null for what is no column. */
  readonly name: string | null;
  readonly collation: string | null;
  /** {@link DESCENDING}, {@link NULLS_FIRST}. */
  readonly option: number;
}

/** Throws one FindingsError that names each place of the configuration that does not fit, and what to do. */
export async function validateChannels(session: Queryable, plans: readonly ChannelPlan[]): Promise<void> {
  const uses = plans.flatMap(usesOf);
  if (uses.length === 0) return;
  const found = await session.query<DatabaseUse & { at: number }>(USES, [
    JSON.stringify(uses.map(({ table }, at) => ({ at, schema: table.schema, table: table.table }))),
  ]);
  const problems = found.flatMap(({ at, ...database }) => indexProblem(uses[at] as Use, database));
  if (problems.length > 0) throw new FindingsError(problems);
}

function usesOf(plan: ChannelPlan): Use[] {
  const { kind, members, sets } = plan;
  const rows = sets.map((set): Use => {
    const best = [{ name: set.channel }, ...(set.count === undefined ? [] : set.order.map(indexColumn))];
    return {
      place: `channels.${kind}.rows.${set.name}`,
      table: watchedBy(plan, set.source),
      // What orders equals among the newest costs little.
      wanted: best.slice(0, 2),
      best,
      cost: "each load would read the whole table",
    };
  });
  if (members.kind !== "table") return rows;
  const best = [{ name: members.channel }, { name: members.user }];
  const who: Use = {
    place: `channels.${kind}.members`,
    table: watchedBy(plan, members.source),
    wanted: best.slice(0, 1),
    best,
    cost: "each load, and each look-up of a member, would read the whole table",
  };
  return [who, ...rows];
}

function indexColumn({ column, kind }: OrderColumn): IndexColumn {
  return { name: column, isRead: true, ...(kind === "text" && { collation: "C" }) };
}

/** Whether an index has a column as it is wanted. One that is read in its order, either way, has NULL for the greatest of all, as a load asks. */
function fits({ name, collation, isRead }: IndexColumn, column: DatabaseColumn | undefined): boolean {
  if (column?.name !== name || (collation !== undefined && column.collation !== collation)) return false;
  return !isRead || (column.option & DESCENDING) * NULLS_FIRST === (column.option & NULLS_FIRST);
}

function indexProblem(use: Use, { indexes, partitioned }: DatabaseUse): Finding[] {
  const { place, table, wanted, best, cost } = use;
  if (indexes.some((index) => wanted.every((column, at) => fits(column, index[at])))) return [];
  const create = `create index${partitioned ? "" : " concurrently"} on ${qualifiedName(table.schema, table.table)}`;
  return [
    finding(
      "channel_index_missing",
      `${place}: no index over all of ${table.schema}.${table.table} begins with ${wanted.map(told).join(", ")}; ${cost}.`,
      `${create} (${best.map(printed).join(", ")})`,
    ),
  ];
}

function told({ name, collation }: IndexColumn): string {
  return collation === undefined ? name : `${name} (collation "${collation}")`;
}

function printed({ name, collation }: IndexColumn): string {
  return quoteIdentifier(name) + (collation === undefined ? "" : ` collate "${collation}"`);
}

const USES = `
select w.at, c.relkind = 'p' as partitioned,
       (select coalesce(json_agg((
                 select json_agg(json_build_object('name', a.attname, 'collation', k.collname, 'option', i.option) order by i.place)
                   from unnest(x.indkey::int2[], x.indcollation::oid[], x.indoption::int2[]) with ordinality i(attnum, collated, option, place)
                   left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = i.attnum and a.attnum > 0
                   left join pg_collation k on k.oid = i.collated
                  where i.place <= x.indnkeyatts)), '[]')
          from pg_index x
          join pg_class named on named.oid = x.indexrelid
          join pg_am method on method.oid = named.relam
         where x.indrelid = c.oid and x.indisvalid and x.indpred is null and method.amname = 'btree') as indexes
  from json_to_recordset($1) as w(at int, schema text, "table" text)
  join pg_namespace n on n.nspname = w.schema
  join pg_class c on c.relnamespace = n.oid and c.relname = w."table"
 order by w.at`;
