import { add, type Integer, integerOf } from "./integer.ts";
import type { Key } from "./keyed-sums.ts";

/** A change: of which accumulator, of which of its keys, by how much, and when. */
export type TakeChange = (of: number, key: Key, delta: Integer, instant: number) => void;

/** Changes in order, a column each: so a change takes 24 bytes and no objects of its own. */
interface Stretch {
  instants: readonly number[];
  keys: readonly Key[];
  /** By how much, and of what, as one integer: {@link joined}. */
  changes: readonly Integer[];
}

/** More things than a plan has accumulators. What changes by less than 2^33 is then still a number, not a bigint. */
const THINGS = 2 ** 20;

function joined(of: number, delta: Integer): Integer {
  const change = typeof delta === "number" ? delta * THINGS + of : Number.NaN;
  return Number.isSafeInteger(change) ? change : integerOf(BigInt(delta) * BigInt(THINGS) + BigInt(of));
}

function ofIn(change: Integer): number {
  return typeof change === "number"
    ? change - Math.floor(change / THINGS) * THINGS
    : Number(BigInt.asUintN(20, change));
}

function deltaIn(change: Integer): Integer {
  return typeof change === "number" ? Math.floor(change / THINGS) : integerOf(change >> 20n);
}

/** To put a change into a stretch costs by its length, to find the stretch by the logarithm of their number. */
const LONGEST_STRETCH = 128;

/**
 * The changes that the clock will make, by instant (microseconds since 1970). Changes that cancel each other leave nothing behind. They are
 * in order, in stretches none of which is empty.
 */
export class Schedule {
  #stretches: Stretch[] = [];

  /** The next instant at which something changes; Infinity if nothing will. */
  get next(): number {
    return this.#stretches[0]?.instants[0] ?? Number.POSITIVE_INFINITY;
  }

  /** How many changes are held. */
  get size(): number {
    return this.#stretches.reduce((size, { instants }) => size + instants.length, 0);
  }

  add(instant: number, of: number, key: Key, delta: Integer): void {
    const inStretch = Math.max(0, this.#lastFrom(instant, of, key));
    const stretch = this.#stretches[inStretch];
    if (stretch === undefined) {
      this.#stretches = [{ instants: [instant], keys: [key], changes: [joined(of, delta)] }];
      return;
    }
    const at = placeIn(stretch, instant, of, key);
    if (compare(stretch, at, instant, of, key) !== 0) {
      insert(stretch, at, instant, key, joined(of, delta));
      if (stretch.instants.length > LONGEST_STRETCH) this.#stretches.splice(inStretch, 1, ...halves(stretch));
      return;
    }
    const sum = add(deltaIn(stretch.changes[at] ?? 0), delta);
    if (sum !== 0) stretch.changes = stretch.changes.with(at, joined(of, sum));
    else if (stretch.instants.length > 1) remove(stretch, at);
    else this.#stretches.splice(inStretch, 1);
  }

  /** Hands out, in order, the changes that are due at or before an instant, and forgets them. `take` adds none. */
  takeDue(instant: number, take: TakeChange): void {
    for (let due = this.next; due <= instant; due = this.next) {
      const [first] = this.#stretches;
      if (first === undefined) return;
      const { instants, keys, changes } = first;
      let end = 0;
      for (; end < instants.length && (instants[end] ?? 0) <= instant; end += 1) {
        const change = changes[end] ?? 0;
        take(ofIn(change), keys[end] ?? "", deltaIn(change), instants[end] ?? 0);
      }
      if (end === instants.length) this.#stretches.shift();
      else this.#stretches[0] = part(first, end);
    }
  }

  /** The last stretch that begins at this change or before; -1 if none does. */
  #lastFrom(instant: number, of: number, key: Key): number {
    let low = 0;
    let high = this.#stretches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const stretch = this.#stretches[middle];
      if (stretch !== undefined && compare(stretch, 0, instant, of, key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Where the change is, or would be. */
function placeIn(stretch: Stretch, instant: number, of: number, key: Key): number {
  let low = 0;
  let high = stretch.instants.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(stretch, middle, instant, of, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Below 0 if the change at that place comes before; above 0 if there is none. */
function compare({ instants, keys, changes }: Stretch, at: number, instant: number, of: number, key: Key): number {
  const thisInstant = instants[at];
  if (thisInstant === undefined) return 1;
  if (thisInstant !== instant) return thisInstant - instant;
  return ofIn(changes[at] ?? 0) - of || compareKeys(keys[at] ?? "", key);
}

/** Numbers come before texts. */
export function compareKeys(a: Key, b: Key): number {
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return a === b ? 0 : a < b ? -1 : 1;
}

// Unlike `splice`, what makes a new array leaves no room for more in it.

function insert(stretch: Stretch, at: number, instant: number, key: Key, change: Integer): void {
  stretch.instants = stretch.instants.toSpliced(at, 0, instant);
  stretch.keys = stretch.keys.toSpliced(at, 0, key);
  stretch.changes = stretch.changes.toSpliced(at, 0, change);
}

function remove(stretch: Stretch, at: number): void {
  stretch.instants = stretch.instants.toSpliced(at, 1);
  stretch.keys = stretch.keys.toSpliced(at, 1);
  stretch.changes = stretch.changes.toSpliced(at, 1);
}

function halves(stretch: Stretch): Stretch[] {
  const middle = stretch.instants.length >> 1;
  return [part(stretch, 0, middle), part(stretch, middle)];
}

function part({ instants, keys, changes }: Stretch, from: number, until?: number): Stretch {
  return {
    instants: instants.slice(from, until),
    keys: keys.slice(from, until),
    changes: changes.slice(from, until),
  };
}
