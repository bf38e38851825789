/** One metric's definition → what the plan's draft must hold for it, and the leaf that shows it. */
import type { PgColumn } from "drizzle-orm/pg-core";
import { ConfigError } from "../config/errors.ts";
import type { CapturedTables } from "./captured-tables.ts";
import { dateType, refuseAsKey, sumScale, wideType } from "./column-type.ts";
import { conditionSql } from "./condition.ts";
import type {
  AmountDefinition,
  Definition,
  KeysDefinition,
  Period,
  RowsDefinition,
  Selection,
} from "../define/definition.ts";
import type { LeafValue, MeasurePlan, ProjectionTime, Quantity, Window } from "./plan.ts";
import type { NumberSource, PlanDraft } from "./plan-draft.ts";
import { allOf, isSummable } from "./row-value.ts";

/** Ten years: a longer window is a total in disguise, and its state would grow with it. */
const LONGEST = { day: 3660, month: 120 } as const;

export class MetricCompiler {
  readonly #draft: PlanDraft;
  readonly #tables: CapturedTables;
  readonly #hasCurrency: boolean;

  constructor(draft: PlanDraft, tables: CapturedTables, hasCurrency: boolean) {
    this.#draft = draft;
    this.#tables = tables;
    this.#hasCurrency = hasCurrency;
  }

  /** @throws ConfigError where the definition can't be kept up to date row by row */
  leaf(metric: Definition): LeafValue {
    switch (metric.kind) {
      case "currency":
        if (!this.#hasCurrency) throw new ConfigError("currency() needs owner.currency, the column that holds it");
        return { kind: "currency" };
      case "rows":
        return this.#rows(metric);
      case "keys":
      case "overlap":
        return { kind: "count", quantity: this.#amount(metric) };
      case "growth":
        return this.#growth(metric.measure, metric.period);
      case "percentage":
        refuseMixed(metric.part, metric.whole);
        return { kind: "percentage", part: this.#amount(metric.part), whole: this.#amount(metric.whole) };
      case "earliest":
        return { kind: "earliest", accumulator: this.#earliest(metric.rows, metric.column) };
      default:
        throw new ConfigError(
          `a metric of the unknown kind ${String((metric as { kind: unknown }).kind)}; is another version of deltad installed?`,
        );
    }
  }

  #rows(metric: RowsDefinition): LeafValue {
    if (metric.by?.primary || metric.by?.isUnique) {
      throw new ConfigError(`by(${metric.by.name}): its values are unique, so the document would grow with the table`);
    }
    const measure = this.#measure(metric);
    const accumulator = this.#accumulate(metric.rows, metric.by, measure);
    const scale = measure.value.op === "sum" ? measure.value.scale : undefined;
    const unit = metric.value.op === "sum" && metric.value.unit !== undefined ? { unit: metric.value.unit } : {};
    if (isGroup(metric)) {
      const counts =
        scale === undefined ? accumulator : this.#accumulate(metric.rows, metric.by, this.#countOf(metric));
      return { kind: "group", accumulator, counts, scale, ...unit };
    }
    return scale === undefined
      ? { kind: "count", quantity: { of: "accumulator", index: accumulator } }
      : { kind: "sum", accumulator, scale, ...unit };
  }

  #growth(metric: RowsDefinition, period: Period): LeafValue {
    if (isGroup(metric) || metric.rows.time.kind !== "always")
      throw new ConfigError("growth() takes a count or a sum without by(), during() and while()");
    const { length, unit } = checked(period);
    const within = (window: Window): Quantity => ({
      of: "accumulator",
      index: this.#draft.accumulator({
        ...this.#during(metric.rows, period),
        measure: this.#measure(metric),
        window,
        keyedBy: "none",
      }),
    });
    return {
      kind: "growth",
      current: within({ unit, start: 0, end: length }),
      previous: within({ unit, start: length, end: 2 * length }),
    };
  }

  #earliest(rows: Selection, column: PgColumn): number {
    return this.#draft.accumulator({
      ...this.#during(rows, { unit: "day", length: 1, column }),
      measure: { where: this.#where(rows), value: { op: "count" } },
      window: { unit: "day", start: -Infinity, end: 1 },
      keyedBy: "day",
    });
  }

  #amount(metric: AmountDefinition): Quantity {
    if (metric.kind === "overlap") return { of: "overlap", index: this.#overlap(metric.left, metric.right) };
    if (metric.kind === "keys") return { of: "keys", index: this.#keys(metric) };
    if (isGroup(metric)) throw new ConfigError("percentage() takes single numbers, not groups made with by()");
    return { of: "accumulator", index: this.#accumulate(metric.rows, undefined, this.#measure(metric)) };
  }

  #overlap(left: KeysDefinition, right: KeysDefinition): number {
    if (wideType(left.column) !== wideType(right.column)) {
      throw new ConfigError(
        `overlap(): ${left.column.name} and ${right.column.name} are of different types, so their values never meet`,
      );
    }
    return this.#draft.overlap(this.#keys(left), this.#keys(right));
  }

  #keys({ rows, column }: KeysDefinition): number {
    return this.#accumulate(rows, column, { where: this.#where(rows), value: { op: "count" } });
  }

  #accumulate(rows: Selection, by: PgColumn | undefined, measure: MeasurePlan): number {
    const { time } = rows;
    const each = time.kind === "during" && time.each;
    if (each && by !== undefined)
      throw new ConfigError("by() is given a column and a period: a group has one kind of key");
    if (by !== undefined) refuseAsKey(by);
    const key = by === undefined ? undefined : `${this.#tables.reference(rows.table, by)}::text`;
    const keyedBy = each ? time.period.unit : by === undefined ? "none" : "key";
    const source = this.#tables.sourceOf(rows.table);
    if (time.kind === "during") {
      const { unit, length } = checked(time.period);
      return this.#draft.accumulator({
        ...this.#during(rows, time.period),
        key,
        measure,
        window: { unit, start: 0, end: length },
        keyedBy,
      });
    }
    const instants: ProjectionTime =
      time.kind === "always"
        ? { kind: "none" }
        : { kind: "while", from: this.#instant(rows, time.from), until: this.#instant(rows, time.until) };
    return this.#draft.accumulator({ source, key, time: instants, measure, window: undefined, keyedBy });
  }

  #during(rows: Selection, { unit, column }: Period): Pick<NumberSource, "source" | "key" | "time"> {
    const source = this.#tables.sourceOf(rows.table);
    this.#tables.reference(rows.table, column);
    return { source, key: undefined, time: { kind: unit, column: column.name, type: dateType(column), spanDays: 0 } };
  }

  #instant(rows: Selection, column: PgColumn): string {
    this.#tables.reference(rows.table, column);
    if (dateType(column) === "date")
      throw new ConfigError(`while() is about instants, and ${column.name} is a date: use a timestamptz column`);
    return column.name;
  }

  #measure({ rows, value }: RowsDefinition): MeasurePlan {
    if (value.op === "count") return { where: this.#where(rows), value };
    this.#tables.reference(rows.table, value.column);
    return {
      where: this.#where(rows),
      value: { op: "sum", column: value.column.name, scale: sumScale(value.column, value.scale) },
    };
  }

  /** How many rows a sum is made of. */
  #countOf({ rows, value }: RowsDefinition): MeasurePlan {
    const summable =
      value.op === "sum" ? [isSummable(this.#tables.reference(rows.table, value.column), wideType(value.column))] : [];
    return { where: this.#where(rows, summable), value: { op: "count" } };
  }

  #where({ table, conditions }: Selection, more: readonly string[] = []): string | undefined {
    this.#tables.sourceOf(table);
    const own = conditions.map((condition) =>
      conditionSql(condition, table, (column) => this.#tables.reference(table, column)),
    );
    return allOf([...own, ...more]);
  }
}

function isGroup(metric: RowsDefinition): boolean {
  return metric.by !== undefined || (metric.rows.time.kind === "during" && metric.rows.time.each);
}

function checked(period: Period): Period {
  const longest = LONGEST[period.unit];
  if (Number.isInteger(period.length) && period.length >= 1 && period.length <= longest) return period;
  throw new ConfigError(`a period has a whole number of ${period.unit}s from 1 to ${longest}, not ${period.length}`);
}

function refuseMixed(part: AmountDefinition, whole: AmountDefinition): void {
  const scale = (amount: AmountDefinition) =>
    amount.kind === "rows" && amount.value.op === "sum" ? sumScale(amount.value.column, amount.value.scale) : undefined;
  if (scale(part) !== scale(whole))
    throw new ConfigError("percentage() divides a number by a number, or a sum by a sum of the same scale");
}
