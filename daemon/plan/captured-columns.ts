/** The columns that are captured of each table, whoever needs them: topics with metrics, or channels. */
import { getTableConfig, type PgColumn, type PgTable } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import { tableName } from "../define/drizzle-value.ts";
import { wideType } from "./column-type.ts";
import type { CapturedColumn, WatchedTable } from "./watched-table.ts";

/** The captured columns of each table, by its name: those that any kind of topics or channels needs. */
export type CapturedColumns = Map<string, Set<string>>;

/** Columns of a change table, and of the row `r`, that are not the watched table's. */
const RESERVED = new Set(["change_xid", "change_seq", "change_weight", "change_owner"]);

/** @throws ConfigError for a column that can't be captured by its name */
export function refuseReserved(table: PgTable, { name }: PgColumn): void {
  if (RESERVED.has(name))
    throw new ConfigError(`${tableName(table)}.${name}: deltad's change tables use this name themselves`);
}

/** Where a table is. */
export function tablePlace(table: PgTable): { readonly schema: string; readonly table: string } {
  const { schema, name } = getTableConfig(table);
  return { schema: schema ?? "public", table: name };
}

/** A table's names, and those of its columns that are kept, in its own order. */
export function capturedOf(
  table: PgTable,
  kept: ReadonlySet<string> = new Set(),
): Pick<WatchedTable, "schema" | "table" | "columns"> {
  const columns = getTableConfig(table).columns.filter((column) => kept.has(column.name));
  return { ...tablePlace(table), columns: columns.map(capturedColumn) };
}

export function capturedColumn(column: PgColumn): CapturedColumn {
  return { name: column.name, type: wideType(column) };
}

/** One name alone where there is one. */
export function namesOf(key: readonly PgColumn[]): string | readonly string[] {
  const names = key.map(({ name }) => name);
  return names.length === 1 ? names.join() : names;
}
