import { add, type Integer } from "./integer.ts";
import { SmallMap } from "./small-map.ts";

/**
 * A group's text, a whole number as such (`compactKey`), or a period as its first day since 2000-01-01. An accumulator without keys has the
 * one key `""`.
 */
export type Key = string | number;

/**
 * The sums of one keyed accumulator of one owner, changed by {@link add} alone. A key whose sum is 0 takes no memory. It is a map, instead of
 * having one, as an owner has many.
 */
export class KeyedSums extends SmallMap<Key, Integer> {
  #keysAbove = 0;
  /** Undefined: to be looked for. Infinity: there is none. */
  #earliest: number | undefined;

  /** How many keys are above 0. */
  get keysAbove(): number {
    return this.#keysAbove;
  }

  sum(key: Key): Integer {
    return this.get(key) ?? 0;
  }

  /** Where keys are days: the smallest above 0. Costs by their number where the last one is above 0 no more, otherwise nothing. */
  get earliest(): number | undefined {
    this.#earliest ??= this.#findEarliest();
    return this.#earliest === Number.POSITIVE_INFINITY ? undefined : this.#earliest;
  }

  /** 1 if the key's sum rose above 0, -1 if it fell to 0 or below, else 0. */
  add(key: Key, delta: Integer): -1 | 0 | 1 {
    const before = this.sum(key);
    const after = add(before, delta);
    if (after === 0) this.delete(key);
    else this.set(key, after);
    if (before > 0 === after > 0) return 0;
    const crossed = after > 0 ? 1 : -1;
    this.#keysAbove += crossed;
    if (this.#earliest !== undefined && typeof key === "number") this.#noteCrossed(key, crossed, this.#earliest);
    return crossed;
  }

  #noteCrossed(key: number, crossed: -1 | 1, earliest: number): void {
    if (crossed === 1) this.#earliest = Math.min(earliest, key);
    else if (key === earliest) this.#earliest = undefined;
  }

  #findEarliest(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const [key, sum] of this.entries()) if (typeof key === "number" && key < earliest && sum > 0) earliest = key;
    return earliest;
  }
}
