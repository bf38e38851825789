import { Least } from "./least.ts";

/** A group's key as text, or a day or month as its (first) day since 2000-01-01. An accumulator without keys has the one key `""`. */
export type Key = string | number;

/** The sum of one key. */
export interface Cell {
  readonly accumulator: AccumulatorState;
  readonly key: Key;
  current: bigint;
  /** How many scheduled changes will still come to it. */
  awaited: number;
}

/** Called when a sum changes. `crossed`: 1 if it rose above 0, -1 if it fell to 0 or below, else 0. */
export type SumChanged = (key: Key, crossed: -1 | 0 | 1) => void;

/** One accumulator of one owner: a sum per key. A key whose sum is 0 and that awaits nothing takes no memory. */
export class AccumulatorState {
  readonly #cells = new Map<Key, Cell>();
  readonly #changed: SumChanged;
  readonly #daysAbove: Set<number> | undefined;
  readonly #earliest: Least | undefined;
  #keysAbove = 0;

  /** `ordered`: keys are days, and the earliest above 0 is asked for. */
  constructor(ordered: boolean, changed: SumChanged) {
    this.#changed = changed;
    this.#daysAbove = ordered ? new Set() : undefined;
    this.#earliest = this.#daysAbove && new Least(this.#daysAbove);
  }

  /** How many keys are above 0. */
  get keysAbove(): number {
    return this.#keysAbove;
  }

  /** The smallest day above 0. */
  get earliest(): number | undefined {
    const day = this.#earliest?.value;
    return day === Number.POSITIVE_INFINITY ? undefined : day;
  }

  get keys(): Iterable<Key> {
    return this.#cells.keys();
  }

  sum(key: Key): bigint {
    return this.#cells.get(key)?.current ?? 0n;
  }

  cell(key: Key): Cell {
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = { accumulator: this, key, current: 0n, awaited: 0 };
      this.#cells.set(key, cell);
    }
    return cell;
  }

  add(cell: Cell, delta: bigint): void {
    const before = cell.current;
    cell.current = before + delta;
    const crossed = before <= 0n ? (cell.current > 0n ? 1 : 0) : cell.current > 0n ? 0 : -1;
    if (crossed !== 0) this.#cross(cell.key, crossed);
    this.#changed(cell.key, crossed);
  }

  /** Forgets a cell that holds nothing. Call after the last use of a cell: anything added to a forgotten one is lost. */
  release(cell: Cell): void {
    if (cell.current === 0n && cell.awaited === 0) this.#cells.delete(cell.key);
  }

  #cross(key: Key, crossed: 1 | -1): void {
    this.#keysAbove += crossed;
    if (this.#daysAbove === undefined || typeof key !== "number") return;
    if (crossed === -1) this.#daysAbove.delete(key);
    else {
      this.#daysAbove.add(key);
      this.#earliest?.entered(key);
    }
  }
}
