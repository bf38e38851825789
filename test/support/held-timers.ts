import type { Timers } from "../../daemon/config/timers.ts";
import type { ManualClock } from "./manual-clock.ts";

/** Timers that stand still while their daemon is held up, and are late then. */
export class HeldTimers implements Timers {
  readonly #clock: ManualClock;
  readonly #late: (() => void)[] = [];
  isHeld = false;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  readonly setTimeout = (callback: () => void, delayMs: number): object =>
    this.#clock.setTimeout(() => (this.isHeld ? void this.#late.push(callback) : callback()), delayMs);

  readonly clearTimeout = (timer: unknown): void => this.#clock.clearTimeout(timer);

  release(): void {
    this.isHeld = false;
    for (const callback of this.#late.splice(0)) callback();
  }
}
