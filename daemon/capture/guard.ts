import type { Queryable } from "../database/session.ts";
import type { WatchedTable } from "../plan/watched-table.ts";

/**
 * Whether every captured column is held fast against DDL that would make later writes fail; see sql/guard_columns.sql. A guard that
 * was lifted for a migration is no reason to call the daemon's numbers stale, but `migrate apply` puts it back.
 */
export async function isGuarded(session: Queryable, tables: readonly WatchedTable[]): Promise<boolean> {
  const watched = tables.map(({ source, schema, table, columns }) => ({
    source,
    schema,
    table,
    columns: columns.map((column) => column.name),
  }));
  const unguarded = await session.query(
    `select from json_to_recordset($1) as w(source text, schema text, "table" text, columns name[])
       join pg_namespace n on n.nspname = w.schema
       join pg_class c on c.relnamespace = n.oid and c.relname = w."table"
      where deltad.guarded_columns(w.source, c.oid) <> array(select name from unnest(w.columns) name order by name)
      limit 1`,
    [JSON.stringify(watched)],
  );
  return unguarded.length === 0;
}
