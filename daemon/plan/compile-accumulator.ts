/** Which rows count, when and how → the accumulators of the plan's draft that hold them. */
import { Column, is } from "drizzle-orm";
import { ConfigError } from "../config/errors.ts";
import type { CapturedTables } from "./captured-tables.ts";
import { datedBy } from "./dated-by.ts";
import { wideType } from "./column-type.ts";
import { extremeSql } from "./compile-extreme.ts";
import { conditionSql } from "./condition.ts";
import type {
  Bound as BoundDefinition,
  ExtremeDefinition,
  KeysDefinition,
  Period,
  RowsDefinition,
  RowValue,
} from "../define/definition.ts";
import type { Selection, When } from "../define/definition.ts";
import type { Bound, Dated, MeasurePlan, ProjectionTime, ShownForm } from "./plan.ts";
import type { NumberSource, PlanDraft } from "./plan-draft.ts";
import { amountSql, groupSql } from "./row-amount.ts";
import { allOf } from "./row-value.ts";

/** Ten years, and a month of hours: a longer window is a total in disguise, and its state would grow with it. */
const LONGEST = { hour: 744, day: 3660, week: 520, month: 120, quarter: 40, year: 10 } as const;

/** By what rows are grouped whose windows begin with such a period. */
const GRAIN = { hour: "hour", day: "day", week: "day", month: "month", quarter: "month", year: "month" } as const;

type Timed = Omit<NumberSource, "measure">;

/** Every method gives the index of an accumulator, or of an overlap of two, and throws ConfigError where none can be kept up to date. */
export class AccumulatorCompiler {
  readonly #draft: PlanDraft;
  readonly #tables: CapturedTables;

  constructor(draft: PlanDraft, tables: CapturedTables) {
    this.#draft = draft;
    this.#tables = tables;
  }

  /** The count, or the sum, of the rows: one number, or one for each value of `by` or part of the period. */
  of(rows: RowsDefinition): number {
    return this.#accumulate(rows.rows, rows.by, this.#measure(rows));
  }

  /** How many rows its sum is made of. */
  countOf({ rows, value, by }: RowsDefinition): number {
    const summable = value.op !== "count" ? [amountSql(value, rows.table, this.#tables).has] : [];
    return this.#accumulate(rows, by, { where: this.#where(rows, summable), value: { op: "count" } });
  }

  /** Of a period and of the one before, up to the same day or whole. */
  compared(measure: RowsDefinition, period: Period, toDate: boolean): readonly [current: number, previous: number] {
    const { length, ...calendar } = calendarOf(checked(period));
    const within = (start: number, end: number): number =>
      this.#draft.accumulator({
        ...this.#during(measure.rows, toDate ? { ...period, unit: "day" } : period),
        measure: this.#measure(measure),
        window: { ...calendar, ...(toDate && { toDate }), start, end },
        keyedBy: "none",
      });
    return [within(0, length), within(length, 2 * length)];
  }

  earliest(rows: Selection, by: When): number {
    return this.#draft.accumulator({
      ...this.#during(rows, { unit: "day", length: 1, by }),
      measure: { where: this.#where(rows), value: { op: "count" } },
      window: { unit: "day", start: -Infinity, end: 1 },
      keyedBy: "day",
    });
  }

  overlap(left: KeysDefinition, right: KeysDefinition): number {
    const [a, b] = [left.value, right.value];
    // Values meet as texts: of what type an expression's are, only PostgreSQL says.
    if (is(a, Column) && is(b, Column) && wideType(a) !== wideType(b))
      throw new ConfigError(`overlap(): ${a.name} and ${b.name} are of different types, so their values never meet`);
    return this.#draft.overlap(this.keys(left), this.keys(right));
  }

  /** Of values alone: how many rows have each. Of values by group: how many values each group has. */
  keys({ rows, value, by }: KeysDefinition): number {
    const each = rows.time.kind === "during" && rows.time.each;
    if (each && by.length > 0) throw new ConfigError("keys() has one key beside its values: a column or a period");
    const counted = this.#accumulate(rows, [value, ...by], { where: this.#where(rows), value: { op: "count" } });
    return each || by.length > 0 ? this.#draft.tally(counted) : counted;
  }

  /** What is first of rows in an order. */
  extreme(extreme: ExtremeDefinition): { accumulator: number; form: ShownForm; unit?: string } {
    const { rows, by } = extreme;
    const { form, unit, has, ...key } = extremeSql(extreme, this.#tables);
    const measure: MeasurePlan = { where: this.#where(rows, has === undefined ? [] : [has]), value: { op: "count" } };
    const accumulator = this.#draft.accumulator({ ...this.#timed(rows, by), ...key, measure });
    return { accumulator, form, ...(unit !== undefined && { unit }) };
  }

  #accumulate(rows: Selection, by: readonly RowValue[], counted: MeasurePlan): number {
    const { has, ...group } = groupSql(by, rows.table, this.#tables);
    // Of a column alone the key says it.
    const isSaid = by.length === 1 && is(by[0], Column);
    const measure = has === undefined || isSaid ? counted : { ...counted, where: allOf([counted.where, has]) };
    return this.#draft.accumulator({ ...this.#timed(rows, by), ...group, measure });
  }

  #timed(rows: Selection, by: readonly RowValue[]): Timed {
    const { time } = rows;
    const each = time.kind === "during" && time.each ? time.period.unit : undefined;
    const keyedBy = by.length > 0 ? "key" : (each ?? "none");
    const pair = by.length > 0 && each !== undefined && { andPeriod: each };
    const source = this.#tables.sourceOf(rows.table);
    if (time.kind === "during") {
      const { length, ...calendar } = calendarOf(checked(time.period));
      return { ...this.#during(rows, time.period), window: { ...calendar, start: 0, end: length }, keyedBy, ...pair };
    }
    const instants: ProjectionTime =
      time.kind === "always"
        ? { kind: "none" }
        : { kind: "while", from: this.#bound(rows, time.from), until: time.until && this.#bound(rows, time.until) };
    return { source, key: undefined, time: instants, window: undefined, keyedBy };
  }

  #during(rows: Selection, { unit, by }: Period): Pick<NumberSource, "source" | "key" | "time"> {
    const source = this.#tables.sourceOf(rows.table);
    const dated = this.#dated(rows, by);
    if (unit === "hour" && dated.type === "date")
      throw new ConfigError(`${dated.column} is a date, which has no hours: use a timestamptz column, or days`);
    return { source, key: undefined, time: { kind: GRAIN[unit], ...dated, spanDays: 0 } };
  }

  #bound(rows: Selection, { isOpen, ...when }: BoundDefinition): Bound {
    return { ...this.#dated(rows, when), ...(isOpen && { isOpen }) };
  }

  #dated(rows: Selection, when: When): Dated {
    return datedBy(rows.table, when, this.#tables);
  }

  #measure({ rows, value }: RowsDefinition): MeasurePlan {
    if (value.op === "count") return { where: this.#where(rows), value };
    const { sum, has } = amountSql(value, rows.table, this.#tables);
    // A column's own NULL and NaN are left out where it is read: sums and counts of the same rows then share a condition.
    return { where: this.#where(rows, "expression" in sum ? [has] : []), value: sum };
  }

  #where({ table, conditions }: Selection, more: readonly string[] = []): string | undefined {
    this.#tables.sourceOf(table);
    const own = conditions.map((condition) =>
      conditionSql(condition, table, (column) => this.#tables.reference(table, column)),
    );
    return allOf([...own, ...more]);
  }
}

function calendarOf({ unit, firstDay, length }: Period): Pick<Period, "unit" | "firstDay" | "length"> {
  return { unit, length, ...(firstDay !== undefined && { firstDay }) };
}

function checked(period: Period): Period {
  if (!Object.hasOwn(LONGEST, period.unit))
    throw new ConfigError(`a period's unit is one of ${Object.keys(LONGEST).join(", ")}, not ${period.unit}`);
  const longest = LONGEST[period.unit];
  if (Number.isInteger(period.length) && period.length >= 1 && period.length <= longest) return period;
  throw new ConfigError(`a period has a whole number of ${period.unit}s from 1 to ${longest}, not ${period.length}`);
}
