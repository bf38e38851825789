/** The columns of a key, as a configuration gives them: one, or a list of several. */
import { Column, is } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { keyType } from "./column-type.ts";
import type { OwnerKey } from "./watched-table.ts";

/** The columns that tell a source's rows apart, or name their owner. */
export type RowKey = readonly [PgColumn, ...PgColumn[]];

export function rowKey(declared: PgColumn | RowKey): RowKey {
  return is(declared, Column) ? [declared] : declared;
}

/** @throws ConfigError where equal values of a column may print different texts */
export function ownerKey([first, ...others]: RowKey): OwnerKey {
  const typed = (column: PgColumn) => ({ name: column.name, type: keyType(column) });
  return [typed(first), ...others.map(typed)];
}

export function listed(columns: readonly PgColumn[]): string {
  return columns.map(({ name }) => name).join(", ");
}
