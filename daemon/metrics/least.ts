import TinyQueue from "tinyqueue";

/** The set whose least member is asked for. Any `Map` or `Set` of numbers is one. */
export interface NumberSet {
  readonly size: number;
  has(value: number): boolean;
  keys(): Iterable<number>;
}

/**
 * The least member of a changing set of numbers, in amortised O(log n). The set belongs to the caller, who says when a number
 * enters; one that left is noticed when it comes up. What has left never outweighs what is there: the queue is then made anew.
 */
export class Least {
  readonly #live: NumberSet;
  #queue = new TinyQueue<number>();

  constructor(live: NumberSet) {
    this.#live = live;
  }

  /** Call after the number was put into the set. */
  entered(value: number): void {
    // Below 16 the rebuild would cost more than what it frees.
    if (this.#queue.length > 2 * this.#live.size + 16) this.#queue = new TinyQueue([...this.#live.keys()]);
    else this.#queue.push(value);
  }

  /** Infinity if the set is empty. */
  get value(): number {
    for (;;) {
      const least = this.#queue.peek();
      if (least === undefined) return Number.POSITIVE_INFINITY;
      if (this.#live.has(least)) return least;
      this.#queue.pop();
    }
  }
}
