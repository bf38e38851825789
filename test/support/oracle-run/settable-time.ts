/**
 * The database's clock as a test sets it, in microseconds since 1970. It is also what passes on this machine: so a clock that is
 * anchored at any of its instants shows every later one at once, in the middle of whatever is going on.
 */
export class SettableTime {
  readonly #start: number;
  #micros: number;

  constructor(micros: number) {
    this.#start = micros;
    this.#micros = micros;
  }

  get micros(): number {
    return this.#micros;
  }

  /** An instant that has passed is ignored. */
  set(micros: number): void {
    this.#micros = Math.max(this.#micros, micros);
  }

  /** Counted from the start, where a double still holds microseconds. */
  readonly monotonicMs = (): number => (this.#micros - this.#start) / 1000;
}
