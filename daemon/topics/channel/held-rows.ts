/**
 * The rows of one set of one channel that newcomers are shown: all of them from a lower bound on. The bound only rises: when twice as many
 * as wanted are held, or more bytes than may be sent at once, the oldest are let go. What changes below the bound is told all the same, to those who have read further back.
 */
import type { ChannelChange, ChannelRow } from "../../capture/batch.ts";
import { MOST_SET_BYTES, type RowSetPlan } from "../../plan/channel-plan.ts";
import { printPosition } from "../../plan/row-order.ts";
import type { RowData } from "../../../protocol/json.ts";

interface HeldRow {
  readonly position: string;
  readonly data: RowData;
  readonly bytes: number;
}

/** `[key, position, row]`, as frames say it. */
export type Item = [string, string, RowData];

/** What a frame says of one row. */
export type RowChange = ["inserted" | "updated", ...Item] | ["deleted", string];

export class HeldRows {
  readonly #plan: RowSetPlan;
  readonly #rows = new Map<string, HeldRow>();
  /** Rows before it are not held; undefined: there is none. */
  #bound: string | undefined;
  #bytes = 0;
  /** Held rows that are too large to be sent. */
  readonly #largeRows = new Set<string>();
  /** One of the rows before the bound, which nobody can be told, became too large. */
  #hasLargeBefore = false;

  constructor(plan: RowSetPlan) {
    this.#plan = plan;
  }

  /** More than is sent at once. */
  get isTooLarge(): boolean {
    const { count, limits } = this.#plan;
    const hasLarge = this.#hasLargeBefore || this.#largeRows.size > 0;
    return hasLarge || this.#bytes > MOST_SET_BYTES || (count === undefined && this.#rows.size > limits.rows);
  }

  /** The position before which there may be others; undefined where these are all. */
  get from(): string | undefined {
    return this.#bound;
  }

  /** Holds what a load has found, newest first: one more than are wanted, where there are more. */
  replace(loaded: readonly ChannelRow[]): void {
    const { count = loaded.length } = this.#plan;
    this.#rows.clear();
    this.#bytes = 0;
    this.#bound = undefined;
    this.#largeRows.clear();
    this.#hasLargeBefore = false;
    for (const { key, row } of loaded.slice(0, count)) this.#put(key, row);
    if (loaded.length > count) this.#raiseBound();
  }

  /** Gives what the frame says of the change. */
  take({ key, row, isNew }: ChannelChange): RowChange {
    this.#remove(key);
    if (row === undefined) return ["deleted", key];
    const { position, data } = this.#put(key, row);
    if (this.#bound !== undefined && position < this.#bound) {
      this.#hasLargeBefore ||= this.#largeRows.has(key);
      this.#remove(key);
    } else this.#letOldestGo();
    return [isNew ? "inserted" : "updated", key, position, data];
  }

  /** Oldest first. */
  items(): Item[] {
    return this.#ordered().map(([key, { position, data }]) => [key, position, data]);
  }

  #put(key: string, { place, data, bytes }: ChannelRow["row"]): HeldRow {
    const position = printPosition(place, this.#plan.order);
    if (data === "too large") this.#largeRows.add(key);
    const row = data === "too large" ? {} : data;
    const held = { position, data: row, bytes };
    this.#rows.set(key, held);
    this.#bytes += held.bytes;
    return held;
  }

  #remove(key: string): void {
    this.#bytes -= this.#rows.get(key)?.bytes ?? 0;
    this.#rows.delete(key);
    this.#largeRows.delete(key);
  }

  #letOldestGo(): void {
    const { count } = this.#plan;
    if (count === undefined || this.#rows.size <= count) return;
    if (this.#rows.size <= 2 * count && this.#bytes <= MOST_SET_BYTES) return;
    for (const [key] of this.#ordered().slice(0, -count)) this.#remove(key);
    this.#raiseBound();
  }

  #raiseBound(): void {
    this.#bound = undefined;
    for (const { position } of this.#rows.values())
      if (this.#bound === undefined || position < this.#bound) this.#bound = position;
  }

  #ordered(): [string, HeldRow][] {
    return [...this.#rows].toSorted(([, a], [, b]) => (a.position < b.position ? -1 : 1));
  }
}
