/** A limit on how often something may happen: `capacity` at once, `perSecond` in the long run. */
export class TokenBucket {
  readonly #capacity: number;
  readonly #perSecond: number;
  readonly #now: () => number;
  #tokens: number;
  #filledAt: number;

  /** @param now milliseconds */
  constructor(capacity: number, perSecond: number, now: () => number) {
    this.#capacity = capacity;
    this.#perSecond = perSecond;
    this.#now = now;
    this.#tokens = capacity;
    this.#filledAt = now();
  }

  /** False if it happens too often. */
  take(): boolean {
    const now = this.#now();
    // A clock that was set back gives nothing and takes nothing.
    const earned = (Math.max(0, now - this.#filledAt) / 1000) * this.#perSecond;
    this.#filledAt = now;
    this.#tokens = Math.min(this.#capacity, this.#tokens + earned);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
