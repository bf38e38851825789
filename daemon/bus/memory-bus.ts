import type { Bus, BusHealth } from "./bus.ts";

/** A bus within one process: whoever opened it here hears whoever else did. */
export class MemoryExchange {
  readonly #open = new Set<(message: Uint8Array) => void>();

  open(): Bus {
    return new MemoryBus(this.#open);
  }
}

class MemoryBus implements Bus {
  readonly #all: Set<(message: Uint8Array) => void>;
  #hear: (message: Uint8Array) => void = () => undefined;
  #tell: (health: BusHealth) => void = () => undefined;
  #isUp = false;

  constructor(all: Set<(message: Uint8Array) => void>) {
    this.#all = all;
  }

  start(): void {
    this.#isUp = true;
    this.#all.add(this.#hear);
    this.#tell({ isUp: true });
  }

  publish(message: Uint8Array): void {
    if (!this.#isUp) return;
    // As from a socket: nobody hears in the turn of who speaks.
    queueMicrotask(() => {
      for (const hear of this.#all) hear(message);
    });
  }

  onMessage(listener: (message: Uint8Array) => void): void {
    this.#hear = (message) => {
      if (this.#isUp) listener(message);
    };
  }

  onHealth(listener: (health: BusHealth) => void): void {
    this.#tell = listener;
  }

  renew(): void {}

  stop(): Promise<void> {
    this.#isUp = false;
    this.#all.delete(this.#hear);
    return Promise.resolve();
  }
}
