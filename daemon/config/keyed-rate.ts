/** As many keys as are remembered: 1 MB. One that is forgotten may begin anew. */
const REMEMBERED = 10_000;

/**
 * A limit on how often something may happen for each key: `atOnce`, and `perSecond` in the long run. One number is kept of each, the
 * instant at which all of its allowance will be back (the generic cell rate algorithm, ITU-T I.371).
 */
export class KeyedRate {
  readonly #intervalMs: number;
  readonly #atOnceMs: number;
  readonly #now: () => number;
  /** Those that came last come last. */
  readonly #fullAtMs = new Map<string, number>();

  /** @param now milliseconds */
  constructor(atOnce: number, perSecond: number, now: () => number) {
    this.#intervalMs = 1_000 / perSecond;
    this.#atOnceMs = atOnce * this.#intervalMs;
    this.#now = now;
  }

  /** Takes so many at once, at most `atOnce`. False, and none is taken, if it happens too often. */
  take(key: string, count = 1): boolean {
    const tookMs = count * this.#intervalMs;
    const nowMs = this.#now();
    // A clock that was set back is no reason to wait for it.
    const latestMs = nowMs + this.#atOnceMs;
    const before = Math.min(Math.max(this.#fullAtMs.get(key) ?? nowMs, nowMs), latestMs);
    const isWithin = before + tookMs <= latestMs + this.#intervalMs / 1_000;
    this.#fullAtMs.delete(key);
    this.#fullAtMs.set(key, isWithin ? before + tookMs : before);
    const oldest = this.#fullAtMs.keys().next();
    if (this.#fullAtMs.size > REMEMBERED && !oldest.done) this.#fullAtMs.delete(oldest.value);
    return isWithin;
  }
}
