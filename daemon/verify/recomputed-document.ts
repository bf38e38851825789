import { decimalText, growth, percentage } from "../metrics/format.ts";
import { entryOf, formulaText } from "../metrics/formula.ts";
import { firstOf } from "../metrics/top.ts";
import type { LeafValue, Plan, Quantity, Term } from "../plan/plan.ts";
import type { JsonObject, JsonValue } from "../../protocol/json.ts";

/** One row of `recomputeSelect`. */
export interface RecomputedRow {
  readonly kind: "owner" | "accumulator" | "first" | "overlap";
  readonly index: number;
  readonly owner: string;
  readonly key: string | null;
  readonly value: string | null;
}

/** Documents by owner, in the form that owners are published in; those without a row of their own have none. */
export function recomputedDocuments(plan: Plan, rows: readonly RecomputedRow[]): Map<string, JsonObject> {
  const numbers = new Map<string, Numbers>();
  for (const row of rows) if (row.kind === "owner") numbers.set(row.owner, new Numbers(row.value ?? undefined));
  for (const row of rows) numbers.get(row.owner)?.take(row);
  return new Map([...numbers].map(([owner, own]) => [owner, documentOf(plan, own)]));
}

/** One owner's numbers, from its rows. */
class Numbers {
  readonly currency: string | undefined;
  readonly #accumulators = new Map<number, Map<string, bigint>>();
  readonly #overlaps = new Map<number, bigint>();
  readonly #firsts = new Map<number, Map<string, JsonValue>>();

  constructor(currency: string | undefined) {
    this.currency = currency;
  }

  take({ kind, index, key, value }: RecomputedRow): void {
    if (kind === "overlap") this.#overlaps.set(index, BigInt(value ?? 0));
    if (kind === "first") this.#firsts.set(index, this.firsts(index).set(key ?? "", shownIn(value)));
    if (kind === "accumulator") this.#accumulators.set(index, this.entries(index).set(key ?? "", BigInt(value ?? 0)));
  }

  entries(accumulator: number): Map<string, bigint> {
    return this.#accumulators.get(accumulator) ?? new Map<string, bigint>();
  }

  /** Null where the first shows nothing. */
  firsts(accumulator: number): Map<string, JsonValue> {
    return this.#firsts.get(accumulator) ?? new Map<string, JsonValue>();
  }

  sum(accumulator: number): bigint {
    return this.entries(accumulator).get("") ?? 0n;
  }

  keysAbove(accumulator: number): string[] {
    return [...this.entries(accumulator)].filter(([, value]) => value > 0n).map(([key]) => key);
  }

  /** Undefined where there is no first row. */
  term(term: Term): bigint | undefined {
    return term.of === "first" ? digitsOf(this.firsts(term.index).get("")) : this.quantity(term);
  }

  quantity({ of, index }: Quantity): bigint {
    if (of === "accumulator") return this.sum(index);
    return of === "keys" ? BigInt(this.keysAbove(index).length) : (this.#overlaps.get(index) ?? 0n);
  }
}

/** A decimal string's digits. */
function digitsOf(shown: JsonValue | undefined): bigint | undefined {
  return typeof shown === "string" ? BigInt(shown.replace(".", "")) : undefined;
}

function shownIn(value: string | null): JsonValue {
  const [shown = null] = JSON.parse(value ?? "[]") as JsonValue[];
  return shown;
}

function documentOf(plan: Plan, numbers: Numbers): JsonObject {
  const document = emptyObject();
  for (const { path, value } of plan.leaves) {
    const parent = path.slice(0, -1).reduce((object, name) => (object[name] ??= emptyObject()) as JsonObject, document);
    const shown = valueOf(value, numbers);
    if (shown !== undefined) parent[path.at(-1) ?? ""] = shown;
  }
  return document;
}

function valueOf(value: LeafValue, numbers: Numbers): JsonValue | undefined {
  switch (value.kind) {
    case "currency":
      return numbers.currency;
    case "count":
      return Number(numbers.quantity(value.quantity));
    case "sum":
      return decimalText(numbers.sum(value.accumulator), value.scale);
    case "formula":
      return formulaText(value.formula, value.scale, (term) => numbers.term(term));
    case "growth":
      return growth(numbers.quantity(value.current), numbers.quantity(value.previous));
    case "percentage":
      return percentage(numbers.quantity(value.part), numbers.quantity(value.whole));
    case "group":
      return groupOf(value, numbers);
    case "extreme":
      return numbers.firsts(value.accumulator).get("") ?? undefined;
    case "earliest":
      break;
  }
  // YYYY-MM-DD sorts as the dates do.
  return numbers.keysAbove(value.accumulator).toSorted()[0];
}

function groupOf(leaf: Extract<LeafValue, { kind: "group" }>, numbers: Numbers): JsonObject {
  const group = emptyObject();
  if (leaf.form !== undefined) {
    for (const [key, shown] of numbers.firsts(leaf.accumulator)) if (shown !== null) group[key] = shown;
    return group;
  }
  const all = [...numbers.entries(leaf.counts)]
    .filter(([, count]) => count > 0n)
    .map(([key, count]) => ({ key, count, sum: numbers.entries(leaf.accumulator).get(key) ?? 0n }));
  const shown = leaf.most === undefined ? all : firstOf(all, leaf.most, leaf);
  for (const { key, sum, count } of shown) group[key] = entryOf(leaf, sum, count);
  return group;
}

/** Without a prototype, so that `__proto__` is an ordinary key. */
function emptyObject(): JsonObject {
  return Object.create(null) as JsonObject;
}
