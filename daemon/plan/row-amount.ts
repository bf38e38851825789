/**
 * What rows are added up by, and grouped by: a column, or an expression over the row's columns. Expressions are written and checked as
 * conditions are. A row for which one has no value is left out by the measure's condition, which is thereby fenced off as conditions are
 * (fallible.ts) and read by PostgreSQL before it is used (capture/validate-conditions.ts).
 */
import { is, SQL } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import type { RowsDefinition, RowValue } from "../define/definition.ts";
import type { CapturedTables } from "./captured-tables.ts";
import { checkedScale, declaredScale, groupKey, MOST_DIGITS, refuseAsKey, sumScale, wideType } from "./column-type.ts";
import { conditionSql } from "./condition.ts";
import type { SumPlan } from "./plan.ts";
import { allOf, isSummable } from "./row-value.ts";
import { shortKey } from "./text-limits.ts";

/** A sum, an average, or the amounts of which one is the smallest or the greatest. */
export type Summed = Omit<Exclude<RowsDefinition["value"], { readonly op: "count" }>, "op"> & {
  readonly op: "sum" | "average" | "min" | "max";
};

/** Digits with which rows are added up. */
export function scaleOf({ op, of, scale }: Summed): number {
  if (is(of, SQL)) return expressionScale(op, scale);
  if (op !== "average") return sumScale(of, scale);
  return sumScale(of, wideType(of) === "numeric" ? (declaredScale(of) ?? scale) : undefined);
}

/** Digits of a sum, or of an average. */
export function shownScale(summed: Summed): number {
  const scale = scaleOf(summed);
  return summed.op !== "average" ? scale : checkedScale(summed.scale ?? Math.min(scale + 2, MOST_DIGITS));
}

function expressionScale(op: Summed["op"], scale: number | undefined): number {
  if (scale !== undefined) return checkedScale(scale);
  throw new ConfigError(
    `${op}() of an expression needs the digits to round each row to: ${op}(sql\`…\`, { scale: 2 })`,
  );
}

/** What is added up, and the condition under which a row has it. */
export function amountSql(
  summed: Summed,
  table: PgTable,
  tables: CapturedTables,
): { readonly sum: SumPlan; readonly has: string } {
  const { of } = summed;
  const common = { op: "sum", scale: scaleOf(summed) } as const;
  if (is(of, SQL)) {
    const expression = expressionSql(of, table, tables);
    return { sum: { ...common, expression }, has: isSummable(`(${expression})::numeric`, "numeric") };
  }
  return { sum: { ...common, column: of.name }, has: isSummable(tables.reference(table, of), wideType(of)) };
}

export interface GroupSql {
  readonly key: string | undefined;
  readonly keyExpressions?: readonly string[];
  /** The condition under which a row is in a group; undefined: it always is. */
  readonly has?: string | undefined;
}

/** Of no value, of one, or of a pair, whose key is JSON. */
export function groupSql(by: readonly RowValue[], table: PgTable, tables: CapturedTables): GroupSql {
  const parts = by.map((value) => groupPart(value, table, tables));
  const expressions = parts.flatMap(({ expression }) => (expression === undefined ? [] : [expression]));
  const keys = parts.map(({ key }) => key);
  return {
    key: keys.length < 2 ? keys[0] : `json_build_array(${keys.join(", ")})::text`,
    ...(expressions.length > 0 && { keyExpressions: expressions }),
    has: allOf(parts.map(({ has }) => has)),
  };
}

function groupPart(by: RowValue, table: PgTable, tables: CapturedTables) {
  if (is(by, SQL)) {
    const expression = expressionSql(by, table, tables);
    return { key: shortKey(`(${expression})::text`), expression, has: `(${expression}) is not null` };
  }
  refuseAsKey(by);
  const column = tables.reference(table, by);
  return { key: groupKey(column, by), has: `${column} is not null` };
}

/** Over a row `r`. */
export function expressionSql(expression: SQL, table: PgTable, tables: CapturedTables): string {
  return conditionSql(expression, table, (column) => tables.reference(table, column));
}
