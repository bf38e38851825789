/** Long replays that hold an outline in memory, at most so many at a time; the others wait, first come first served. */
export interface SlotHolder {
  /** It takes nothing at present: its slot can be had. */
  readonly isPaused: boolean;
  /** Lets go of what the slot is for. */
  release(): void;
}

export class ReplaySlots {
  readonly #size: number;
  readonly #holders = new Set<SlotHolder>();
  readonly #waiting = new Map<SlotHolder, () => void>();

  constructor(size: number) {
    this.#size = size;
  }

  /** Resolves once the holder has a slot; never, if it is given up before. */
  take(holder: SlotHolder): Promise<void> {
    if (this.#holders.has(holder)) return Promise.resolve();
    if (this.#holders.size >= this.#size) {
      const paused = [...this.#holders].find(({ isPaused }) => isPaused);
      if (paused === undefined) return new Promise((resolve) => this.#waiting.set(holder, resolve));
      this.#holders.delete(paused);
      paused.release();
    }
    this.#holders.add(holder);
    return Promise.resolve();
  }

  /** A holder that has paused gives its slot to one that waits, if any does. */
  pause(holder: SlotHolder): void {
    if (!this.#holders.has(holder)) holder.release();
    else if (this.#waiting.size > 0) this.give(holder);
  }

  /** The holder has no more use for a slot. */
  give(holder: SlotHolder): void {
    this.#waiting.delete(holder);
    holder.release();
    if (!this.#holders.delete(holder)) return;
    for (const [next, go] of this.#waiting) {
      this.#waiting.delete(next);
      this.#holders.add(next);
      return go();
    }
  }
}
