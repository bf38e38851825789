import type { PgColumn } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import { BOOLEAN, NUMBERS } from "../define/event-value.ts";
import { declaredScale, wideType } from "./column-type.ts";
import type { FieldForm } from "./plan.ts";
import { MOST_TEXT, textShare } from "./text-limits.ts";

/**
 * How a column's value is written in an event's data, as its type there says (define/event-value.ts).
 * @param called what takes it, as people say
 * @throws ConfigError for a column whose value is no single text, number or boolean
 */
export function fieldForm(column: PgColumn, called = "an event's data"): FieldForm {
  const type = wideType(column);
  if (type.endsWith("[]") || type === "jsonb")
    throw new ConfigError(
      `${column.name} is ${type}: ${called} holds single values; keep the one that is meant in a column, such as a generated one`,
    );
  if ((NUMBERS as readonly string[]).includes(column.columnType)) return { as: "number" };
  if (column.columnType === BOOLEAN) return { as: "boolean" };
  if (type === "timestamptz") return { as: "instant" };
  const scale = type === "numeric" ? declaredScale(column) : undefined;
  return scale === undefined ? textForm(column) : { as: "decimal", scale };
}

/** The column's text, whatever its type. */
export function textForm(column: PgColumn): FieldForm {
  return wideType(column) === "text" ? { as: "text", most: MOST_TEXT } : { as: "text" };
}

/** The same fields, with what all their texts together may have. */
export function sharedOut<Field extends { readonly name: string; readonly form?: FieldForm }>(
  fields: readonly Field[],
): Field[] {
  const isLong = ({ form }: Field): boolean => form?.as === "text" && form.most !== undefined;
  const most = textShare(fields.filter(isLong).length);
  return fields.map((field) => (isLong(field) ? { ...field, form: { as: "text", most } } : field));
}
