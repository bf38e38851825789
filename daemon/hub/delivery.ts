/**
 * Spreads sends over turns of the event loop. 10,000 sends in one turn hold the loop for 107 ms; a turn takes 500, about 5 ms, so that
 * nothing else waits long. What fits the turn's budget goes out at once.
 *
 * Each topic has a lane. A lane's jobs are served in order, first come first served, each a part of a hundred sends after the other, to
 * all its items; the lanes take turns. One queue for all would have everybody wait for an owner whose import makes 5,000 events for 300
 * readers: 10.9 s were measured.
 */
export interface DeliveryOptions {
  readonly sendsPerTurn: number;
  readonly setImmediate: (callback: () => void) => void;
}

/**
 * Makes those of an item's sends that have the numbers from `from` to before `to`, and returns `to`; all the rest of them where it can't
 * stop, and returns their number; undefined if the item takes no more of this job.
 */
export type Send<Item> = (item: Item, from: number, to: number) => number | undefined;

/** What is sent in order. */
export interface Lane<Item> {
  /** Has `cost` sends made to each item, after everything that was pushed before. `cost` is at least 1. */
  push(items: readonly Item[], send: Send<Item>, cost: number): void;
}

/** Of a lane, until the next has its turn; and of a part. */
const SENDS_PER_VISIT = 100;

export class Delivery<Item extends object> {
  readonly #options: DeliveryOptions;
  /** Those that have something to send; the first is next. */
  readonly #busy: JobLane<Item>[] = [];
  #budget: number;
  #isRunning = false;
  #turnOpen = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#budget = options.sendsPerTurn;
  }

  lane(): Lane<Item> {
    return new JobLane(this.#pushed);
  }

  /** One for all lanes. `isFirst`: the lane had nothing to send before. */
  readonly #pushed = (lane: JobLane<Item>, isFirst: boolean): void => {
    if (isFirst) this.#busy.push(lane);
    if (!this.#isRunning) this.#run();
  };

  #run(): void {
    this.#isRunning = true;
    try {
      while (this.#budget > 0) {
        const lane = this.#busy.shift();
        if (lane === undefined) break;
        try {
          this.#budget -= lane.serve(Math.min(SENDS_PER_VISIT, this.#budget));
        } finally {
          if (!lane.isEmpty) this.#busy.push(lane);
        }
      }
    } finally {
      this.#isRunning = false;
      this.#openTurn();
    }
  }

  /** The budget comes back with the next turn. */
  #openTurn(): void {
    if (this.#turnOpen) return;
    this.#turnOpen = true;
    this.#options.setImmediate(() => {
      this.#turnOpen = false;
      this.#budget = this.#options.sendsPerTurn;
      if (this.#busy.length > 0) this.#run();
    });
  }
}

interface Job<Item> {
  readonly send: Send<Item>;
  /** In sends, of each item. */
  readonly cost: number;
  /** Those that get the part at hand, and how many of them have got it. */
  items: readonly Item[];
  done: number;
  /** Where the part begins. */
  from: number;
  /** Those that get the next part as well. */
  following: Item[];
}

class JobLane<Item> implements Lane<Item> {
  readonly #pushed: (lane: JobLane<Item>, isFirst: boolean) => void;
  readonly #jobs: Job<Item>[] = [];

  constructor(pushed: (lane: JobLane<Item>, isFirst: boolean) => void) {
    this.#pushed = pushed;
  }

  get isEmpty(): boolean {
    return this.#jobs.length === 0;
  }

  push(items: readonly Item[], send: Send<Item>, cost: number): void {
    const jobs = this.#jobs.push({ items, send, cost, done: 0, from: 0, following: [] });
    // A job that is being served still counts.
    this.#pushed(this, jobs === 1);
  }

  /** Makes up to `room` sends, a part more where an item is in the middle of one; returns how many. */
  serve(room: number): number {
    let left = room;
    for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
      for (let item = job.items[job.done]; item !== undefined; item = job.items[job.done]) {
        if (left <= 0) return room - left;
        job.done += 1;
        left -= sendPart(job, item);
      }
      if (job.following.length === 0) this.#jobs.shift();
      else beginNextPart(job);
    }
    return room - left;
  }
}

/** Returns what it costs; an item that takes nothing counts as one. */
function sendPart<Item>(job: Job<Item>, item: Item): number {
  const { from, cost } = job;
  const next = job.send(item, from, Math.min(cost, from + SENDS_PER_VISIT));
  if (next === undefined) return 1;
  if (next < cost) job.following.push(item);
  return next - from;
}

function beginNextPart<Item>(job: Job<Item>): void {
  job.items = job.following;
  job.following = [];
  job.done = 0;
  job.from += SENDS_PER_VISIT;
}
