/**
 * Spreads sends over turns of the event loop. 10,000 sends in one turn hold the loop for 107 ms; a turn takes 500, about 5 ms, so that
 * nothing else waits long. What fits the turn's budget goes out at once, the rest in order, first come first served.
 */
export interface DeliveryOptions {
  readonly sendsPerTurn: number;
  readonly setImmediate: (callback: () => void) => void;
}

interface Job<Item> {
  readonly items: readonly Item[];
  readonly send: (item: Item) => void;
  /** In sends, of each item. */
  readonly cost: number;
  done: number;
}

export class Delivery<Item extends object> {
  readonly #options: DeliveryOptions;
  readonly #jobs: Job<Item>[] = [];
  #budget: number;
  #turnOpen = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#budget = options.sendsPerTurn;
  }

  /** Calls `send` for each item, which then sends `cost` times, after everything that was pushed before. */
  push(items: readonly Item[], send: (item: Item) => void, cost = 1): void {
    this.#jobs.push({ items, send, cost, done: 0 });
    if (this.#jobs.length === 1) this.#run();
  }

  #run(): void {
    for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
      for (let item = job.items[job.done]; item !== undefined; item = job.items[job.done]) {
        if (this.#budget <= 0) return this.#openTurn();
        this.#budget -= job.cost;
        job.done++;
        job.send(item);
      }
      this.#jobs.shift();
    }
    this.#openTurn();
  }

  /** The budget comes back with the next turn. */
  #openTurn(): void {
    if (this.#turnOpen) return;
    this.#turnOpen = true;
    this.#options.setImmediate(() => {
      this.#turnOpen = false;
      this.#budget = this.#options.sendsPerTurn;
      if (this.#jobs.length > 0) this.#run();
    });
  }
}
