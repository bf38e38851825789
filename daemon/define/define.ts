/**
 * The language of deltad.config.ts. Every function returns an immutable metric, typed from Drizzle tables: a misspelt column, a column of
 * another table or the sum of a float column does not compile. `compile` refuses the mistakes that types can't find, when the configuration is loaded.
 */
import { type Amount, type Definition, definition, type Metric, type RowsDefinition } from "./definition.ts";
import { tableOf, tableOfValue, valueOf } from "./drizzle-value.ts";
import type { Keys } from "./define-keys.ts";
import { Measure, type Pair } from "./measure.ts";
import { dated, type PeriodOf } from "./period.ts";
import { allOf, narrowed } from "./selection.ts";
import { type DateOf, whenOf } from "./when.ts";
import type { AmountOptions, ExactKind } from "./summable.ts";
import type { ColumnOf, Condition, Expression, TableOf } from "./typed-table.ts";

export { difference, type Formula, type FormulaOptions, product, ratio, type Term, total } from "./define-formula.ts";
export type { AnyConfig, ChannelTypesOf, EventsOf, KindsOf, MetricsOf, StreamTypesOf } from "./document-types.ts";
export {
  type Config,
  defineConfig,
  type MetricTree,
  type Source,
  type Topic,
  type TopicTree,
} from "./define-config.ts";
export { channel, claim, everyone, members, ownerOf, type RowOf, rows, user } from "./define-channel.ts";
export { type Given, type Register, register, type Writes } from "./define-writes.ts";
export type { Channel, Members, Rows } from "./channel-definition.ts";
export { parent, type ParentColumn, type Through, through } from "./define-owner.ts";
export { became, before, changed, days, deleted, id, inserted, lookup, occupant } from "./define-event.ts";
export {
  day,
  hour,
  lastMonths,
  lastQuarters,
  lastWeeks,
  lastYears,
  month,
  type PeriodOf,
  quarter,
  trailingDays,
  trailingHours,
  week,
  type WeekOptions,
  year,
} from "./period.ts";
export { latest, max, min, oldest } from "./define-extreme.ts";
export { type Keys, keys } from "./define-keys.ts";
export type { Amount } from "./definition.ts";
export type { Measure, Pair } from "./measure.ts";
export type { AmountOptions } from "./summable.ts";
export { type At, at, type BoundOf, type DateOf, type InstantOf, type Open, openIfNull } from "./when.ts";
export type { ColumnOf, Condition, Expression, TableOf } from "./typed-table.ts";

/** How many rows, as a number. */
export function count<Table extends string>(table: TableOf<Table>): Measure<Table, number> {
  return new Measure({ kind: "rows", rows: allOf(tableOf(table, "count()")), value: { op: "count" }, by: [] });
}

/**
 * The exact sum of an integer or numeric column, or of such an expression over a row's columns, as a decimal string.
 * @param options.scale digits after the point, where the column's type does not say, and for every expression; PostgreSQL rounds each
 * row's value to it, half away from zero, and the sum is that of the rounded values
 */
export function sum<Table extends string>(
  column: ColumnOf<Table, ExactKind>,
  options?: AmountOptions,
): Measure<Table, string>;
export function sum(
  expression: Expression,
  options: AmountOptions & { readonly scale: number },
): Measure<string, string>;
export function sum(value: ColumnOf<string> | Expression, options: AmountOptions = {}): Measure<string, string> {
  return new Measure(amountOf("sum", value, options));
}

/**
 * The sum of an integer or numeric column, or of such an expression, per row that has a value, rounded half away from zero; absent where
 * there is no such row.
 * @param options.scale digits after the point. Default: two more than the column has; an expression's rows are rounded to it as well
 */
export function average<Table extends string>(
  column: ColumnOf<Table, ExactKind>,
  options?: AmountOptions,
): Measure<Table, string, string | undefined>;
export function average(
  expression: Expression,
  options: AmountOptions & { readonly scale: number },
): Measure<string, string, string | undefined>;
export function average(
  value: ColumnOf<string> | Expression,
  options: AmountOptions = {},
): Measure<string, string, string | undefined> {
  return new Measure(amountOf("average", value, options));
}

function amountOf(op: "sum" | "average", value: unknown, { scale, unit }: AmountOptions): RowsDefinition {
  const of = valueOf(value, `${op}()`);
  return { kind: "rows", rows: allOf(tableOfValue(of, `${op}()`)), value: { op, of, scale, unit }, by: [] };
}

/** The smallest local date, today or later, as `YYYY-MM-DD`; absent where there is none. */
export function earliest<Table extends string>(date: DateOf<Table>): Earliest {
  const by = whenOf(date, "earliest()");
  return new Earliest({ kind: "earliest", rows: allOf(by.column.table), by });
}

/** The result of {@link earliest}. */
class Earliest implements Metric<string | undefined> {
  readonly [definition]: Extract<Definition, { kind: "earliest" }>;
  declare readonly "~document"?: () => string | undefined;

  constructor(made: Extract<Definition, { kind: "earliest" }>) {
    this[definition] = made;
  }

  where(condition: Condition | undefined): Earliest {
    return new Earliest({ ...this[definition], rows: narrowed(this[definition].rows, condition) });
  }
}
export type { Earliest };

/** How many values are in both sets. */
export function overlap(left: Keys<string>, right: Keys<string>): Amount<number> {
  return { [definition]: { kind: "overlap", left: left[definition], right: right[definition] } };
}

/**
 * This period against the one before, as `100(a - b) / b` with one decimal; absent unless b is above 0. Weeks, months, quarters and
 * years, which are not over, are compared up to the same day, and on a month's last day with all of that month.
 * @param options.against `"whole"`: this month so far, with what is dated later in it, against all of the one before
 */
export function growth<Table extends string, Value>(
  measure: Measure<Table, Value, Value>,
  period: PeriodOf<Table>,
  options: { readonly against?: "stretch" | "whole" } = {},
): Metric<number | undefined> {
  const { against = "stretch" } = options;
  return { [definition]: { kind: "growth", measure: measure[definition], period: dated(period, "growth()"), against } };
}

/**
 * The entries of a group with the greatest values: `top(5, sum(lines.price).by(lines.product))`. Of equal ones, those whose keys come first.
 * @param most from 1 to 100
 */
export function top<Table extends string, Value, Timed extends boolean>(
  most: number,
  group: Measure<Table, Value, Record<string, Value>, Timed>,
): Metric<Record<string, Value>>;
export function top<Table extends string, Value, Timed extends boolean>(
  most: number,
  group: Measure<Table, Value, Record<Pair, Value>, Timed>,
): Metric<Record<Pair, Value>>;
export function top<Table extends string>(
  most: number,
  group: Keys<Table, Record<string, number>>,
): Metric<Record<string, number>>;
export function top(
  most: number,
  group: Measure<string, unknown, unknown, boolean> | Keys<string, unknown>,
): Metric<unknown> {
  return { [definition]: { kind: "top", most, group: group[definition] } };
}

/** `100 part / whole` with one decimal; absent unless the whole is above 0. Both are numbers of things, or both sums. */
export function percentage<Value>(part: Amount<Value>, whole: Amount<Value>): Metric<number | undefined> {
  return { [definition]: { kind: "percentage", part: part[definition], whole: whole[definition] } };
}

/** The owner's currency: its column's, or the one that the configuration names for all owners. */
export function currency(): Metric<string> {
  return { [definition]: { kind: "currency" } };
}
