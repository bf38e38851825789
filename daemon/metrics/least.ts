import TinyQueue from "tinyqueue";

/** A set of numbers, as `Map` and `Set` are. */
export interface NumberSet {
  readonly size: number;
  has(value: number): boolean;
  keys(): Iterable<number>;
}

/**
 * The least member of a changing set of numbers, in amortised O(log n). The set belongs to the caller, which reports each number that
 * enters. A number that has left stays in the queue until it comes up, or until such numbers outnumber the others and the queue is made anew.
 */
export class Least {
  readonly #live: NumberSet;
  #queue = new TinyQueue<number>();

  constructor(live: NumberSet) {
    this.#live = live;
  }

  /** Call after the number was put into the set. */
  entered(value: number): void {
    // Below 16, making the queue anew would cost more than it frees.
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
