/**
 * The first of ranked rows: those of one group that count over the same time. Whatever is up to a horizon is known, so that one that goes
 * shows the next; of what lies beyond it nothing is, not even whether there is any.
 */
import type { Ranking } from "../plan/plan.ts";
import { compareTexts } from "./byte-order.ts";
import { add, type Integer } from "./integer.ts";

/** Rows that are told apart by nothing. */
export interface Rank {
  readonly order: Integer;
  /** Of rows of the same order; empty where they need not be told apart. */
  readonly tie: string;
  readonly shown: Shown;
}

/** What is shown of the first row; null: nothing is. */
export type Shown = string | number | boolean | null;

interface Counted extends Rank {
  count: Integer;
}

export class FirstRows {
  readonly #ranking: Ranking;
  #ranks: Counted[] = [];
  /** Undefined: everything is known. */
  #horizon: Rank | undefined;

  constructor(ranking: Ranking) {
    this.#ranking = ranking;
  }

  get first(): Rank | undefined {
    return this.#ranks.find(({ count }) => count > 0);
  }

  /** Whether the first row can't be told, though there may be one. */
  get isDry(): boolean {
    return this.#horizon !== undefined && this.first === undefined;
  }

  get isEmpty(): boolean {
    return this.#ranks.length === 0 && this.#horizon === undefined;
  }

  add(rank: Rank, delta: Integer): void {
    if (this.#horizon !== undefined && compareRanks(rank, this.#horizon, this.#ranking) > 0) return;
    const at = this.#search(rank);
    const found = this.#ranks[at];
    if (found === undefined || compareRanks(found, rank, this.#ranking) !== 0) {
      this.#ranks = this.#ranks.toSpliced(at, 0, { ...rank, count: delta });
      this.#cut();
      return;
    }
    found.count = add(found.count, delta);
    if (found.count === 0) this.#ranks = this.#ranks.toSpliced(at, 1);
  }

  /** From now on nothing is known beyond. */
  limit(horizon: Rank): void {
    if (this.#horizon !== undefined && compareRanks(this.#horizon, horizon, this.#ranking) <= 0) return;
    const { order, tie, shown } = horizon;
    this.#horizon = { order, tie, shown };
    const at = this.#search(horizon);
    const known = this.#ranks[at];
    this.#ranks = this.#ranks.slice(
      0,
      known !== undefined && compareRanks(known, horizon, this.#ranking) === 0 ? at + 1 : at,
    );
  }

  /** Takes those of others that count over the same time from now on. */
  take({ ranks, horizon }: { readonly ranks: readonly Counted[]; readonly horizon: Rank | undefined }): void {
    for (const { count, ...rank } of ranks) this.add(rank, count);
    if (horizon !== undefined) this.limit(horizon);
  }

  get known(): { readonly ranks: readonly Counted[]; readonly horizon: Rank | undefined } {
    return { ranks: this.#ranks, horizon: this.#horizon };
  }

  /** As many as twice those that a load brings are kept: so few of many that come cost more than their place. */
  #cut(): void {
    const { kept } = this.#ranking;
    const last = this.#ranks[kept - 1];
    if (this.#ranks.length > 2 * kept && last !== undefined) this.limit(last);
  }

  /** Where a rank is, or would be. */
  #search(rank: Rank): number {
    let low = 0;
    let high = this.#ranks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const there = this.#ranks[middle];
      if (there !== undefined && compareRanks(there, rank, this.#ranking) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Below 0 where the one comes before the other. */
export function compareRanks(a: Rank, b: Rank, { isDescending, numericTies }: Ranking): number {
  const ascending =
    compare(a.order, b.order) ||
    (numericTies && a.tie !== b.tie ? compare(BigInt(a.tie), BigInt(b.tie)) : compareTexts(a.tie, b.tie)) ||
    // Another image of the same row.
    (a.shown === b.shown ? 0 : compareTexts(JSON.stringify(a.shown), JSON.stringify(b.shown)));
  return isDescending ? -ascending : ascending;
}

function compare(a: Integer, b: Integer): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
