/** How a column's value is written in an event's data; the type that the compiler infers and the form that the daemon uses. */
import type { PgColumn } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import { declaredScale, wideType } from "./column-type.ts";
import type { FieldForm } from "./plan.ts";
import type { ColumnOf } from "./typed-table.ts";

const NUMBERS = ["PgSmallInt", "PgInteger", "PgSmallSerial", "PgSerial", "PgReal", "PgDoublePrecision"] as const;
const BOOLEAN = "PgBoolean";

type Written<Kind extends string> = Kind extends (typeof NUMBERS)[number]
  ? number
  : Kind extends typeof BOOLEAN
    ? boolean
    : string;

/** What a column's value is in an event's data. */
export type ValueOf<Column extends ColumnOf<string>> = Written<Column["_"]["columnType"]> | NullOf<Column>;

export type NullOf<Column extends ColumnOf<string>> = Column["_"]["notNull"] extends true ? never : null;

/** @throws ConfigError for a column whose value is no single text, number or boolean */
export function fieldForm(column: PgColumn): FieldForm {
  const type = wideType(column);
  if (type.endsWith("[]") || type === "jsonb")
    throw new ConfigError(`${column.name} is ${type}: an event's data holds single values`);
  if ((NUMBERS as readonly string[]).includes(column.columnType)) return { as: "number" };
  if (column.columnType === BOOLEAN) return { as: "boolean" };
  if (type === "timestamptz") return { as: "instant" };
  const scale = type === "numeric" ? declaredScale(column) : undefined;
  return scale === undefined ? { as: "text" } : { as: "decimal", scale };
}
