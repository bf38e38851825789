/** One metric's definition → what the plan's draft must hold for it, and the leaf that shows it. */
import { Column, is } from "drizzle-orm";
import { ConfigError } from "../config/errors.ts";
import type { CapturedTables } from "./captured-tables.ts";
import { AccumulatorCompiler } from "./compile-accumulator.ts";
import { compileFormula, type CompiledFormula, type PlainTerm } from "./compile-formula.ts";
import type {
  AmountDefinition,
  Definition,
  ExtremeDefinition,
  KeysDefinition,
  RowsDefinition,
  RowValue,
  Selection,
} from "../define/definition.ts";
import type { KindConfig } from "./kind-config.ts";
import type { LeafValue, Quantity } from "./plan.ts";
import type { PlanDraft } from "./plan-draft.ts";
import { scaleOf, shownScale } from "./row-amount.ts";

/** More are a group, which a page can cut by itself. */
const MOST_TOP = 100;

const AMOUNTS: readonly unknown[] = ["rows", "keys", "overlap"] satisfies AmountDefinition["kind"][];
const AGAINST: readonly unknown[] = ["stretch", "whole"];

export class MetricCompiler {
  readonly #accumulators: AccumulatorCompiler;
  readonly #kind: KindConfig;

  constructor(draft: PlanDraft, tables: CapturedTables) {
    this.#accumulators = new AccumulatorCompiler(draft, tables);
    this.#kind = tables.kind;
  }

  /** @throws ConfigError where the definition can't be kept up to date row by row */
  leaf(metric: Definition): LeafValue {
    switch (metric.kind) {
      case "currency":
        if (this.#kind.currency === undefined)
          throw new ConfigError(
            `currency() needs ${this.#kind.called}.currency, the column that holds it or the code itself`,
          );
        return { kind: "currency" };
      case "rows":
        return this.#rows(metric);
      case "extreme":
        return this.#extreme(metric);
      case "keys":
        if (isGroup(metric)) return this.#distinct(metric);
        return { kind: "count", quantity: this.#amount(metric, metric.kind) };
      case "overlap":
        return { kind: "count", quantity: this.#amount(metric, metric.kind) };
      case "growth":
        return this.#growth(metric);
      case "formula":
        return { kind: "formula", ...compileFormula(metric, (amount) => this.#term(amount)), ...unitOf(metric.unit) };
      case "top":
        return this.#top(metric.group, metric.most);
      case "percentage":
        refuseMixed(metric.part, metric.whole);
        return {
          kind: "percentage",
          part: this.#amount(metric.part, "percentage()"),
          whole: this.#amount(metric.whole, "percentage()"),
        };
      case "earliest":
        return { kind: "earliest", accumulator: this.#accumulators.earliest(metric.rows, metric.by) };
      default:
        throw new ConfigError(
          `a metric of the unknown kind ${String((metric as { kind: unknown }).kind)}; is another version of deltad installed?`,
        );
    }
  }

  #distinct(metric: KeysDefinition): LeafValue {
    refuseUnique(metric.by);
    const accumulator = this.#accumulators.keys(metric);
    return { kind: "group", accumulator, counts: accumulator, scale: undefined };
  }

  #top(group: RowsDefinition | KeysDefinition, most: number): LeafValue {
    const isKnown = group?.kind === "rows" || group?.kind === "keys";
    const leaf = isKnown && isGroup(group) ? this.leaf(group) : undefined;
    if (leaf?.kind !== "group")
      throw new ConfigError(
        "top() takes a group of a count, a sum, an average or keys(), as in top(5, count(table).by(column))",
      );
    if (!Number.isInteger(most) || most < 1 || most > MOST_TOP)
      throw new ConfigError(`top() shows a whole number of entries from 1 to ${MOST_TOP}, not ${most}`);
    return { ...leaf, most };
  }

  #extreme(metric: ExtremeDefinition): LeafValue {
    refuseUnique(metric.by);
    const { accumulator, ...shown } = this.#accumulators.extreme(metric);
    if (!isGroup(metric)) return { kind: "extreme", accumulator, ...shown };
    return { kind: "group", accumulator, counts: accumulator, scale: undefined, ...shown, ...pairsOf(metric) };
  }

  #rows(metric: RowsDefinition): LeafValue {
    refuseUnique(metric.by);
    const unit = unitOf(metric.value.op === "count" ? undefined : metric.value.unit);
    if (!isGroup(metric)) {
      const { formula, scale } = this.#term(metric);
      if (formula.op !== "quantity" || formula.quantity.of === "first")
        return { kind: "formula", formula, scale, ...unit };
      const { quantity } = formula;
      if (metric.value.op === "count" || quantity.of !== "accumulator") return { kind: "count", quantity };
      return { kind: "sum", accumulator: quantity.index, scale, ...unit };
    }
    const accumulator = this.#accumulators.of(metric);
    if (metric.value.op === "count")
      return { kind: "group", accumulator, counts: accumulator, scale: undefined, ...pairsOf(metric) };
    const counts = this.#accumulators.countOf(metric);
    const averages = metric.value.op === "average" && { averageScale: shownScale(metric.value) };
    return {
      kind: "group",
      accumulator,
      counts,
      scale: scaleOf(metric.value),
      ...averages,
      ...unit,
      ...pairsOf(metric),
    };
  }

  /** A single number, as the formula that it is by itself. */
  #term(amount: PlainTerm): CompiledFormula {
    if (amount.kind === "extreme") return this.#extremeTerm(amount);
    const quantity = this.#amount(amount, "a formula");
    if (amount.kind !== "rows" || amount.value.op === "count")
      return { formula: { op: "quantity", quantity, scale: 0 }, scale: 0 };
    const [scale, shown] = [scaleOf(amount.value), shownScale(amount.value)];
    const left = { op: "quantity", quantity, scale } as const;
    if (amount.value.op === "sum") return { formula: left, scale };
    const right = { op: "quantity", quantity: ofAccumulator(this.#accumulators.countOf(amount)), scale: 0 } as const;
    return { formula: { op: "/", left, right }, scale: shown };
  }

  #extremeTerm(extreme: ExtremeDefinition): CompiledFormula {
    if (isGroup(extreme)) throw new ConfigError("a formula takes single numbers, not groups made with by()");
    const { accumulator, form } = this.#accumulators.extreme(extreme);
    if (!["min", "max"].includes(extreme.value.op) || form.as !== "decimal")
      throw new ConfigError(
        "a formula takes min() and max() of numbers, neither of dates and instants, nor latest() and oldest()",
      );
    const { scale } = form;
    return { formula: { op: "quantity", quantity: { of: "first", index: accumulator }, scale }, scale };
  }

  #growth({ measure, period, against }: Extract<Definition, { kind: "growth" }>): LeafValue {
    if (
      measure?.kind !== "rows" ||
      isGroup(measure) ||
      measure.rows.time.kind !== "always" ||
      measure.value.op === "average"
    )
      throw new ConfigError("growth() takes a count or a sum without by(), during() and while()");
    if (!AGAINST.includes(against))
      throw new ConfigError(`growth() compares against "stretch" or "whole", not ${against}`);
    const toDate = period.unit !== "hour" && period.unit !== "day" && against === "stretch";
    const [current, previous] = this.#accumulators.compared(measure, period, toDate);
    return { kind: "growth", current: ofAccumulator(current), previous: ofAccumulator(previous), against };
  }

  /** @param called what takes it, as people write it */
  #amount(metric: AmountDefinition, called: string): Quantity {
    if (!AMOUNTS.includes(metric?.kind))
      throw new ConfigError(`${called} takes counts, sums, averages, keys() and overlap()`);
    const parts = metric.kind === "overlap" ? [metric.left, metric.right] : [metric];
    if (parts.some(isGroup)) throw new ConfigError(`${called} takes single numbers, not groups made with by()`);
    if (metric.kind === "overlap")
      return { of: "overlap", index: this.#accumulators.overlap(metric.left, metric.right) };
    if (metric.kind === "keys") return { of: "keys", index: this.#accumulators.keys(metric) };
    return ofAccumulator(this.#accumulators.of(metric));
  }
}

function refuseUnique(by: readonly RowValue[]): void {
  for (const value of by)
    if (is(value, Column) && (value.primary || value.isUnique))
      throw new ConfigError(`by(${value.name}): its values are unique, so the document would grow with the table`);
}

function pairsOf(metric: { readonly by: readonly RowValue[]; readonly rows: Selection }): { readonly pairs?: true } {
  const { time } = metric.rows;
  const keys = metric.by.length + (time.kind === "during" && time.each ? 1 : 0);
  return keys > 1 ? { pairs: true } : {};
}

function isGroup(metric: { readonly by: readonly RowValue[]; readonly rows: Selection }): boolean {
  return metric.by.length > 0 || (metric.rows.time.kind === "during" && metric.rows.time.each);
}

function refuseMixed(part: AmountDefinition, whole: AmountDefinition): void {
  const scale = (amount: AmountDefinition) => {
    if (amount.kind !== "rows" || amount.value.op === "count") return undefined;
    if (amount.value.op === "average") throw new ConfigError("percentage() takes no averages: use ratio()");
    return scaleOf(amount.value);
  };
  if (scale(part) !== scale(whole))
    throw new ConfigError("percentage() divides a number by a number, or a sum by a sum of the same scale");
}

function ofAccumulator(index: number): Quantity {
  return { of: "accumulator", index };
}

function unitOf(unit: string | undefined): { readonly unit?: string } {
  return unit === undefined ? {} : { unit };
}
