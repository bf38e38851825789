/** Definitions as the builders of define.ts hold them and compile() reads them: plain data over Drizzle tables, columns and conditions. */
import type { SQL } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";

/** Where a metric keeps its definition. A registered symbol: a second copy of this package makes metrics that this one can read. */
export const definition: unique symbol = Symbol.for("deltad.definition");

/**
 * One value, or one group of values, of the metrics document. `~document` exists for the compiler only: it carries the value's type, by a
 * name instead of a symbol, so that a page may have another version of these types than the configuration has.
 */
export interface Metric<Document> {
  readonly [definition]: Definition;
  readonly "~document"?: () => Document;
}

export type Definition =
  | { readonly kind: "currency" }
  | RowsDefinition
  | ExtremeDefinition
  | KeysDefinition
  | OverlapDefinition
  | {
      readonly kind: "growth";
      readonly measure: RowsDefinition;
      readonly period: Period;
      readonly against: "stretch" | "whole";
    }
  | FormulaDefinition
  | { readonly kind: "top"; readonly most: number; readonly group: RowsDefinition | KeysDefinition }
  | { readonly kind: "percentage"; readonly part: AmountDefinition; readonly whole: AmountDefinition }
  | { readonly kind: "earliest"; readonly rows: Selection; readonly by: When };

/** A single number that rows add up to. */
export type AmountDefinition = RowsDefinition | KeysDefinition | OverlapDefinition;

/** A metric that others can be made of: a count, a sum, an average, a set of keys or an overlap. */
export type Amount<Value> = Metric<Value> & { readonly [definition]: AmountDefinition };

/** Arithmetic of other numbers of the document. */
export interface FormulaDefinition {
  readonly kind: "formula";
  readonly op: "+" | "-" | "*" | "/";
  readonly left: TermDefinition;
  readonly right: TermDefinition;
  /** Digits after the point, where they are not those that follow from the terms. */
  readonly scale: number | undefined;
  readonly unit: string | undefined;
}

export type TermDefinition = AmountDefinition | ExtremeDefinition | FormulaDefinition | number;

/** How many rows, the sum of a value over them, or that sum per row; one number per value of `by`. */
export interface RowsDefinition {
  readonly kind: "rows";
  readonly rows: Selection;
  readonly value:
    | { readonly op: "count" }
    | {
        readonly op: "sum" | "average";
        readonly of: RowValue;
        readonly scale: number | undefined;
        /** `currency` is the owner's; any other is a text to write behind the number. */
        readonly unit: string | undefined;
      };
  /** At most two. */
  readonly by: readonly RowValue[];
}

/** What the first of the rows in some order holds; one value per value of `by`. */
export interface ExtremeDefinition {
  readonly kind: "extreme";
  readonly rows: Selection;
  readonly value:
    | {
        readonly op: "min" | "max";
        readonly of: RowValue | When;
        readonly scale: number | undefined;
        readonly unit: string | undefined;
      }
    /** What the newest row, or the oldest one, holds. `scale`, of an expression alone: a number of so many digits; else it is a text. */
    | {
        readonly op: "latest" | "oldest";
        readonly of: RowValue;
        readonly by: When;
        readonly scale: number | undefined;
        readonly unit: string | undefined;
      };
  readonly by: readonly RowValue[];
}

/** What a row is worth, or which group it is in: a column, or SQL over its columns. */
export type RowValue = PgColumn | SQL;

/** The set of the values that the selected rows have. */
export interface KeysDefinition {
  readonly kind: "keys";
  readonly rows: Selection;
  readonly value: RowValue;
  /** At most one: how many values there are by group. */
  readonly by: readonly RowValue[];
}

/** The values that are in both sets. */
export interface OverlapDefinition {
  readonly kind: "overlap";
  readonly left: KeysDefinition;
  readonly right: KeysDefinition;
}

/** Which rows count, and when. */
export interface Selection {
  readonly table: PgTable;
  /** All must hold. */
  readonly conditions: readonly SQL[];
  readonly time: SelectionTime;
}

export type SelectionTime =
  | { readonly kind: "always" }
  /** `each`: one number per hour, day, week, month, quarter or year of the period instead of one for all of it. */
  | { readonly kind: "during"; readonly period: Period; readonly each: boolean }
  /** Without `until`: from then on. */
  | { readonly kind: "while"; readonly from: Bound; readonly until: Bound | undefined };

/** What says when something is: a column, and the zone in which one without a zone is meant. */
export interface When {
  readonly column: PgColumn;
  readonly zone: string | undefined;
}

export interface Bound extends When {
  /** Whether NULL means that there is no bound. */
  readonly isOpen: boolean;
}

/** The last `length` local hours, days, weeks, months, quarters or years, the current one included, by a date or an instant of the row. */
export interface Period {
  readonly unit: "hour" | "day" | "week" | "month" | "quarter" | "year";
  /** Of a week: 0 is Monday, 6 Sunday. */
  readonly firstDay?: number;
  readonly length: number;
  readonly by: When;
}
