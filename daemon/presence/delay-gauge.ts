const WINDOW_MS = 60_000;

/**
 * How late what another daemon says comes, though nobody knows what time it is there: of two clocks that run alike, the smallest difference
 * seen of late is that of what came at once. They need not run alike for longer than two minutes.
 */
export class DelayGauge {
  #least = Number.POSITIVE_INFINITY;
  #leastBefore = Number.POSITIVE_INFINITY;
  #sinceMs = Number.NEGATIVE_INFINITY;

  /**
   * By how much it came later than others.
   * @param saidMs by the clock there
   * @param heardMs by the clock here
   */
  lateMs(saidMs: number, heardMs: number): number {
    const difference = heardMs - saidMs;
    if (heardMs - this.#sinceMs > WINDOW_MS) {
      this.#leastBefore = this.#least;
      this.#least = difference;
      this.#sinceMs = heardMs;
    }
    this.#least = Math.min(this.#least, difference);
    return difference - Math.min(this.#least, this.#leastBefore);
  }
}
