/** The smallest, the greatest, the newest and the oldest, in the language of deltad.config.ts. All are exact, whichever rows go. */
import { is, SQL } from "drizzle-orm";
import type { ExtremeDefinition } from "./definition.ts";
import { tableOfValue, valueOf } from "./drizzle-value.ts";
import type { ValueOf } from "./event-value.ts";
import { Measure } from "./measure.ts";
import { allOf } from "./selection.ts";
import type { AmountOptions, ExactKind } from "./summable.ts";
import type { ColumnOf, Expression } from "./typed-table.ts";
import { type DateKind, type DateOf, whenOf } from "./when.ts";

/** The metric of {@link min}, {@link max}, {@link latest} and {@link oldest}: absent where there is no such row. */
type Extreme<Table extends string, Value> = Measure<Table, Value, Value | undefined, false, ExtremeDefinition>;

/**
 * The smallest value of an integer or numeric column, or of such an expression over a row's columns, as a decimal string; of a date as
 * `YYYY-MM-DD`, of an instant as ISO 8601 in UTC with microseconds.
 * @param options.scale digits after the point, where the column's type does not say, and for every expression
 */
export function min<Table extends string>(
  column: ColumnOf<Table, ExactKind | DateKind> | Exclude<DateOf<Table>, ColumnOf<Table>>,
  options?: AmountOptions,
): Extreme<Table, string>;
export function min(
  expression: Expression,
  options: AmountOptions & { readonly scale: number },
): Extreme<string, string>;
export function min(value: unknown, options: AmountOptions = {}): Extreme<string, string> {
  return extremeOf("min", value, options);
}

/** The greatest value; see {@link min}. */
export function max<Table extends string>(
  column: ColumnOf<Table, ExactKind | DateKind> | Exclude<DateOf<Table>, ColumnOf<Table>>,
  options?: AmountOptions,
): Extreme<Table, string>;
export function max(
  expression: Expression,
  options: AmountOptions & { readonly scale: number },
): Extreme<string, string>;
export function max(value: unknown, options: AmountOptions = {}): Extreme<string, string> {
  return extremeOf("max", value, options);
}

/**
 * A column of the newest row: `latest(orders.status, orders.placedAt)`. Absent where there is no row with that date, and where the column of
 * the newest one is NULL. A number, a boolean or a text, as the same column is in an event's data. An expression over a row's columns is its
 * text, or with a `scale`, digits after the point of what is a number, a decimal string.
 * @param newest the date or the instant by which rows are newer; of equal ones, the row with the greatest key is
 */
export function latest<Column extends ColumnOf<string>>(
  column: Column,
  newest: DateOf<Column["_"]["tableName"]>,
): Extreme<Column["_"]["tableName"], Exclude<ValueOf<Column>, null>>;
export function latest<Table extends string>(
  expression: Expression,
  newest: DateOf<Table>,
  options?: AmountOptions & { readonly scale: number },
): Extreme<Table, string>;
export function latest(value: unknown, newest: DateOf<string>, options?: AmountOptions): Extreme<string, never> {
  return rowOf("latest", value, newest, options);
}

/** A column of the oldest row, or an expression over its columns: as {@link latest}, of equal ones that with the least key. */
export function oldest<Column extends ColumnOf<string>>(
  column: Column,
  oldest: DateOf<Column["_"]["tableName"]>,
): Extreme<Column["_"]["tableName"], Exclude<ValueOf<Column>, null>>;
export function oldest<Table extends string>(
  expression: Expression,
  oldest: DateOf<Table>,
  options?: AmountOptions & { readonly scale: number },
): Extreme<Table, string>;
export function oldest(value: unknown, by: DateOf<string>, options?: AmountOptions): Extreme<string, never> {
  return rowOf("oldest", value, by, options);
}

function rowOf(
  op: "latest" | "oldest",
  given: unknown,
  by: DateOf<string>,
  { scale, unit }: AmountOptions = {},
): Extreme<string, never> {
  const of = valueOf(given, `${op}()`);
  const value = { op, of, by: whenOf(by, `${op}()`), scale, unit };
  return new Measure({ kind: "extreme", rows: allOf(tableOfValue(of, `${op}()`)), value, by: [] });
}

function extremeOf(op: "min" | "max", given: unknown, { scale, unit }: AmountOptions): Extreme<string, string> {
  const isAt = typeof given === "object" && given !== null && "zone" in given && !is(given, SQL);
  const of = isAt ? whenOf(given as DateOf<string>, `${op}()`) : valueOf(given, `${op}()`);
  const table = "zone" in of ? of.column.table : tableOfValue(of, `${op}()`);
  return new Measure({ kind: "extreme", rows: allOf(table), value: { op, of, scale, unit }, by: [] });
}
