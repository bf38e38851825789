/** A bus between daemons of one test, on its clock: loses, repeats, reorders and delays as it is told. */
import type { Bus, BusHealth } from "../../daemon/bus/bus.ts";
import type { Timers } from "../../daemon/config/timers.ts";

export class LossyBus {
  readonly #hearers = new Set<(message: Uint8Array) => void>();
  /** All that was ever published. */
  readonly published: Uint8Array[] = [];
  /** For each message and who hears it, after how many milliseconds it comes: none, and it is lost; two, and it comes twice. */
  fate: () => readonly number[] = () => [0];

  /** @param timers those of the daemon that opens it: while they stand still, nothing comes to it */
  open(timers: Timers): Bus & { tell(health: BusHealth): void } {
    let hear: (message: Uint8Array) => void = () => undefined;
    let tell: (health: BusHealth) => void = () => undefined;
    let isOpen = false;
    const take = (message: Uint8Array): void => {
      for (const delayMs of this.fate()) timers.setTimeout(() => isOpen && hear(message), delayMs);
    };
    return {
      start: () => {
        isOpen = true;
        this.#hearers.add(take);
        tell({ isUp: true });
      },
      publish: (message) => this.spread(message),
      onMessage: (listener) => {
        hear = listener;
      },
      onHealth: (listener) => {
        tell = listener;
      },
      stop: () => {
        isOpen = false;
        this.#hearers.delete(take);
        return Promise.resolve();
      },
      tell: (health) => tell(health),
    };
  }

  /** Also what no daemon has made. */
  spread(message: Uint8Array): void {
    this.published.push(message);
    for (const take of this.#hearers) take(message);
  }
}
