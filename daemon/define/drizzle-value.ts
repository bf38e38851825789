/**
 * Tables and columns as a configuration hands them over. It is loaded without a look at its types, so a misspelt name arrives as
 * undefined. `called`: the function that takes them, as people write it.
 */
import { Column, is, SQL } from "drizzle-orm";
import { getTableConfig, type PgColumn, PgTable } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import { nearest } from "../config/nearest.ts";
import type { RowValue } from "./definition.ts";

/** With its schema. */
export function tableName(table: PgTable): string {
  const { schema, name } = getTableConfig(table);
  return `${schema ?? "public"}.${name}`;
}

export function columnOf(value: unknown, called: string): PgColumn {
  if (is(value, Column)) return value as PgColumn;
  if (is(value, SQL))
    throw new ConfigError(
      `${called} takes a column and is given an expression: keep its result in a column, generated always as (…) stored`,
    );
  throw new ConfigError(`${called} takes a column and is given ${given(value)}: is a name misspelt?`);
}

export function valueOf(value: unknown, called: string): RowValue {
  if (is(value, Column) || is(value, SQL)) return value as RowValue;
  throw new ConfigError(
    `${called} takes a column, or SQL over columns as in sql\`\${lines.price} * \${lines.pieces}\`, and is given ${given(value)}${value === undefined ? ": is a name misspelt?" : ""}`,
  );
}

/** The table that a value's columns are of: that of the first, if it has several. */
export function tableOfValue(value: RowValue, called: string): PgTable {
  const column = is(value, SQL) ? firstColumn(value) : value;
  if (column !== undefined) return column.table;
  throw new ConfigError(
    `${called} is given SQL without a column: write columns as \${lines.price}; is a name misspelt?`,
  );
}

function firstColumn({ queryChunks }: SQL): PgColumn | undefined {
  for (const chunk of queryChunks) {
    const column = is(chunk, SQL) ? firstColumn(chunk) : is(chunk, Column) ? (chunk as PgColumn) : undefined;
    if (column !== undefined) return column;
  }
  return undefined;
}

export function tableOf(value: unknown, called: string): PgTable {
  if (is(value, PgTable)) return value;
  throw new ConfigError(`${called} takes a table and is given ${given(value)}: is a name misspelt?`);
}

function given(value: unknown): string {
  return value === undefined ? "undefined" : "something else";
}

/** A misspelt name would be as if it had been left out. `others` is what nobody took: a name that nothing reads does not compile. */
export function refuseOthers(others: Readonly<Record<string, never>>, called: string, known: readonly string[]): void {
  const [name] = Object.keys(others);
  if (name === undefined) return;
  const meant = nearest(name, known);
  throw new ConfigError(
    `${called} does not take ${name}; ${meant === undefined ? `it takes ${known.join(", ")}` : `did you mean ${meant}?`}`,
  );
}
