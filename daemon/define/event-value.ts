/** How a column's value is typed in an event's data; `fieldForm` (plan/field-form.ts) writes it so. */
import type { ColumnOf } from "./typed-table.ts";

/** Drizzle's kinds of columns whose values are numbers in JSON without loss. */
export const NUMBERS = ["PgSmallInt", "PgInteger", "PgSmallSerial", "PgSerial", "PgReal", "PgDoublePrecision"] as const;
export const BOOLEAN = "PgBoolean";

type JsonOf<Kind extends string> = Kind extends (typeof NUMBERS)[number]
  ? number
  : Kind extends typeof BOOLEAN
    ? boolean
    : string;

/** The type of a column's value in an event's data. */
export type ValueOf<Column extends ColumnOf<string>> = JsonOf<Column["_"]["columnType"]> | NullOf<Column>;

export type NullOf<Column extends ColumnOf<string>> = Column["_"]["notNull"] extends true ? never : null;
