/** An extreme's definition → rows in an order, of which the first is shown. */
import { Column, is, SQL } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import { quoteIdentifier } from "../database/identifier.ts";
import type { ExtremeDefinition, RowValue } from "../define/definition.ts";
import type { CapturedTables } from "./captured-tables.ts";
import { amountSql, expressionSql, groupSql } from "./row-amount.ts";
import { checkedScale, wideType } from "./column-type.ts";
import { datedBy } from "./dated-by.ts";
import { fieldForm } from "./field-form.ts";
import { formed } from "./field-sql.ts";
import type { Dated, FieldForm, Ranked, ShownForm } from "./plan.ts";
import { allOf, datedValue, isSummable, keyText } from "./row-value.ts";
import { MOST_SHOWN_TEXT } from "./text-limits.ts";

/**
 * Rows of the first rank that can go one after the other, without a new one, before the owner is read again. Where the first is always the one
 * to go (the oldest of a queue), one load comes on so many changes. An owner that knows 16 amounts takes 1.6 KiB of heap for it (of
 * 2,000 such owners each), and one that knows 32, the most, 2.5 KiB; one amount takes 0.8 KiB.
 */
const KEPT = 16;

export interface ExtremeSql {
  readonly key: string;
  readonly keyExpressions?: readonly string[];
  readonly ranked: Ranked;
  readonly form: ShownForm;
  readonly unit?: string;
  /** The condition under which a row is ranked, and in a group. */
  readonly has: string | undefined;
}

export function extremeSql({ rows, value, by }: ExtremeDefinition, tables: CapturedTables): ExtremeSql {
  const { table } = rows;
  const { has: hasGroup, key: group, keyExpressions } = groupSql(by, table, tables);
  const common = { group, isDescending: value.op === "max" || value.op === "latest", kept: KEPT };
  if (isOfRow(value)) {
    const by = datedBy(table, value.by, tables);
    const key = tables.keyOf(table);
    const { form, ...shown } = rowShown(value, table, tables);
    const ranked = {
      ...common,
      order: orderOf(by),
      tie: keyText(key.map((column) => tables.reference(table, column))),
      numericTies: key.length === 1 && key.every((column) => wideType(column) === "bigint"),
      ...shown,
    };
    const unit = value.unit === undefined ? {} : { unit: value.unit };
    return { ...keyed(ranked, keyExpressions), form, ...unit, has: allOf([isFinite(by), hasGroup]) };
  }
  const unranked = { ...common, tie: undefined, numericTies: false };
  const when = whenOf(value.of);
  if (when !== undefined) {
    if (value.scale !== undefined || value.unit !== undefined)
      throw new ConfigError(`${value.op}() of a date or an instant takes no scale and no unit`);
    const by = datedBy(table, when, tables);
    const form = by.type === "date" ? ({ as: "date" } as const) : ({ as: "instant" } as const);
    const shown = formed(datedValue(by), form.as === "date" ? { as: "text" } : form);
    const ranked = { ...unranked, order: orderOf(by), shown };
    return { ...keyed(ranked, keyExpressions), form, has: allOf([isFinite(by), hasGroup]) };
  }
  const amount = { ...value, of: amountOf(value.op, value.of) };
  const { sum, has } = amountSql(amount, table, tables);
  const expression = "expression" in sum ? `(${sum.expression})` : `r.${quoteIdentifier(sum.column)}`;
  const form: FieldForm = { as: "decimal", scale: sum.scale };
  const ranked = {
    ...unranked,
    order: `round(${expression}::numeric${sum.scale === 0 ? "" : ` * 1${"0".repeat(sum.scale)}`})`,
    shown: formed(`${expression}::numeric`, form),
    ...("expression" in sum && { expression: sum.expression }),
  };
  const unit = value.unit === undefined ? {} : { unit: value.unit };
  return { ...keyed(ranked, keyExpressions), form, ...unit, has: allOf([has, hasGroup]) };
}

function keyed(
  ranked: Ranked,
  keyExpressions: readonly string[] | undefined,
): Pick<ExtremeSql, "key" | "keyExpressions" | "ranked"> {
  const { group = "null", order, tie = "null", shown } = ranked;
  const key = `json_build_array(${group}, (${order})::text, ${tie}, ${shown})::text`;
  return { key, ranked, ...(keyExpressions !== undefined && { keyExpressions }) };
}

type RowExtreme = Extract<ExtremeDefinition["value"], { readonly op: "latest" | "oldest" }>;
type ValueExtreme = Exclude<ExtremeDefinition["value"], RowExtreme>;

function isOfRow(value: ExtremeDefinition["value"]): value is RowExtreme {
  return value.op === "latest" || value.op === "oldest";
}

/** Undefined for what is an amount. */
function whenOf(of: ValueExtreme["of"]) {
  if (is(of, SQL)) return undefined;
  if (!is(of, Column)) return of;
  const type = wideType(of);
  return ["date", "timestamptz", "timestamp"].includes(type) ? { column: of, zone: undefined } : undefined;
}

function amountOf(op: string, of: ValueExtreme["of"]): RowValue {
  if (is(of, SQL)) return of;
  if (!is(of, Column)) throw new ConfigError(`${op}() is given neither a column nor an expression`);
  if (["bigint", "numeric", "double precision"].includes(wideType(of))) return of;
  throw new ConfigError(
    `${of.name} is ${wideType(of)}: ${op}() takes whole numbers, numeric, dates and instants; for the entry of a group that comes first, top()`,
  );
}

/** What a row shows, and how. */
function rowShown(
  { op, of, scale, unit }: RowExtreme,
  table: PgTable,
  tables: CapturedTables,
): Pick<Ranked, "shown" | "shownExpression"> & { readonly form: ShownForm } {
  if (!is(of, SQL)) {
    if (scale !== undefined || unit !== undefined)
      throw new ConfigError(`${op}() of a column takes no scale and no unit: it is shown as the column is`);
    const form = columnForm(of, op);
    return { form, shown: columnShown(tables.reference(table, of), of, form) };
  }
  const sql = expressionSql(of, table, tables);
  if (scale === undefined) {
    if (unit !== undefined)
      throw new ConfigError(`${op}() of an expression with a unit is a number: say its digits, { scale: 2 }`);
    const form = { as: "text", most: MOST_SHOWN_TEXT } as const;
    return { form, shown: formed(`(${sql})::text`, form), shownExpression: { sql, as: "text" } };
  }
  const form: FieldForm = { as: "decimal", scale: checkedScale(scale) };
  const number = `(${sql})::numeric`;
  return { form, shown: finite(number, formed(number, form)), shownExpression: { sql, as: "number" } };
}

function columnForm(column: PgColumn, op: string): ShownForm {
  if (wideType(column) === "date") return { as: "date" };
  const form = fieldForm(column, `${op}()`);
  return form.as === "text" && form.most !== undefined ? { as: "text", most: MOST_SHOWN_TEXT } : form;
}

function columnShown(reference: string, column: PgColumn, form: ShownForm): string {
  const shown = formed(reference, form.as === "date" ? { as: "text" } : form);
  return ["double precision", "numeric"].includes(wideType(column)) ? finite(reference, shown) : shown;
}

/** NULL for NaN and the infinities, which JSON has no numbers for. */
function finite(number: string, shown: string): string {
  return `case when ${isSummable(number, "numeric")} then ${shown} end`;
}

/** Days, or microseconds; of values that are finite. */
function orderOf(by: Dated): string {
  const value = datedValue(by);
  return by.type === "date" ? `(${value} - date '2000-01-01')` : `round(extract(epoch from ${value}) * 1000000)`;
}

/** A `timestamptz(3)` may hold what its rounding has brought beyond the last instant, which no zone's clock shows. */
const LAST_INSTANT = "294276-12-31 23:59:59.999999+00";

/** Of a timestamp that is meant in a zone as well, which is clamped in it. */
function isFinite({ column, type, zone }: Dated): string {
  const value = `r.${quoteIdentifier(column)}`;
  const isInstant = type === "timestamptz" && zone === undefined;
  return `${value} > '-infinity' and ${value} ${isInstant ? `<= '${LAST_INSTANT}'` : "< 'infinity'"}`;
}
