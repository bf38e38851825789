import { type Finding, finding } from "../database/findings.ts";
import { qualifiedName, quoteIdentifier } from "../database/identifier.ts";
import type { ChannelPlan } from "../plan/channel-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { watchedBy } from "../plan/row-source.ts";
import { linkColumns } from "../plan/watched-table.ts";
import type { Examined } from "./examination.ts";

/** Publications that send deltad's own tables to subscribers, which lack them. */
export async function examinePublications({ session }: Examined): Promise<Finding[]> {
  const rows = await session.query<{ publication: string; everything: boolean; tables: string[]; by_schema: boolean }>(
    `select p.pubname as publication, p.puballtables as everything,
            array_agg(t.tablename::text order by t.tablename) as tables,
            not exists (select from pg_publication_rel r join pg_class c on c.oid = r.prrelid
                          join pg_namespace n on n.oid = c.relnamespace
                         where r.prpubid = p.oid and n.nspname = 'deltad') as by_schema
       from pg_publication p
       join pg_publication_tables t on t.pubname = p.pubname and t.schemaname = 'deltad'
      group by p.oid, p.pubname, p.puballtables
      order by p.pubname`,
  );
  return rows.map(({ publication, everything, tables, by_schema }) => {
    const names = tables.map((table) => qualifiedName("deltad", table)).join(", ");
    const carried = `The publication ${publication} carries ${names}`;
    if (everything) {
      const meaning = `${carried}, since it is for all tables: list its tables instead, or make these on each subscriber.`;
      return finding("publication_carries", meaning);
    }
    const taken = by_schema ? "tables in schema deltad" : `table ${names}`;
    return finding(
      "publication_carries",
      `${carried}.`,
      `alter publication ${quoteIdentifier(publication)} drop ${taken}`,
    );
  });
}

/**
 * For each index that loads want: the owner's column, of each kind of topics, and behind it the one that a window is about; and for the one
 * by which a member of a channel is looked up.
 */
export async function examineIndexes({ session, compiled, limits }: Examined): Promise<Finding[]> {
  const lists = [...compiled.plans.flatMap(wantedIndexes), ...compiled.channels.flatMap(memberIndexes)].map(
    (index) => [JSON.stringify(index), index] as const,
  );
  const wanted = [...new Map(lists).values()];
  const rows = await session.query<{ schema: string; table: string; columns: string[]; partitioned: boolean }>(
    `select w.schema, w."table", w.columns, c.relkind = 'p' as partitioned
       from rows from (json_to_recordset($1) as (schema text, "table" text, columns text[], links int)) with ordinality as w(schema, "table", columns, links, place)
       join pg_namespace n on n.nspname = w.schema
       join pg_class c on c.relnamespace = n.oid and c.relname = w."table"
      cross join lateral (select sum(coalesce(pg_relation_size(leaf.relid), 0)) / current_setting('block_size')::int as pages
                            from (select c.oid as relid union select relid from pg_partition_tree(c.oid)) leaf) whole
      where whole.pages >= $2
        and not exists (
              select from pg_index i
               where i.indrelid = c.oid and i.indisvalid and i.indpred is null
                 -- Those that name a row may come in any order.
                 and array(select a.attname::text collate "C"
                             from generate_series(0, least(cardinality(w.columns), i.indnkeyatts) - 1) k
                             join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[k]
                            order by greatest(k, w.links - 1), 1)
                   = array(select u.name collate "C" from unnest(w.columns) with ordinality u(name, k)
                            order by greatest(u.k - 1, w.links - 1), 1))
      order by w.place`,
    [JSON.stringify(wanted), limits.unindexedPages],
  );
  return rows.map(({ schema, table, columns, partitioned }) => {
    const name = qualifiedName(schema, table);
    const list = columns.map(quoteIdentifier).join(", ");
    const create = `create index ${partitioned ? "" : "concurrently "}on ${name} (${list})`;
    return finding("index_missing", `${name} has no index that begins with ${list}.`, create);
  });
}

interface TempFileLimit {
  readonly kilobytes: string;
  readonly table: string;
  readonly needed: string;
  readonly whose: string;
  readonly statement: string;
}

/** A statement over all rows of the largest watched table: triggers see old and new rows, whole, in temporary files. */
export async function examineTempFiles({ session, compiled }: Examined): Promise<Finding[]> {
  const rows = await session.query<TempFileLimit>(TEMP_FILES, [
    JSON.stringify(compiled.tables.map(({ schema, table }) => ({ schema, table }))),
  ]);
  return rows.map(({ kilobytes, table, needed, whose, statement }) =>
    finding(
      "temp_file_limited",
      `temp_file_limit is ${kilobytes} kB ${whose}; a statement that updates all of ${table} needs some ${needed}.`,
      statement,
    ),
  );
}

const TEMP_FILES = `
with largest as (
  select format('%I.%I', w.schema, w."table") as name, 2 * size.bytes as bytes
    from json_to_recordset($1) as w(schema text, "table" text)
    join pg_namespace n on n.nspname = w.schema
    join pg_class c on c.relnamespace = n.oid and c.relname = w."table"
   cross join lateral (select sum(pg_table_size(leaf.relid)) as bytes
                         from (select c.oid as relid union select relid from pg_partition_tree(c.oid)) leaf) size
   order by bytes desc limit 1
), limits as (
  select substr(setting, length('temp_file_limit=') + 1) as value,
         case when s.setrole <> 0 then 'for the role ' || r.rolname else 'in this database' end as whose,
         concat('alter ', case when s.setrole <> 0 then 'role ' || quote_ident(r.rolname) end,
                case when s.setrole <> 0 and s.setdatabase <> 0 then ' in ' end,
                case when s.setdatabase <> 0 then 'database ' || quote_ident(current_database()) end,
                ' reset temp_file_limit') as statement
    from pg_db_role_setting s
    left join pg_roles r on r.oid = s.setrole
   cross join unnest(s.setconfig) setting
   where s.setdatabase in (0, (select oid from pg_database where datname = current_database())) and setting like 'temp\\_file\\_limit=%'
  union all
  select setting, 'by default', 'alter system set temp_file_limit = -1; select pg_reload_conf()'
    from pg_settings
   where name = 'temp_file_limit' and source in ('configuration file', 'command line', 'environment variable')
), parsed as (
  -- As memory is written: a number, of kB where no unit is given.
  select whose, statement, value,
         case when value ~ '^-?[0-9]+$' then value::numeric else pg_size_bytes(value) / 1024 end as kilobytes
    from limits
)
select l.kilobytes::bigint::text as kilobytes, t.name as "table", pg_size_pretty(t.bytes) as needed, l.whose, l.statement
  from parsed l, largest t
 where l.kilobytes >= 0 and l.kilobytes * 1024 < t.bytes
 order by l.whose`;

function wantedIndexes({ owner: own, tables, projections }: Plan) {
  return tables
    .filter(({ source }) => source !== own.source)
    .flatMap(({ source, schema, table, owner, columns: captured }) => {
      const dated = projections.flatMap(({ source: of, time }) =>
        of === source && "column" in time && Number.isFinite(time.spanDays) ? [time.column] : [],
      );
      // No index has a column of another table, as a parent's is.
      const windows = dated.filter((column) => captured.some(({ name }) => name === column));
      // A topic of everything reads everything, unless a window ends.
      const first = linkColumns(owner);
      const lists = windows.length > 0 ? [...new Set(windows)].map((column) => [...first, column]) : [first];
      return lists
        .filter((columns) => columns.length > 0)
        .map((columns) => ({ schema, table, columns, links: first.length }));
    });
}

/** Without the user each look-up reads all members of the channel. */
function memberIndexes(plan: ChannelPlan) {
  const { members } = plan;
  if (members.kind !== "table") return [];
  const { schema, table } = watchedBy(plan, members.source);
  return [{ schema, table, columns: [members.channel, members.user], links: 2 }];
}
