import { readCaptureState } from "../capture/capture-state.ts";
import { APPLY, type Finding, finding } from "../database/findings.ts";
import { qualifiedName, quoteIdentifier } from "../database/identifier.ts";
import type { WatchedTable } from "../plan/watched-table.ts";
import type { Examined } from "./examination.ts";

/** Tables that have deltad's triggers and are not watched under this name: they were renamed, or swapped for others. */
export async function examineLeftovers({ session, compiled }: Examined): Promise<Finding[]> {
  const found = await session.query<{ schema: string; table: string; functions: string[]; drops: string }>(LEFTOVERS, [
    JSON.stringify(compiled.tables.map(({ schema, table }) => ({ schema, table }))),
  ]);
  const missing = await missingTables(session, compiled.tables);
  return found.map(({ schema, table, functions, drops }) => {
    const here = qualifiedName(schema, table);
    const was = missing.find(({ source }) => functions.some((name) => name.endsWith(`_${source}`)));
    if (was === undefined) {
      return finding("triggers_left", `${here} is not watched and still has deltad's triggers.`, drops);
    }
    const back =
      was.schema === schema
        ? `alter table ${here} rename to ${quoteIdentifier(was.table)}`
        : `alter table ${here} set schema ${quoteIdentifier(was.schema)}`;
    return finding("table_renamed", `The watched table ${was.schema}.${was.table} is called ${here} now.`, back);
  });
}

async function missingTables(
  session: Examined["session"],
  tables: readonly WatchedTable[],
): Promise<readonly WatchedTable[]> {
  const names = tables.map(({ schema, table }) => qualifiedName(schema, table));
  const rows = await session.query<{ there: boolean }>(
    "select to_regclass(w.name) is not null as there from unnest($1::text[]) with ordinality w(name, place) order by place",
    [names],
  );
  return tables.filter((_, at) => rows[at]?.there !== true);
}

// The statements that take them away are for the root of a tree: PostgreSQL's copies of a row trigger go with the original.
const LEFTOVERS = `
with recursive ours as (
  select t.tgrelid, t.tgname, t.tgparentid, p.proname
    from pg_trigger t
    join pg_proc p on p.oid = t.tgfoid
    join pg_namespace n on n.oid = p.pronamespace and n.nspname = 'deltad'
   where not t.tgisinternal or t.tgparentid <> 0
), above as (
  select tgrelid as armed, tgrelid as relid from ours
  union
  select above.armed, i.inhparent from above join pg_inherits i on i.inhrelid = above.relid
)
select n.nspname as schema, c.relname as "table", array_agg(distinct ours.proname::text) as functions,
       string_agg(format('drop trigger %I on %I.%I', ours.tgname, n.nspname, c.relname), '; ' order by ours.tgname)
         filter (where ours.tgparentid = 0) as drops
  from ours
  join pg_class c on c.oid = ours.tgrelid
  join pg_namespace n on n.oid = c.relnamespace
 where not exists (
         select from above
           join pg_class root on root.oid = above.relid
           join pg_namespace s on s.oid = root.relnamespace
           join json_to_recordset($1) as w(schema name, "table" name) on w.schema = s.nspname and w."table" = root.relname
          where above.armed = ours.tgrelid)
 group by n.nspname, c.relname
having count(*) filter (where ours.tgparentid = 0) > 0
 order by 1, 2`;

/** Tables that row triggers capture, and statement triggers could. */
export async function examinePartitions({ session, compiled }: Examined): Promise<Finding[]> {
  const watched = compiled.tables.map(({ source, schema, table }) => ({ source, schema, table }));
  const rows = await session.query<{ name: string; nodes: number; partitioned: boolean }>(
    `select format('%I.%I', w.schema, w."table") as name, count(distinct t.node)::int as nodes, c.relkind = 'p' as partitioned
       from json_to_recordset($1) as w(source text, schema text, "table" text)
       join pg_namespace n on n.nspname = w.schema
       join pg_class c on c.relnamespace = n.oid and c.relname = w."table"
      cross join lateral deltad.armed_triggers(c.oid, w.source) t
      where not t.armed and not t.needed
      group by 1, 3 order by 1`,
    [JSON.stringify(watched)],
  );
  return rows.map(({ name, nodes, partitioned }) => {
    const which = partitioned ? `${nodes} partitions of ${name} are` : `${name}, which no subscription fills, is`;
    return finding("triggers_slower", `${which} captured row by row.`, APPLY);
  });
}

/** What `apply` makes and no write depends on: the views that hold captured columns fast, and that DDL tells of itself. */
export async function examineSafeguards({ session, compiled }: Examined): Promise<Finding[]> {
  const { tables, tellsOfDdl } = await readCaptureState(session, compiled.tables);
  const unguarded = compiled.tables.flatMap(({ source, columns }, at) => {
    const { nodes = [], guarded = [] } = tables[at] ?? {};
    const [node] = nodes;
    if (node === undefined || columns.every(({ name }) => guarded.includes(name))) return [];
    const meaning = `The view deltad.guard_${source} does not hold the captured columns of ${node.name}.`;
    return [finding("guard_missing", meaning, APPLY)];
  });
  if (tellsOfDdl) return unguarded;
  return [...unguarded, finding("event_triggers_missing", "DDL on watched tables does not tell of itself.", APPLY)];
}
