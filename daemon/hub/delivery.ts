/**
 * Spreads sends over turns of the event loop. 10,000 sends in one turn hold the loop for 107 ms; a turn takes 500, about 5 ms, so that
 * nothing else waits long. What fits the turn's budget goes out at once.
 *
 * Each topic has a lane. A lane's jobs are served in order, first come first served, to all their items; the lanes take turns. One queue
 * for all would have everybody wait for an owner whose import makes 5,000 events for 300 readers: 10.9 s were measured.
 *
 * A job of many sends for each item, an import's, is served in parts, and of parts a turn takes 100 sends, beside what it takes of others:
 * another owner's write takes several turns of the loop until it is read, and each would be as long as a turn full of an import's frames.
 * With 500 of them, 300 readers that read nothing made the slowest tenth of others' writes take 77 ms instead of 39, with 100 it was 44.
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

/** Of a lane, until the next has its turn. */
const SENDS_PER_VISIT = 100;
/** For each item. A job of more is served in parts. */
const SENDS_PER_PART = 50;
const SENDS_IN_PARTS_PER_TURN = 100;

/** Lanes that have something to send; the first is next. */
interface Queue<Item> {
  readonly lanes: JobLane<Item>[];
  readonly sendsPerTurn: number;
  /** What is left of this turn's. */
  budget: number;
}

export class Delivery<Item extends object> {
  readonly #options: DeliveryOptions;
  readonly #whole: Queue<Item>;
  readonly #inParts: Queue<Item>;
  #isRunning = false;
  #turnOpen = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#whole = queueOf(options.sendsPerTurn);
    this.#inParts = queueOf(SENDS_IN_PARTS_PER_TURN);
  }

  lane(): Lane<Item> {
    return new JobLane(this.#pushed);
  }

  /** One for all lanes. `isFirst`: the lane had nothing to send before. */
  readonly #pushed = (lane: JobLane<Item>, isFirst: boolean): void => {
    if (isFirst) this.#enqueue(lane);
    if (!this.#isRunning) this.#run();
  };

  #enqueue(lane: JobLane<Item>): void {
    if (lane.isEmpty) return;
    const { lanes } = lane.isInParts ? this.#inParts : this.#whole;
    lanes.push(lane);
  }

  #run(): void {
    this.#isRunning = true;
    try {
      this.#serve(this.#whole);
      this.#serve(this.#inParts);
    } finally {
      this.#isRunning = false;
      this.#openTurn();
    }
  }

  #serve(queue: Queue<Item>): void {
    while (queue.budget > 0) {
      const lane = queue.lanes.shift();
      if (lane === undefined) break;
      try {
        queue.budget -= lane.serve(Math.min(SENDS_PER_VISIT, queue.budget));
      } finally {
        this.#enqueue(lane);
      }
    }
  }

  /** The budgets come back with the next turn. */
  #openTurn(): void {
    if (this.#turnOpen) return;
    this.#turnOpen = true;
    this.#options.setImmediate(() => {
      this.#turnOpen = false;
      const queues = [this.#whole, this.#inParts];
      for (const queue of queues) queue.budget = queue.sendsPerTurn;
      if (queues.some(({ lanes }) => lanes.length > 0)) this.#run();
    });
  }
}

function queueOf<Item>(sendsPerTurn: number): Queue<Item> {
  return { lanes: [], sendsPerTurn, budget: sendsPerTurn };
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

  /** What is next is served in parts. */
  get isInParts(): boolean {
    const [job] = this.#jobs;
    return job !== undefined && job.cost > SENDS_PER_PART;
  }

  /** Makes up to `room` sends of jobs of one sort, a part more where an item is in the middle of one; returns how many. */
  serve(room: number): number {
    const { isInParts } = this;
    let left = room;
    for (let job = this.#jobs[0]; job !== undefined && this.isInParts === isInParts; job = this.#jobs[0]) {
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
  const next = job.send(item, from, Math.min(cost, from + SENDS_PER_PART));
  if (next === undefined) return 1;
  if (next < cost) job.following.push(item);
  return next - from;
}

function beginNextPart<Item>(job: Job<Item>): void {
  job.items = job.following;
  job.following = [];
  job.done = 0;
  job.from += SENDS_PER_PART;
}
