/**
 * The plan, which a configuration's definitions compile to: a plain, serialisable description from which the capture columns, the load, the
 * delta, `verify`, the boundaries and the document all follow. SQL fragments in it refer to a row `r` (captured columns, cast to
 * their wide types) and hold no clock.
 */
import type { OwnerKey, WatchedTable } from "./watched-table.ts";

export interface Plan {
  /** Of its topics: `owner`. */
  readonly kind: string;
  readonly owner: OwnerTable;
  /** The watched tables that it is about, its own first. */
  readonly tables: readonly WatchedTable[];
  readonly projections: readonly Projection[];
  readonly accumulators: readonly Accumulator[];
  readonly overlaps: readonly Overlap[];
  readonly leaves: readonly Leaf[];
  readonly events: readonly RowEventPlan[];
  readonly occupants: readonly OccupantPlan[];
}

/** The rows of which each is a topic: owners, or whatever the kind calls them. */
export interface OwnerTable {
  readonly schema: string;
  /** Undefined: there is none, and one topic of all rows, `WHOLE_KEY`. */
  readonly table: string | undefined;
  readonly key: OwnerKey;
  /** The name that the table is watched under; none where there is no table. */
  readonly source: string | undefined;
  /** Those of its captured columns from which something of what is shown follows. */
  readonly dimensions: readonly string[];
  readonly timeZone: OwnerValue;
  readonly currency: OwnerValue | undefined;
}

/** What each owner's row says, or a row that it names, or what is so for all of them. */
export type OwnerValue =
  | { readonly column: string }
  | { readonly constant: string }
  /** `as`: the column of owner-lookup.ts's relation that has it. */
  | { readonly lookup: OwnerLookup; readonly as: "deltad_time_zone" | "deltad_currency" };

/** A column of the row whose `key` the owner's own column `by` holds. */
export interface OwnerLookup {
  readonly source: string;
  readonly schema: string;
  readonly table: string;
  readonly key: string;
  readonly by: string;
  readonly column: string;
}

/** One grouped select over a source: `row -> grains`. */
export interface Projection {
  /** Source name; see {@link WatchedTable.source}. */
  readonly source: string;
  /** SQL text expression of the group's key, if the projection has one. */
  readonly key: string | undefined;
  /** The SQL expressions whose texts the key is made of, where these are no columns. */
  readonly keyExpressions?: readonly string[];
  /** Where rows are ranked, what the key is made of. */
  readonly ranked?: Ranked;
  readonly time: ProjectionTime;
  readonly measures: readonly MeasurePlan[];
}

/**
 * Rows in an order. The projection's key is a JSON text `[group, order, tie, shown]` of SQL over `r`, its one measure their count. A load
 * brings only the first `kept` keys of each group at each time; the last of so many has a 1 after its count.
 */
export interface Ranked extends Ranking {
  /** SQL text expression; undefined where there are no groups. */
  readonly group: string | undefined;
  /** SQL of a whole number by which rows are ranked. */
  readonly order: string;
  /** SQL text expression that ranks rows of the same order; undefined where they are the same. */
  readonly tie: string | undefined;
  /** SQL of a text, a number or a boolean; NULL where nothing is shown. */
  readonly shown: string;
  /** The configuration's own SQL in `order`, where it is no column. */
  readonly expression?: string;
  /** That in `shown`, and what is made of it. */
  readonly shownExpression?: { readonly sql: string; readonly as: "text" | "number" };
}

export interface Ranking {
  /** Whether the greatest comes first. */
  readonly isDescending: boolean;
  /** Whether ties compare as whole numbers instead of byte by byte. */
  readonly numericTies: boolean;
  /** Of how many keys at least an owner knows, for each group and time, that they are the first ones. */
  readonly kept: number;
}

export type ProjectionTime =
  | { readonly kind: "none" }
  /** Grouped by local hour, day or month. `spanDays`: rows dated more days than this before today are expired. Infinity: never. */
  | (Dated & { readonly kind: "hour" | "day" | "month"; readonly spanDays: number })
  /**
   * Grouped by exact instants, or by days that stand for their start: counts while from <= T < until. Without `until` it counts once
   * from < T, or after the day.
   */
  | { readonly kind: "while"; readonly from: Bound; readonly until: Bound | undefined };

/** A column that says when: a `timestamptz`, a `date`, or a `timestamp`, which has the `zone` in which it is an instant. */
export interface Dated {
  readonly column: string;
  readonly type: "timestamptz" | "date";
  readonly zone?: string;
}

/** `isOpen`: where the column is NULL there is no bound. */
export type Bound = Dated & { readonly isOpen?: true };

export interface MeasurePlan {
  /** SQL boolean expression over `r`; undefined: every row. */
  readonly where: string | undefined;
  readonly value: { readonly op: "count" } | SumPlan;
}

/** Each row's value is rounded to `scale` digits. `where` leaves out rows for which an expression has no value. */
export type SumPlan = { readonly op: "sum"; readonly scale: number } & (
  | { readonly column: string }
  /** SQL over `r`, of whole numbers or numeric. */
  | { readonly expression: string }
);

/** What a calendar divides time into. */
export type PeriodUnit = "hour" | "day" | "week" | "month" | "quarter" | "year";

/**
 * A window over a grain's day d, or its hour: from D(d + start) until D(d + end), or from M(m + start) until M(m + end) for the week, month, quarter or year
 * m that holds d. `toDate`: it begins with the same day of that later period instead, with the last one of a shorter month: at T it holds what
 * is dated up to today's day of the period, and on a month's last day all of it.
 */
export interface Window {
  readonly unit: PeriodUnit;
  readonly toDate?: true;
  /** Of a week: 0 is Monday, 6 Sunday. */
  readonly firstDay?: number;
  /** -Infinity: from the beginning. */
  readonly start: number;
  readonly end: number;
}

/** State per owner: a sum, or one sum per key. */
export interface Accumulator {
  readonly projection: number;
  readonly measure: number;
  /** For projections by day or month. */
  readonly window: Window | undefined;
  /** `key`: the projection's key; else the period of the grain's day, see metrics/period.ts. */
  readonly keyedBy: "none" | "key" | PeriodUnit;
  /** With `key`: keys are pairs of it and of that period of the grain's day, as JSON. */
  readonly andPeriod?: PeriodUnit;
  /** Of a `while`: which of its bounds are days, since 2000-01-01, that stand for their start. */
  readonly days?: { readonly from: boolean; readonly until: boolean };
  /** No grain reaches it: it counts the keys above 0 of that accumulator, pairs of a value and a group, by group. */
  readonly tallies?: number;
  /** Of a projection of ranked rows: it holds the first of them instead of sums. `key`: the group of the projection's key. */
  readonly ranking?: Ranking;
}

/** The number of keys above 0 in both of two keyed accumulators. */
export interface Overlap {
  readonly left: number;
  readonly right: number;
}

/** An integer of an owner's state. `keys`: how many keys of a keyed accumulator are above 0. */
export type Quantity =
  | { readonly of: "accumulator"; readonly index: number }
  | { readonly of: "keys"; readonly index: number }
  | { readonly of: "overlap"; readonly index: number };

/** `first`: the order of the first of an accumulator's ranked rows; there may be none. */
export type Term = Quantity | { readonly of: "first"; readonly index: number };

/** Arithmetic of an owner's integers; `scale`: digits after the point that an integer, or a constant's digits, stand for. */
export type Formula =
  | { readonly op: "quantity"; readonly quantity: Term; readonly scale: number }
  | { readonly op: "constant"; readonly digits: string; readonly scale: number }
  | { readonly op: "+" | "-" | "*" | "/"; readonly left: Formula; readonly right: Formula };

/** One value, or one group of values, of the metrics document. */
export interface Leaf {
  readonly path: readonly string[];
  readonly value: LeafValue;
}

export type LeafValue =
  | { readonly kind: "currency" }
  | { readonly kind: "count"; readonly quantity: Quantity }
  /** Decimal string with `scale` digits. */
  | { readonly kind: "sum"; readonly accumulator: number; readonly scale: number; readonly unit?: string }
  /** Decimal string with `scale` digits; absent where the formula divides by 0. */
  | { readonly kind: "formula"; readonly formula: Formula; readonly scale: number; readonly unit?: string }
  /**
   * One entry per key whose entry in `counts` is above 0. For counts, `accumulator` and `counts` are the same. `scale` undefined: numbers.
   * `averageScale`: the sum per one of `counts` is shown, with so many digits. `most`: only so many entries, those with the greatest values.
   * `form`: of ranked rows, what the first of each group shows. `pairs`: keys are JSON of an array of two texts.
   */
  | {
      readonly kind: "group";
      readonly accumulator: number;
      readonly counts: number;
      readonly scale: number | undefined;
      readonly averageScale?: number;
      readonly unit?: string;
      readonly most?: number;
      readonly form?: ShownForm;
      readonly pairs?: true;
    }
  /** What the first of ranked rows shows; absent where there is none. */
  | { readonly kind: "extreme"; readonly accumulator: number; readonly form: ShownForm; readonly unit?: string }
  /** `against`: the same stretch of the period before, or the whole of it. */
  | {
      readonly kind: "growth";
      readonly current: Quantity;
      readonly previous: Quantity;
      readonly against: "stretch" | "whole";
    }
  | { readonly kind: "percentage"; readonly part: Quantity; readonly whole: Quantity }
  /** The smallest key above 0 of an accumulator keyed by day. */
  | { readonly kind: "earliest"; readonly accumulator: number };

/** A change of one source's row in one transaction, as an event of the row's owner. */
export interface RowEventPlan {
  readonly name: string;
  readonly source: string;
  /** The source's own key: a column, or several. */
  readonly key: string | readonly string[];
  /** All columns that the event looks at; a row that differs in others only is not changed. */
  readonly columns: readonly string[];
  /** Those of them that it looks at in the row before. */
  readonly columnsBefore: readonly string[];
  /** SQL boolean expression over `r`, the row (as it was, if it was deleted), and `b`, the row before: nulls if it was inserted. */
  readonly when: string;
  readonly data: readonly FieldPlan[];
}

/** As {@link FieldForm}. `date`: `YYYY-MM-DD`. */
export type ShownForm = FieldForm | { readonly as: "date" };

/** One field of an event's data. Columns are of the event's source unless said otherwise. */
export type FieldPlan = { readonly name: string } & (
  | { readonly kind: "row" | "before"; readonly column: string; readonly form: FieldForm }
  /** Of the row of another source, or of the owner table, whose `key` is this row's `by`, and which is the same owner's. */
  | {
      readonly kind: "lookup";
      readonly source: string;
      readonly key: string;
      readonly by: string;
      readonly column: string;
      /** Whether the column holds a value in every row. */
      readonly notNull: boolean;
      readonly form: FieldForm;
    }
  /** Local dates from one instant to another, in the owner's zone. */
  | { readonly kind: "days"; readonly from: string; readonly until: string }
);

/** How a column's value is written in JSON. `decimal`: a string with `scale` digits. `instant`: ISO, microseconds, `Z`. */
export type FieldForm =
  /** `most`: of how many characters; a longer one is cut. */
  | { readonly as: "text"; readonly most?: number }
  | { readonly as: "number" | "boolean" | "instant" }
  | { readonly as: "decimal"; readonly scale: number };

/**
 * Occupants by group: of each active group, the stay with the smallest (from, row key) among those with `from <= now < until`. Both sides are
 * counts over projections of their own that no accumulator reads.
 */
export interface OccupantPlan {
  readonly name: string;
  /** Active groups; a projection without time. Its keys are JSON texts `[group, data]`; `data` is an object of the event's fields. */
  readonly groups: Counted;
  /** Stays, `while` they last. Their keys are JSON texts `[group, row key, label]`; the label may be null. */
  readonly stays: Counted;
  /** The fields in the groups' keys, of the groups' rows. */
  readonly data: readonly { readonly name: string; readonly column: string; readonly form: FieldForm }[];
  /** Whether row keys compare as whole numbers instead of byte by byte. */
  readonly numericKeys: boolean;
}

/**
 * A measure of a projection, in grains whose count is above 0 for what is there. In a batch the value after the projection's measures is
 * the greatest transaction among the changed rows of the grain: a load has no such value.
 */
export interface Counted {
  readonly projection: number;
  readonly measure: number;
}
