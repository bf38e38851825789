/**
 * One owner's numbers: the sums that are current at an instant T, and the changes that the clock will make. Linear in the grains, so that
 * the order of folding and advancing doesn't matter:
 *
 *     advance(fold(S, D), T') = fold(advance(S, T'), D) = snapshot(R + D, T')
 *
 * Takes memory by accumulators, keys and future boundaries, never by rows; a change costs map updates only.
 */
import type { Grain } from "../capture/batch.ts";
import { unreachable } from "../config/unreachable.ts";
import { AccumulatorState, type Key } from "./accumulator-state.ts";
import { contribution, type DayStart } from "./contribution.ts";
import type { PlanIndex } from "./plan-index.ts";
import type { Quantity } from "../plan/plan.ts";
import { Schedule } from "./schedule.ts";

/** The changes since the last call: leaves by index, and the keys of accumulators that show theirs. */
export interface Changes {
  readonly leaves: ReadonlySet<number>;
  readonly keys: ReadonlyMap<number, ReadonlySet<Key>>;
}

export class OwnerState {
  readonly #index: PlanIndex;
  readonly #accumulators: readonly AccumulatorState[];
  readonly #overlaps: number[];
  readonly #schedule = new Schedule();
  #t: number;
  #changedLeaves = new Set<number>();
  #changedKeys = new Map<number, Set<Key>>();

  /** An empty state at the instant `t`, in microseconds since 1970. */
  constructor(index: PlanIndex, t: number) {
    this.#index = index;
    this.#t = t;
    this.#overlaps = index.plan.overlaps.map(() => 0);
    this.#accumulators = index.plan.accumulators.map(
      (_, at) => new AccumulatorState(index.ordered[at] ?? false, (key, crossed) => this.#changed(at, key, crossed)),
    );
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
    this.#schedule.takeDue(t, (cell, delta) => {
      cell.accumulator.add(cell, delta);
      cell.accumulator.release(cell);
    });
  }

  /** Adds a grain of a load or of a delta. `dayStart` must know the start of every day that its windows begin or end with. */
  fold(grain: Grain, dayStart: DayStart): void {
    for (const { accumulator, definition } of this.#index.feeds[grain.projection] ?? []) {
      const value = grain.values[definition.measure] ?? 0n;
      if (value === 0n) continue;
      const window = contribution(grain, definition, dayStart);
      if (window !== undefined) this.#add(accumulator, window.key, window.from, window.until, value);
    }
  }

  sum(accumulator: number, key: Key = ""): bigint {
    return this.#accumulators[accumulator]?.sum(key) ?? 0n;
  }

  keys(accumulator: number): Iterable<Key> {
    return this.#accumulators[accumulator]?.keys ?? [];
  }

  /** How many keys are above 0. */
  keysAbove(accumulator: number): number {
    return this.#accumulators[accumulator]?.keysAbove ?? 0;
  }

  earliest(accumulator: number): number | undefined {
    return this.#accumulators[accumulator]?.earliest;
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

  /** The changes since the last call. Costs by their number. */
  takeChanges(): Changes {
    const changes = { leaves: this.#changedLeaves, keys: this.#changedKeys };
    if (changes.leaves.size > 0) {
      this.#changedLeaves = new Set();
      this.#changedKeys = new Map();
    }
    return changes;
  }

  #add(accumulator: number, key: Key, from: number, until: number, value: bigint): void {
    if (from >= until || until <= this.#t) return;
    const state = this.#accumulators[accumulator];
    if (state === undefined) return;
    const cell = state.cell(key);
    if (from <= this.#t) state.add(cell, value);
    else this.#schedule.add(from, cell, value);
    if (until < Number.POSITIVE_INFINITY) this.#schedule.add(until, cell, -value);
    state.release(cell);
  }

  #changed(accumulator: number, key: Key, crossed: -1 | 0 | 1): void {
    for (const leaf of this.#index.leaves[accumulator] ?? []) this.#changedLeaves.add(leaf);
    if (this.#index.showsKeys[accumulator]) {
      const keys = this.#changedKeys.get(accumulator);
      if (keys === undefined) this.#changedKeys.set(accumulator, new Set([key]));
      else keys.add(key);
    }
    if (crossed === 0) return;
    for (const { overlap, other } of this.#index.overlaps[accumulator] ?? []) {
      // An overlap of a set with itself has both its sides cross at once.
      if (other === accumulator || this.sum(other, key) > 0n)
        this.#overlaps[overlap] = (this.#overlaps[overlap] ?? 0) + crossed;
    }
  }
}
