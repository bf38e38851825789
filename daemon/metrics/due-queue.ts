import TinyQueue from "tinyqueue";

interface Entry<Item> {
  readonly instant: number;
  readonly item: Item;
}

/** Items by the instant at which each is due next, in amortised O(log n). */
export class DueQueue<Item> {
  readonly #instants = new Map<Item, number>();
  #queue = new TinyQueue<Entry<Item>>([], byInstant);

  /** The next instant at which something is due; Infinity if nothing is. */
  get next(): number {
    for (let entry = this.#queue.peek(); entry !== undefined; entry = this.#queue.peek()) {
      if (this.#instants.get(entry.item) === entry.instant) return entry.instant;
      this.#queue.pop();
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Infinity: never. */
  set(item: Item, instant: number): void {
    if (this.#instants.get(item) === instant) return;
    if (instant === Number.POSITIVE_INFINITY) {
      this.#instants.delete(item);
      return;
    }
    this.#instants.set(item, instant);
    // Outdated entries never outnumber twice the valid ones. Below 16, making the queue anew would cost more than it frees.
    if (this.#queue.length <= 2 * this.#instants.size + 16) this.#queue.push({ instant, item });
    else this.#queue = new TinyQueue([...this.#entries()], byInstant);
  }

  /** Takes out the item that is due first, if that is at `t` or before. */
  take(t: number): Item | undefined {
    if (this.next > t) return undefined;
    const item = this.#queue.pop()?.item;
    if (item !== undefined) this.#instants.delete(item);
    return item;
  }

  clear(): void {
    this.#instants.clear();
    this.#queue = new TinyQueue<Entry<Item>>([], byInstant);
  }

  *#entries(): Generator<Entry<Item>, undefined> {
    for (const [item, instant] of this.#instants) yield { instant, item };
    return undefined;
  }
}

function byInstant(a: Entry<unknown>, b: Entry<unknown>): number {
  return a.instant - b.instant;
}
