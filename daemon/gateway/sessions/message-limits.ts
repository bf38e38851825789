/** How much one connection may say: requests, nonsense, and what is beyond the limit. */
import { TokenBucket } from "./token-bucket.ts";

/** A peer that sends nonsense again and again: more than 5, or one every 5 s for long. */
const NONSENSE = { capacity: 5, perSecond: 0.2 } as const;
/** How many messages over the limit are answered before the connection is closed. */
const EXCESS = { capacity: 10, perSecond: 0.2 } as const;

export class MessageLimits {
  readonly #perSecond: number;
  readonly #now: () => number;
  #messages: TokenBucket;
  /** Made for those few who need them. */
  #nonsense: TokenBucket | undefined;
  #excess: TokenBucket | undefined;

  /** @param now milliseconds */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
    this.#messages = this.#bucketFor(0);
  }

  /** A client that comes back subscribes to each of its owners at once. An administrator's are not in the token: as many as there may be. */
  allowFor(owners: number): void {
    this.#messages = this.#bucketFor(owners);
  }

  /** What to do with one more message: serve it, refuse it, or close the connection. */
  take(): "serve" | "refuse" | "close" {
    if (this.#messages.take()) return "serve";
    this.#excess ??= new TokenBucket(EXCESS.capacity, EXCESS.perSecond, this.#now);
    return this.#excess.take() ? "refuse" : "close";
  }

  /** False if there has been too much nonsense. */
  takeNonsense(): boolean {
    this.#nonsense ??= new TokenBucket(NONSENSE.capacity, NONSENSE.perSecond, this.#now);
    return this.#nonsense.take();
  }

  #bucketFor(owners: number): TokenBucket {
    return new TokenBucket(2 * this.#perSecond + owners, this.#perSecond, this.#now);
  }
}
