/**
 * Tables and columns as a configuration hands them over. It is loaded without a look at its types, so a misspelt name arrives as
 * undefined. `called`: the function that takes them, as people write it.
 */
import { Column, is } from "drizzle-orm";
import { type PgColumn, PgTable } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";

export function columnOf(value: unknown, called: string): PgColumn {
  if (is(value, Column)) return value as PgColumn;
  throw new ConfigError(`${called} takes a column and is given ${given(value)}: is a name misspelt?`);
}

export function tableOf(value: unknown, called: string): PgTable {
  if (is(value, PgTable)) return value;
  throw new ConfigError(`${called} takes a table and is given ${given(value)}: is a name misspelt?`);
}

function given(value: unknown): string {
  return value === undefined ? "undefined" : "something else";
}
