/** Looks for the indexes without which each load of a channel would read its whole table. */
import { type Finding, finding, FindingsError } from "../database/findings.ts";
import { qualifiedName, quoteIdentifier } from "../database/identifier.ts";
import type { Queryable } from "../database/session.ts";
import type { ChannelPlan, RowSetPlan } from "../plan/channel-plan.ts";
import { watchedBy } from "../plan/row-source.ts";

/** Throws one FindingsError that names each set of rows without its index, and how to make it. */
export async function validateChannels(session: Queryable, plans: readonly ChannelPlan[]): Promise<void> {
  const sets = plans.flatMap((plan) => plan.sets.map((set) => ({ plan, set })));
  if (sets.length === 0) return;
  const tables = sets.map(({ plan, set }) => watchedBy(plan, set.source));
  const found = await session.query<{ place: number; columns: readonly string[] }>(INDEXES, [
    JSON.stringify(tables.map(({ schema, table }, place) => ({ place, schema, table }))),
  ]);
  const problems = sets.flatMap(({ plan, set }, place): Finding[] => {
    const wanted = wantedColumns(set);
    const serves = (columns: readonly string[]): boolean => wanted.every((column, at) => columns[at] === column);
    if (found.some((index) => index.place === place && serves(index.columns))) return [];
    const { schema, table } = watchedBy(plan, set.source);
    const all = [set.channel, ...(set.count === undefined ? [] : set.order.map(({ column }) => column))];
    const name = qualifiedName(schema, table);
    return [
      finding(
        "channel_index_missing",
        `channels.${plan.kind}.rows.${set.name}: no index of ${schema}.${table} begins with ${wanted.join(", ")}; each load would read the whole table.`,
        `create index concurrently on ${name} (${all.map(quoteIdentifier).join(", ")})`,
      ),
    ];
  });
  if (problems.length > 0) throw new FindingsError(problems);
}

/** The channel's rows, and the newest first where only those are held; what orders equals among them costs little. */
function wantedColumns({ channel, count, order }: RowSetPlan): readonly string[] {
  const [newest] = order;
  return count === undefined || newest === undefined ? [channel] : [channel, newest.column];
}

const INDEXES = `
select w.place, array(select a.attname::text
                        from unnest(i.indkey::int2[]) with ordinality k(attnum, at)
                        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
                       where k.at <= i.indnkeyatts order by k.at) as columns
  from json_to_recordset($1) as w(place int, schema text, "table" text)
  join pg_namespace n on n.nspname = w.schema
  join pg_class c on c.relnamespace = n.oid and c.relname = w."table"
  join pg_index i on i.indrelid = c.oid and i.indisvalid`;
