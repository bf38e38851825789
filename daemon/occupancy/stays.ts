import { compareTexts } from "../metrics/byte-order.ts";
import { add, type Integer, integerOf } from "../metrics/integer.ts";

/** Somebody in a place from one instant until another, in microseconds since 1970. */
export interface Stay {
  /** The key of its row, as `compactKey` has it. */
  readonly key: string | number;
  /** The name that clients get. */
  readonly label: string | null;
  readonly from: number;
  readonly until: number;
}

interface WeightedStay extends Stay {
  weight: Integer;
}

/** A stay that is over at `t`, or that ends before it begins, is nothing. */
export function isStill({ from, until }: Stay, t: number): boolean {
  return from < until && until > t;
}

/** As many as are kept in a list without room for more, of which each new one makes another. */
const FEW = 64;

/**
 * The stays of one place that are not over, by (from, key). Of several at the same time the first one counts. Weights add up: a stay
 * that comes and goes, in whichever order, leaves nothing behind.
 */
export class Stays {
  readonly #numericKeys: boolean;
  #sorted: WeightedStay[] = [];
  /** How many of them have begun; they are the first ones. */
  #started = 0;

  /** `numericKeys`: keys are whole numbers and compare as such, instead of byte by byte. */
  constructor(numericKeys: boolean) {
    this.#numericKeys = numericKeys;
  }

  get isEmpty(): boolean {
    return this.#sorted.length === 0;
  }

  fold(stay: Stay, weight: bigint, t: number): void {
    if (!isStill(stay, t)) return;
    const at = this.#search(stay);
    const found = this.#sorted[at];
    if (found === undefined || this.#compare(found, stay) !== 0) {
      const { key, label, from, until } = stay;
      const weighted = { key, label, from, until, weight: integerOf(weight) };
      if (this.#sorted.length < FEW) this.#sorted = this.#sorted.toSpliced(at, 0, weighted);
      else this.#sorted.splice(at, 0, weighted);
      if (stay.from <= t) this.#started += 1;
      return;
    }
    found.weight = add(found.weight, integerOf(weight));
    if (found.weight !== 0) return;
    this.#sorted.splice(at, 1);
    if (stay.from <= t) this.#started -= 1;
  }

  /** Goes on to `t`, which is not before that of any call so far, and lets go the stays that are over. */
  advance(t: number): void {
    let started = this.#started;
    for (let next = this.#sorted[started]; next !== undefined && next.from <= t; next = this.#sorted[started])
      started += 1;
    const going = this.#sorted.slice(0, started).filter(({ until }) => until > t);
    if (going.length < started) this.#sorted.splice(0, started, ...going);
    this.#started = going.length;
  }

  /** The stay that counts at the instant that it was advanced to. */
  get occupant(): Stay | undefined {
    for (let at = 0; at < this.#started; at += 1) {
      const stay = this.#sorted[at];
      if (stay !== undefined && stay.weight > 0) return stay;
    }
    return undefined;
  }

  /** The next instant at which another stay counts, or none; Infinity if none comes. A stay that counts does so until its end. */
  get next(): number {
    const { occupant } = this;
    if (occupant !== undefined) return occupant.until;
    for (let at = this.#started; at < this.#sorted.length; at += 1) {
      const stay = this.#sorted[at];
      if (stay !== undefined && stay.weight > 0) return stay.from;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Where a stay is, or would be. */
  #search(stay: Stay): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const there = this.#sorted[middle];
      if (there !== undefined && this.#compare(there, stay) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(a: Stay, b: Stay): number {
    return (
      a.from - b.from ||
      this.#compareKeys(String(a.key), String(b.key)) ||
      a.until - b.until ||
      // Another label is another image of the row; a name and no name differ as well.
      compareTexts(JSON.stringify(a.label), JSON.stringify(b.label))
    );
  }

  #compareKeys(a: string, b: string): number {
    return this.#numericKeys ? compareNumbers(a, b) : compareTexts(a, b);
  }
}

/** Doubles tell numbers of different size apart; those that look the same to them have as many digits. */
function compareNumbers(a: string, b: string): number {
  return Number(a) - Number(b) || a.length - b.length || compareTexts(a, b);
}
