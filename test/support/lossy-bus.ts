/** A bus between daemons of one test, on its clock: loses, repeats, reorders and delays as it is told. */
import type { Bus, BusHealth } from "../../daemon/bus/bus.ts";
import type { Timers } from "../../daemon/config/timers.ts";

/** How likely a message is lost, and how likely one that is not comes twice; by how much it is late at most. */
export interface Weather {
  readonly lost: number;
  readonly twice: number;
  readonly lateMs: number;
}

export const FAIR: Weather = { lost: 0, twice: 0, lateMs: 0 };

export class LossyBus {
  readonly #hearers = new Set<(message: Uint8Array) => void>();
  /** All that was ever published. */
  readonly published: Uint8Array[] = [];
  /** How often one of its daemons had it connect anew. */
  renewals = 0;
  /** For each message and who hears it, after how many milliseconds it comes: none, and it is lost; two, and it comes twice. */
  fate: () => readonly number[] = () => [0];

  /** From now on the fate of messages is left to chance. */
  weather(random: () => number, { lost, twice, lateMs }: Weather): void {
    const delay = (): number => Math.floor(random() * lateMs);
    this.fate = () => {
      if (random() < lost) return [];
      return random() < twice ? [delay(), delay()] : [delay()];
    };
  }

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
      renew: () => void (this.renewals += 1),
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
