import type { Cell } from "./accumulator-state.ts";
import { Least } from "./least.ts";

/** The changes that the clock will make, by instant (microseconds since 1970). Changes that cancel each other leave nothing behind. */
export class Schedule {
  readonly #changes = new Map<number, Map<Cell, bigint>>();
  readonly #least = new Least(this.#changes);

  /** The next instant at which something changes; Infinity if nothing will. */
  get next(): number {
    return this.#least.value;
  }

  /** How many changes are held. */
  get size(): number {
    let size = 0;
    for (const changes of this.#changes.values()) size += changes.size;
    return size;
  }

  add(instant: number, cell: Cell, delta: bigint): void {
    let changes = this.#changes.get(instant);
    if (changes === undefined) {
      changes = new Map();
      this.#changes.set(instant, changes);
      this.#least.entered(instant);
    }
    const before = changes.get(cell);
    const after = (before ?? 0n) + delta;
    if (after !== 0n) {
      changes.set(cell, after);
      if (before === undefined) cell.awaited += 1;
      return;
    }
    if (changes.delete(cell)) cell.awaited -= 1;
    if (changes.size === 0) this.#changes.delete(instant);
  }

  /** Hands out, in order, the changes that are due at or before an instant, and forgets them. */
  takeDue(instant: number, take: (cell: Cell, delta: bigint) => void): void {
    for (let due = this.next; due <= instant; due = this.next) {
      const changes = this.#changes.get(due);
      this.#changes.delete(due);
      for (const [cell, delta] of changes ?? []) {
        cell.awaited -= 1;
        take(cell, delta);
      }
    }
  }
}
