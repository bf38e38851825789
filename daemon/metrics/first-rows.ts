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

/** Ranks in order, a column each: so one takes 24 bytes beside its texts, and no object of its own. Undefined ties are all empty. */
interface Ranks {
  readonly orders: readonly Integer[];
  readonly ties: readonly string[] | undefined;
  readonly shown: readonly Shown[];
  readonly counts: readonly Integer[];
}

const NONE: Ranks = { orders: [], ties: undefined, shown: [], counts: [] };

export class FirstRows {
  readonly #ranking: Ranking;
  #ranks = NONE;
  /** Undefined: everything is known. */
  #horizon: Rank | undefined;

  constructor(ranking: Ranking) {
    this.#ranking = ranking;
  }

  get first(): Rank | undefined {
    const at = this.#ranks.counts.findIndex((count) => count > 0);
    return at < 0 ? undefined : this.#at(at);
  }

  /** Whether the first row can't be told, though there may be one. */
  get isDry(): boolean {
    return this.#horizon !== undefined && !this.#ranks.counts.some((count) => count > 0);
  }

  get isEmpty(): boolean {
    return this.#ranks === NONE && this.#horizon === undefined;
  }

  add(rank: Rank, delta: Integer): void {
    if (this.#horizon !== undefined && compareRanks(rank, this.#horizon, this.#ranking) > 0) return;
    const at = this.#search(rank);
    const { orders, ties, shown, counts } = this.#ranks;
    if (!this.#isAt(at, rank)) {
      this.#ranks = {
        orders: orders.toSpliced(at, 0, rank.order),
        ties:
          ties === undefined && rank.tie === "" ? undefined : (ties ?? orders.map(() => "")).toSpliced(at, 0, rank.tie),
        shown: shown.toSpliced(at, 0, rank.shown),
        counts: counts.toSpliced(at, 0, delta),
      };
      this.#cut();
      return;
    }
    const count = add(counts[at] ?? 0, delta);
    if (count !== 0) this.#ranks = { orders, ties, shown, counts: counts.with(at, count) };
    else if (counts.length === 1) this.#ranks = NONE;
    else
      this.#ranks = {
        orders: orders.toSpliced(at, 1),
        ties: ties?.toSpliced(at, 1),
        shown: shown.toSpliced(at, 1),
        counts: counts.toSpliced(at, 1),
      };
  }

  /** From now on nothing is known beyond. */
  limit(horizon: Rank): void {
    if (this.#horizon !== undefined && compareRanks(this.#horizon, horizon, this.#ranking) <= 0) return;
    this.#horizon = horizon;
    const at = this.#search(horizon);
    const end = this.#isAt(at, horizon) ? at + 1 : at;
    const { orders, ties, shown, counts } = this.#ranks;
    if (end === orders.length) return;
    this.#ranks = {
      orders: orders.slice(0, end),
      ties: ties?.slice(0, end),
      shown: shown.slice(0, end),
      counts: counts.slice(0, end),
    };
    if (end === 0) this.#ranks = NONE;
  }

  /** Takes those of others that count over the same time from now on. */
  take(others: FirstRows): void {
    for (const [at, count] of others.#ranks.counts.entries()) this.add(others.#at(at), count);
    const horizon = others.#horizon;
    if (horizon !== undefined) this.limit(horizon);
  }

  /** As many as twice those that a load brings are kept: so few of many that come cost more than their place. */
  #cut(): void {
    const { kept } = this.#ranking;
    if (this.#ranks.counts.length > 2 * kept) this.limit(this.#at(kept - 1));
  }

  #at(at: number): Rank {
    const { orders, ties, shown } = this.#ranks;
    return { order: orders[at] ?? 0, tie: ties?.[at] ?? "", shown: shown[at] ?? null };
  }

  #isAt(at: number, rank: Rank): boolean {
    return at < this.#ranks.counts.length && compareRanks(this.#at(at), rank, this.#ranking) === 0;
  }

  /** Where a rank is, or would be. */
  #search(rank: Rank): number {
    let low = 0;
    let high = this.#ranks.counts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareRanks(this.#at(middle), rank, this.#ranking) < 0) low = middle + 1;
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
