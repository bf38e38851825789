import type { PgColumn } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import { BOOLEAN, NUMBERS } from "../define/event-value.ts";
import { declaredScale, wideType } from "./column-type.ts";
import type { FieldForm } from "./plan.ts";

/**
 * How a column's value is written in an event's data, as its type there says (define/event-value.ts).
 * @throws ConfigError for a column whose value is no single text, number or boolean
 */
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
