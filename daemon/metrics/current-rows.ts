/**
 * The rows of one group that count now, by the instant at which they end. Where each row ends by itself, as between two instants, there are as
 * many ends as rows: so what ends is found by its instant, and the first of all, once they are many, at the top of a heap. Each end's first
 * row is pushed whenever it changes, and what is no end's first any more is dropped when it comes to the top.
 */
import TinyQueue from "tinyqueue";
import type { Ranking } from "../plan/plan.ts";
import { compareRanks, type FirstRows, type Rank } from "./first-rows.ts";
import { SmallMap } from "./small-map.ts";

/** A look through so many ends takes less time than to keep a heap, and no room. */
const MOST_SCANNED = 16;

interface Candidate {
  readonly until: number;
  readonly rank: Rank;
}

export class CurrentRows {
  readonly #ranking: Ranking;
  readonly #byEnd = new SmallMap<number, FirstRows>();
  /** Undefined while nobody has asked among many. Every end's first row is in it. */
  #heap: TinyQueue<Candidate> | undefined;

  constructor(ranking: Ranking) {
    this.#ranking = ranking;
  }

  /** How many ends there are. */
  get size(): number {
    return this.#byEnd.size;
  }

  get(until: number): FirstRows | undefined {
    return this.#byEnd.get(until);
  }

  /** Rows that end then have changed, or are new here. */
  set(until: number, rows: FirstRows): void {
    if (rows.isEmpty) this.#byEnd.delete(until);
    else if (this.#byEnd.get(until) === undefined) this.#byEnd.set(until, rows);
    const rank = this.#heap && rows.first;
    if (rank !== undefined) this.#heap?.push({ until, rank });
    this.#bound();
  }

  /** Forgets those that end then, and gives them. */
  end(until: number): FirstRows | undefined {
    const ended = this.#byEnd.get(until);
    this.#byEnd.delete(until);
    this.#bound();
    return ended;
  }

  get first(): Rank | undefined {
    if (this.size <= MOST_SCANNED) {
      this.#heap = undefined;
      let first: Rank | undefined;
      for (const { rank } of this.#candidates())
        if (first === undefined || this.#compare(rank, first) < 0) first = rank;
      return first;
    }
    this.#heap ??= new TinyQueue([...this.#candidates()], (a, b) => this.#compare(a.rank, b.rank));
    for (let top = this.#heap.peek(); top !== undefined; top = this.#heap.peek()) {
      const now = this.#byEnd.get(top.until)?.first;
      if (now !== undefined && this.#compare(now, top.rank) === 0) return now;
      this.#heap.pop();
    }
    return undefined;
  }

  /** Outdated candidates never outnumber the ends by much; to make the heap anew costs as much as the changes that made it so long. */
  #bound(): void {
    if (this.#heap !== undefined && this.#heap.length > 2 * this.size + MOST_SCANNED) this.#heap = undefined;
  }

  *#candidates(): Generator<Candidate, undefined> {
    for (const [until, { first: rank }] of this.#byEnd.entries()) if (rank !== undefined) yield { until, rank };
    return undefined;
  }

  #compare(a: Rank, b: Rank): number {
    return compareRanks(a, b, this.#ranking);
  }
}
