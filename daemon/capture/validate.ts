/** Compares the tables of a configuration with the database, before anything is made for them. */
import { nearest } from "../config/nearest.ts";
import { type Finding, finding, FindingsError } from "../database/findings.ts";
import { qualifiedName, quoteIdentifier } from "../database/identifier.ts";
import type { Queryable } from "../database/session.ts";
import { UNSTABLE } from "./stable-text.ts";
import { columnProblem, type DatabaseColumn } from "./validate-column.ts";
import { keyColumns, type WatchedTable } from "../plan/watched-table.ts";

/** A column that a definition sums, and the decimal places that its sums keep. */
export interface SummedColumn {
  readonly source: string;
  readonly column: string;
  readonly scale: number;
}

interface DatabaseTable {
  readonly schema: string;
  readonly table: string;
  readonly kind: string;
  readonly temporary: boolean;
  readonly partition: boolean;
  readonly children: boolean;
  /** A partition of it is a foreign table. */
  readonly foreign: boolean;
  /** Columns on which it or its partitions are partitioned. */
  readonly partitionedBy: readonly string[];
  /** Columns of each unique index over all rows. */
  readonly unique: readonly (readonly string[])[];
  readonly columns: readonly DatabaseColumn[];
}

/** Throws one FindingsError that names every table and column that can't be watched, why, and what to do. */
export async function validateTables(
  session: Queryable,
  tables: readonly WatchedTable[],
  sums: readonly SummedColumn[],
): Promise<void> {
  const found = await session.query<DatabaseTable>(TABLES, [
    JSON.stringify(tables.map(({ source, schema, table, columns }) => ({ source, schema, table, columns }))),
  ]);
  const problems: Finding[] = [];
  for (const table of tables) {
    const match = found.find((candidate) => candidate.schema === table.schema && candidate.table === table.table);
    if (!match) problems.push(await missingTable(session, table));
    else
      problems.push(
        ...tableProblems(
          table,
          match,
          sums.filter((sum) => sum.source === table.source),
        ),
      );
  }
  if (problems.length > 0) throw new FindingsError(problems);
}

async function missingTable(session: Queryable, { source, schema, table }: WatchedTable): Promise<Finding> {
  const rows = await session.query<{ schema: string; table: string }>(
    `select n.nspname as schema, c.relname as table from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'deltad')`,
  );
  const elsewhere = rows.find((row) => row.table === table);
  const near =
    elsewhere ??
    rows.find(
      (row) =>
        row.table ===
        nearest(
          table,
          rows.map((candidate) => candidate.table),
        ),
    );
  const hint = near ? `did you mean ${near.schema}.${near.table}?` : "create it first, or correct the configuration.";
  return finding("table_missing", `The table ${schema}.${table} (source ${source}) does not exist: ${hint}`);
}

const REFUSED_KINDS: Readonly<Record<string, string>> = {
  v: "a view",
  m: "a materialized view",
  f: "a foreign table",
};

function tableProblems(table: WatchedTable, found: DatabaseTable, sums: readonly SummedColumn[]): Finding[] {
  const name = `${table.schema}.${table.table}`;
  const kind = kindProblem(name, table, found);
  if (kind) return [kind];
  const names = found.columns.map((column) => column.name);
  const isKeyed = !table.isKeyless && keyColumns(table).every((name) => names.includes(name));
  const key = isKeyed ? (keyProblem(table, found) ?? []) : [];
  const columns = table.columns.flatMap((wanted) => {
    const column = found.columns.find((candidate) => candidate.name === wanted.name);
    if (!column) {
      const near = nearest(wanted.name, names);
      const meaning = `${name} has no column ${wanted.name}${near ? `: did you mean ${near}?` : "."}`;
      return [finding("column_missing", meaning)];
    }
    const scale = sums.find((sum) => sum.column === wanted.name)?.scale;
    const problem = columnProblem(name, column, wanted, scale);
    return problem === undefined ? [] : [finding("column_unsuitable", problem)];
  });
  return columns.concat(key);
}

/** Why no table of this kind can be watched. */
function kindProblem(name: string, { schema }: WatchedTable, found: DatabaseTable): Finding | undefined {
  const kind = REFUSED_KINDS[found.kind];
  const unsuitable = (meaning: string): Finding => finding("table_unsuitable", meaning);
  if (kind) return unsuitable(`${name} is ${kind}, whose changes no trigger sees: watch the tables behind it.`);
  if (/^(pg_catalog|information_schema|pg_toast|deltad)$/.test(schema))
    return unsuitable(`${name} belongs to PostgreSQL, or to deltad.`);
  if (!["r", "p"].includes(found.kind)) return unsuitable(`${name} is not a table.`);
  if (found.temporary)
    return unsuitable(`${name} is a temporary table, which other sessions do not see: watch a permanent one.`);
  if (found.partition)
    return unsuitable(`${name} is a partition: watch the partitioned table, its partitions are included.`);
  if (found.foreign) return unsuitable(`${name} has a foreign table as a partition, whose changes no trigger sees.`);
  if (found.children) {
    const meaning = `Other tables inherit from ${name}, and writes to those fire none of its triggers: watch them one by one.`;
    return finding("table_inherited", meaning);
  }
  return undefined;
}

/**
 * A key that several rows share tells none of them apart: the images of two rows in one transaction look like one row that changed.
 * PostgreSQL can't keep a column unique over all partitions; with the columns of the partitioning it can, and then it is up to whoever
 * gives out keys, as an identity column or a uuid does.
 */
function keyProblem(watched: WatchedTable, { unique, partitionedBy }: DatabaseTable): Finding | undefined {
  const { source, schema, table } = watched;
  const key = keyColumns(watched);
  const allowed = new Set([...key, ...partitionedBy]);
  const tellsApart = (columns: readonly string[]): boolean =>
    key.every((column) => columns.includes(column)) && columns.every((column) => allowed.has(column));
  if (unique.some(tellsApart)) return undefined;
  const others = partitionedBy.filter((column) => !key.includes(column));
  const columns = [...key, ...others].map(quoteIdentifier).join(", ");
  const create = partitionedBy.length > 0 ? "create unique index" : "create unique index concurrently";
  const exactly = [...key, ...others].join(", ");
  return finding(
    "key_not_unique",
    `${schema}.${table} (source ${source}) has no unique index on exactly its key ${exactly}; name another key, or make one.`,
    `${create} on ${qualifiedName(schema, table)} (${columns})`,
  );
}

// Types of domains are those beneath them. `implicit`: the database would widen the column to the captured type by itself.
const TABLES = `
with recursive watched as (
  select c.oid, c.relkind, c.relpersistence, c.relispartition, w.schema, w."table", w.columns
    from json_to_recordset($1) as w(source text, schema text, "table" text, columns json)
    join pg_namespace n on n.nspname = w.schema
    join pg_class c on c.relnamespace = n.oid and c.relname = w."table"
), beneath as (
  select a.attrelid, a.attnum, a.atttypid as type, a.atttypmod as typmod
    from watched join pg_attribute a on a.attrelid = watched.oid and a.attnum > 0 and not a.attisdropped
  union
  select b.attrelid, b.attnum, t.typbasetype, t.typtypmod
    from beneath b join pg_type t on t.oid = b.type and t.typtype = 'd'
), ${UNSTABLE}
select schema, "table", relkind as kind, relpersistence = 't' as temporary, relispartition as partition,
       not relispartition and relkind = 'r' and exists (select from pg_inherits where inhparent = watched.oid) as children,
       exists (select from pg_partition_tree(watched.oid) node join pg_class p on p.oid = node.relid where p.relkind = 'f') as "foreign",
       array(select distinct a.attname::text
               from pg_partition_tree(watched.oid) node
               join pg_partitioned_table p on p.partrelid = node.relid
               join pg_attribute a on a.attrelid = node.relid and a.attnum = any (p.partattrs::int2[])
              where a.attnum > 0
              order by 1) as "partitionedBy",
       (select coalesce(json_agg(i.columns), '[]')
          from (select array(select a.attname
                               from unnest(i.indkey::int2[]) with ordinality k(attnum, place)
                               join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
                              where k.place <= i.indnkeyatts) as columns
                  from pg_index i
                 where i.indrelid = watched.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null) i) as "unique",
       (select coalesce(json_agg(json_build_object(
                 'name', a.attname,
                 'type', format_type(b.type, b.typmod),
                 'base', b.type::regtype::text,
                 'scale', case when b.type = 'numeric'::regtype and b.typmod > 0 then (((b.typmod - 4) & 2047) # 1024) - 1024 end,
                 'same', b.type = wanted.type::regtype,
                 'implicit', exists (select from pg_cast where castsource = b.type and casttarget = wanted.type::regtype and castcontext = 'i'),
                 'unstable', (select min(u.type::regtype::text) from unstable u where u.attrelid = a.attrelid and u.attnum = a.attnum),
                 'virtual', a.attgenerated = 'v')), '[]')
          from pg_attribute a
          join beneath b on b.attrelid = a.attrelid and b.attnum = a.attnum
          join pg_type t on t.oid = b.type and t.typtype <> 'd'
          left join json_to_recordset(watched.columns) as wanted(name text, type text) on wanted.name = a.attname
         where a.attrelid = watched.oid) as columns
  from watched`;
