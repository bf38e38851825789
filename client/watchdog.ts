/** Two things that the platform reports late or never: that the daemon has gone silent, and that the computer was asleep. */
import type { Clock } from "./environment.ts";

/** How often the clock is looked at for a jump. */
const LOOK_EVERY_MS = 10_000;
/** A timer of a page in the background comes up to a minute late. */
const LATE_MS = 60_000;

/** Calls back when nothing was heard for too long: TCP alone does not notice for minutes that the other side is gone. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #onSilence: () => void;
  #timer: unknown;
  #quietMs = 0;
  /** The last sign of life. */
  heardAt: number;

  constructor(clock: Clock, onSilence: () => void) {
    this.#clock = clock;
    this.#onSilence = onSilence;
    this.heardAt = clock.now();
  }

  heard(): void {
    this.heardAt = this.#clock.now();
  }

  /** From now on a silence of `quietMs` is too long. */
  allow(quietMs: number): void {
    this.#quietMs = quietMs;
    this.#watch(this.heardAt, quietMs);
  }

  /** Something must be heard within `limitMs` from now. */
  expect(limitMs: number): void {
    this.#watch(this.#clock.now(), limitMs);
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  /** A clock that was set back makes no wait longer than `limitMs`. */
  #watch(since: number, limitMs: number): void {
    const { now, setTimeout } = this.#clock;
    this.stop();
    const check = () => {
      if (this.heardAt > since) this.#watch(this.heardAt, this.#quietMs);
      else this.#onSilence();
    };
    this.#timer = setTimeout(check, Math.min(limitMs, Math.max(0, since + limitMs - now())));
  }
}

/** Calls back when the computer was asleep: a timer that comes minutes late by the clock. Returns its own undo. */
export function onClockJump(listener: () => void, { now, setTimeout, clearTimeout }: Clock): () => void {
  let timer: unknown;
  const next = () => {
    const dueAt = now() + LOOK_EVERY_MS;
    timer = setTimeout(() => {
      const late = now() - dueAt;
      next();
      if (late > LATE_MS) listener();
    }, LOOK_EVERY_MS);
  };
  next();
  return () => clearTimeout(timer);
}
