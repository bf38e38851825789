import type { JsonObject } from "../../protocol/json.ts";
import type { OccupantPlan } from "../plan/plan.ts";
import { type Stay, Stays } from "./stays.ts";

/** A group has another occupant, or none any more. */
export interface OccupantChange {
  /** The name of its event. */
  readonly name: string;
  readonly group: string;
  /** The event's fields that are the group's own. */
  readonly data: JsonObject;
  readonly previous: Stay | undefined;
  readonly next: Stay | undefined;
  /** The instant or the transaction that made it: the same for every daemon that sees the change. */
  readonly cause: string;
}

/** One group: its stays, whether its rows let anybody occupy it, and the occupant that was last reported. */
export class OccupiedGroup {
  readonly #event: string;
  readonly #name: string;
  readonly #stays: Stays;
  /** By their data as text: how many rows say so. A changed row is two images, in whichever order. */
  readonly #rows = new Map<string, bigint>();
  #data: JsonObject = {};
  #reported: Stay | undefined;

  constructor({ name, numericKeys }: OccupantPlan, group: string) {
    this.#event = name;
    this.#name = group;
    this.#stays = new Stays(numericKeys);
  }

  /** Whether the last report had an occupant. */
  get isOccupied(): boolean {
    return this.#reported !== undefined;
  }

  /** True once it may be forgotten. */
  get isEmpty(): boolean {
    return this.#stays.isEmpty && this.#rows.size === 0 && this.#reported === undefined;
  }

  /** The next instant at which its occupant changes, as of the last report; Infinity if none comes. */
  get next(): number {
    return this.#isActive() ? this.#stays.next : Number.POSITIVE_INFINITY;
  }

  foldRow(data: JsonObject, weight: bigint): void {
    const text = JSON.stringify(data);
    const sum = (this.#rows.get(text) ?? 0n) + weight;
    if (sum === 0n) this.#rows.delete(text);
    else this.#rows.set(text, sum);
    // The last image that was there stays, for a group that is no longer active.
    if (sum > 0n) this.#data = data;
  }

  foldStay(stay: Stay, weight: bigint, t: number): void {
    this.#stays.advance(t);
    this.#stays.fold(stay, weight, t);
  }

  /**
   * The change since the last call; undefined if it is occupied by a stay of the same row. `xid`: the transaction that changed it.
   * Without one the clock did: the cause is then the instant at which the new stay began, or at which the old one ended.
   */
  takeChange(t: number, xid: bigint | undefined): OccupantChange | undefined {
    this.#stays.advance(t);
    const previous = this.#reported;
    const next = this.#isActive() ? this.#stays.occupant : undefined;
    this.#reported = next;
    if (previous?.key === next?.key) return undefined;
    const cause = xid === undefined ? `at ${next?.from ?? previous?.until}` : `by ${xid}`;
    return { name: this.#event, group: this.#name, data: this.#data, previous, next, cause };
  }

  /** Goes on from the last report before its rows were read again. */
  follow(before: OccupiedGroup): void {
    this.#reported = before.#reported;
    if (!this.#isActive()) this.#data = before.#data;
  }

  #isActive(): boolean {
    for (const weight of this.#rows.values()) if (weight > 0n) return true;
    return false;
  }
}
