/** A backward step of the database's clock up to this is waited out; a larger one makes everything be read anew. */
const HELD_MICROS = 5_000_000;

export interface ClockOptions {
  /** Milliseconds that never go back, e.g. `performance.now`. */
  readonly monotonicMs: () => number;
  /** Milliseconds since 1970 by this machine, used until the first reply of the database. */
  readonly systemMs: () => number;
}

/**
 * The instant T, in microseconds since 1970: the database's clock in its last reply plus the monotonic time since it came. So it is
 * never ahead of the database's clock, and this machine's own clock has no part in it. It never goes back.
 */
export class Clock {
  readonly #monotonicMs: () => number;
  readonly #systemMs: () => number;
  #anchor: { readonly database: number; readonly monotonicMs: number } | undefined;
  #latest = Number.NEGATIVE_INFINITY;

  constructor({ monotonicMs, systemMs }: ClockOptions) {
    this.#monotonicMs = monotonicMs;
    this.#systemMs = systemMs;
  }

  /**
   * Takes the database's clock from a reply that just came. False if it went back by more than is held.
   * @param tookMs how long ago the reply was asked for: so old its clock may be, which a large reply brings late
   */
  observe(databaseMicros: number, tookMs = 0): boolean {
    const behind = this.#anchor === undefined ? 0 : this.now() - HELD_MICROS - databaseMicros;
    const isSteady = behind <= tookMs * 1000;
    if (behind <= 0 || !isSteady) this.#anchor = { database: databaseMicros, monotonicMs: this.#monotonicMs() };
    return isSteady;
  }

  now(): number {
    if (this.#anchor === undefined) return Math.round(this.#systemMs() * 1000);
    const { database, monotonicMs } = this.#anchor;
    const estimate = database + Math.round((this.#monotonicMs() - monotonicMs) * 1000);
    this.#latest = Math.max(this.#latest, estimate);
    return this.#latest;
  }

  /** Forgets everything: only with a new epoch may T go back. */
  reset(): void {
    this.#anchor = undefined;
    this.#latest = Number.NEGATIVE_INFINITY;
  }
}
