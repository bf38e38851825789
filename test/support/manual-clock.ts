import type { Clock } from "../../client/environment.ts";

/** Time that passes only when told to, and the timers that wait for it. */
export class ManualClock {
  #nowMs: number;
  readonly #timers = new Map<object, { readonly atMs: number; readonly callback: () => void }>();

  constructor(nowMs = Date.UTC(2026, 4, 8, 12)) {
    this.#nowMs = nowMs;
  }

  readonly now = (): number => this.#nowMs;

  readonly setTimeout = (callback: () => void, delayMs: number): object => {
    const timer = {};
    this.#timers.set(timer, { atMs: this.#nowMs + Math.max(0, delayMs), callback });
    return timer;
  };

  readonly clearTimeout = (timer: unknown): void => {
    this.#timers.delete(timer as object);
  };

  /** What a client needs of it. */
  get parts(): Clock {
    const { now, setTimeout, clearTimeout } = this;
    return { now, setTimeout, clearTimeout };
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets time pass that timers don't notice: the computer sleeps. */
  sleep(ms: number): void {
    this.#nowMs += ms;
    for (const [timer, { atMs, callback }] of this.#timers) this.#timers.set(timer, { atMs: atMs + ms, callback });
  }

  /** Lets time pass; timers fire in order, each at its own instant. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let next = this.#next(untilMs); next; next = this.#next(untilMs)) {
      const [timer, { atMs, callback }] = next;
      this.#timers.delete(timer);
      this.#nowMs = Math.max(this.#nowMs, atMs);
      callback();
    }
    this.#nowMs = untilMs;
  }

  #next(untilMs: number) {
    return [...this.#timers].filter(([, { atMs }]) => atMs <= untilMs).toSorted(([, a], [, b]) => a.atMs - b.atMs)[0];
  }
}
