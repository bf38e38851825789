/**
 * One owner's numbers: the sums that are current at an instant T, and the changes that the clock will make. Linear in the grains, so that
 * the order of folding and advancing doesn't matter:
 *
 *     advance(fold(S, D), T') = fold(advance(S, T'), D) = snapshot(R + D, T')
 *
 * Takes memory by accumulators, keys and future boundaries, by rows only where each row has a boundary of its own; a change costs map
 * updates only.
 */
import type { Grain } from "../capture/batch.ts";
import { unreachable } from "../config/unreachable.ts";
import { contribution, type DayStart } from "./contribution.ts";
import { add, type Integer, integerOf } from "./integer.ts";
import { Extremes } from "./extremes.ts";
import type { Shown } from "./first-rows.ts";
import { type Key, KeyedSums } from "./keyed-sums.ts";
import type { PlanIndex } from "./plan-index.ts";
import type { Accumulator, Quantity, Ranking, Term } from "../plan/plan.ts";
import { groupAndRank, groupOf } from "./json-key.ts";
import { Schedule } from "./schedule.ts";
import { compactKey, SmallMap } from "./small-map.ts";

/** The changes since the last call: leaves by index, and the keys of accumulators that show theirs. */
export interface Changes {
  readonly leaves: ReadonlySet<number>;
  readonly keys: ReadonlyMap<number, ReadonlySet<Key>>;
}

const NO_CHANGES: Changes = { leaves: new Set(), keys: new Map() };

export class OwnerState {
  readonly #index: PlanIndex;
  /** By accumulator: its sum, or its sums by key, once it has some. */
  readonly #sums: (Integer | KeyedSums)[];
  readonly #overlaps: number[];
  /** By accumulator: of those of ranked rows, once they have some. Undefined where the plan has none. */
  readonly #extremes: SmallMap<number, Extremes> | undefined;
  readonly #schedule = new Schedule();
  #t: number;
  /** Undefined until something changes. */
  #changes: { readonly leaves: Set<number>; readonly keys: Map<number, Set<Key>> } | undefined;

  /** An empty state at the instant `t`, in microseconds since 1970. */
  constructor(index: PlanIndex, t: number) {
    this.#index = index;
    this.#t = t;
    this.#overlaps = index.plan.overlaps.map(() => 0);
    this.#sums = index.plan.accumulators.map(() => 0);
    this.#extremes = index.hasExtremes ? new SmallMap() : undefined;
  }

  /** The instant T that the current numbers hold for. */
  get t(): number {
    return this.#t;
  }

  /** The next instant at which the clock changes something; Infinity if none. */
  get next(): number {
    return this.#schedule.next;
  }

  /** How many changes the clock still has to make: for tests and gauges. */
  get scheduled(): number {
    return this.#schedule.size;
  }

  /** Moves T forward. An instant before T is ignored: T never goes back. */
  advance(t: number): void {
    if (t <= this.#t) return;
    this.#t = t;
    this.#schedule.takeDue(t, (accumulator, key, delta, instant) => {
      const extremes = this.#extremes?.get(accumulator);
      if (extremes === undefined) return this.#change(accumulator, key, delta);
      extremes.pass(key, instant);
      return this.#noteChanged(accumulator, key);
    });
  }

  /** Adds a grain of a load or of a delta. `dayStart` must know the start of every day that its windows begin or end with. */
  fold(grain: Grain, dayStart: DayStart): void {
    for (const { accumulator, definition } of this.#index.feeds[grain.projection] ?? []) {
      const value = grain.values[definition.measure] ?? 0n;
      if (value === 0n) continue;
      if (definition.ranking !== undefined) {
        this.#rank(accumulator, definition, definition.ranking, grain, dayStart);
        continue;
      }
      const window = contribution(grain, definition, dayStart);
      if (window !== undefined) this.#add(accumulator, window.key, window.from, window.until, value);
    }
  }

  /** What the first of ranked rows shows; undefined where there is none. */
  shown(accumulator: number, key: Key = ""): Shown | undefined {
    return this.#extremes?.get(accumulator)?.shown(key);
  }

  /** Whether some first row can't be told any more: the owner must be read again. */
  get isDry(): boolean {
    for (const [, extremes] of this.#extremes?.entries() ?? []) if (extremes.isDry) return true;
    return false;
  }

  sum(accumulator: number, key: Key = ""): bigint {
    return BigInt(this.#sum(accumulator, key));
  }

  /** Those whose sum is not 0, or that have ranked rows. */
  keys(accumulator: number): Iterable<Key> {
    const extremes = this.#extremes?.get(accumulator);
    if (extremes !== undefined) return extremes.keys;
    const sums = this.#sums[accumulator];
    if (sums instanceof KeyedSums) return sums.keys();
    return sums === 0 ? [] : [""];
  }

  /** How many keys are above 0, or show the first of ranked rows. */
  keysAbove(accumulator: number): number {
    const extremes = this.#extremes?.get(accumulator);
    if (extremes !== undefined) return extremes.shownKeys;
    const sums = this.#sums[accumulator] ?? 0;
    if (sums instanceof KeyedSums) return sums.keysAbove;
    return sums > 0 ? 1 : 0;
  }

  /** The smallest key above 0, where keys are days. */
  earliest(accumulator: number): number | undefined {
    const sums = this.#sums[accumulator];
    return sums instanceof KeyedSums ? sums.earliest : undefined;
  }

  quantity({ of, index }: Quantity): bigint {
    switch (of) {
      case "accumulator":
        return this.sum(index);
      case "keys":
        return BigInt(this.keysAbove(index));
      case "overlap":
        return BigInt(this.#overlaps[index] ?? 0);
      default:
        return unreachable(of);
    }
  }

  /** Undefined where there is no first row. */
  term(term: Term): bigint | undefined {
    if (term.of !== "first") return this.quantity(term);
    const first = this.#extremes?.get(term.index)?.first("");
    return first && BigInt(first.order);
  }

  /** The changes since the last call. Costs by their number. */
  takeChanges(): Changes {
    const changes = this.#changes ?? NO_CHANGES;
    this.#changes = undefined;
    return changes;
  }

  #sum(accumulator: number, key: Key): Integer {
    const sums = this.#sums[accumulator] ?? 0;
    return sums instanceof KeyedSums ? sums.sum(key) : sums;
  }

  #add(accumulator: number, key: Key, from: number, until: number, value: bigint): void {
    if (from >= until || until <= this.#t) return;
    const delta = integerOf(value);
    if (from <= this.#t) this.#change(accumulator, key, delta);
    else this.#schedule.add(from, accumulator, key, delta);
    if (until < Number.POSITIVE_INFINITY) this.#schedule.add(until, accumulator, key, -delta);
  }

  #rank(accumulator: number, to: Accumulator, ranking: Ranking, grain: Grain, dayStart: DayStart): void {
    const { group, rank } = groupAndRank(grain);
    const span = contribution({ ...grain, key: group }, to, dayStart);
    if (span === undefined || span.from >= span.until || span.until <= this.#t) return;
    const { key, from, until } = span;
    const extremes = this.#extremes?.get(accumulator) ?? new Extremes(ranking);
    this.#extremes?.set(accumulator, extremes);
    const [count = 0n, last = 0n] = grain.values;
    const opened = extremes.fold(key, span, this.#t, rank, integerOf(count), last !== 0n);
    if (opened !== 0 && from > this.#t) this.#schedule.add(from, accumulator, key, opened);
    if (opened !== 0 && until < Number.POSITIVE_INFINITY) this.#schedule.add(until, accumulator, key, opened);
    if (from <= this.#t) this.#noteChanged(accumulator, key);
  }

  #change(accumulator: number, key: Key, delta: Integer): void {
    const crossed = this.#addTo(accumulator, key, delta);
    this.#noteChanged(accumulator, key);
    if (crossed === 0) return;
    const tally = this.#index.tallies[accumulator];
    if (tally !== undefined) this.#change(tally, compactKey(groupOf(key)), crossed);
    for (const { overlap, other } of this.#index.overlaps[accumulator] ?? []) {
      // An overlap of a set with itself has both its sides cross at once.
      if (other === accumulator || this.#sum(other, key) > 0)
        this.#overlaps[overlap] = (this.#overlaps[overlap] ?? 0) + crossed;
    }
  }

  #noteChanged(accumulator: number, key: Key): void {
    this.#changes ??= { leaves: new Set(), keys: new Map() };
    const { leaves, keys } = this.#changes;
    for (const leaf of this.#index.leaves[accumulator] ?? []) leaves.add(leaf);
    if (this.#index.showsKeys[accumulator]) {
      const changed = keys.get(accumulator);
      if (changed === undefined) keys.set(accumulator, new Set([key]));
      else changed.add(key);
    }
  }

  /** Gives whether the key's sum crossed 0, as {@link KeyedSums.add} does: of a sum without keys nobody asks. */
  #addTo(accumulator: number, key: Key, delta: Integer): -1 | 0 | 1 {
    const sums = this.#sums[accumulator] ?? 0;
    if (sums instanceof KeyedSums) return sums.add(key, delta);
    if (this.#index.plan.accumulators[accumulator]?.keyedBy !== "none") {
      const keyed = new KeyedSums();
      this.#sums[accumulator] = keyed;
      return keyed.add(key, delta);
    }
    this.#sums[accumulator] = add(sums, delta);
    return 0;
  }
}
