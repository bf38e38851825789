import { add, type Integer, integerOf } from "../metrics/integer.ts";
import { SmallMap } from "../metrics/small-map.ts";
import type { JsonObject, JsonValue } from "../../protocol/json.ts";
import type { OccupantPlan } from "../plan/plan.ts";
import { isStill, type Stay, Stays } from "./stays.ts";

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

/** What a group's row says, without the names, which are the same for all: an owner keeps one for each of its groups. */
export function imageOf({ data: fields }: OccupantPlan, data: JsonObject): string {
  return JSON.stringify(fields.map(({ name }) => data[name] ?? null));
}

/** Of a row: how many say so, by image. */
interface Images {
  readonly counts: SmallMap<string, Integer>;
  /** The last one that was there: it stays, for a group that is no longer active. */
  readonly last: string | undefined;
}

/** One group: its stays, whether its rows let anybody occupy it, and the occupant that was last reported. */
export class OccupiedGroup {
  readonly definition: OccupantPlan;
  /** As `compactKey` has it. */
  readonly name: string | number;
  /** Undefined where it has none; most have one, which counts once and needs no list. */
  #stays: Stays | Stay | undefined;
  /** The image of its row. Where there was never one row alone: the images that came. */
  #row: string | Images | undefined;
  #reported: Stay | undefined;
  /** For `DueGroups`: the instant at which it is to be looked at; undefined: at none. */
  due: number | undefined;

  constructor(definition: OccupantPlan, name: string | number) {
    this.definition = definition;
    this.name = name;
  }

  /** Whether the last report had an occupant. */
  get isOccupied(): boolean {
    return this.#reported !== undefined;
  }

  /** True once it may be forgotten. */
  get isEmpty(): boolean {
    const isRowless = this.#row === undefined || (typeof this.#row === "object" && this.#row.counts.size === 0);
    return isRowless && this.#stays === undefined && this.#reported === undefined;
  }

  /** The image of its row, where there is nothing else to know of it: {@link foldRow} makes it again from that. */
  get onlyRow(): string | undefined {
    const isBare = this.#stays === undefined && this.#reported === undefined;
    return isBare && typeof this.#row === "string" ? this.#row : undefined;
  }

  /** The next instant at which its occupant changes, as of the last report; Infinity if none comes. */
  get next(): number {
    const stays = this.#stays;
    if (stays === undefined || !this.#isActive()) return Number.POSITIVE_INFINITY;
    if (stays instanceof Stays) return stays.next;
    return this.#reported === stays ? stays.until : stays.from;
  }

  /** A changed row is two images, in whichever order. `image`: see {@link imageOf}. */
  foldRow(image: string, weight: bigint): void {
    if (this.#row === undefined && weight === 1n) {
      this.#row = image;
      return;
    }
    const { counts, last } = this.#images;
    const count = add(counts.get(image) ?? 0, integerOf(weight));
    if (count === 0) counts.delete(image);
    else counts.set(image, count);
    const [only] = counts.size === 1 ? counts.entries() : [];
    this.#row = only?.[1] === 1 ? only[0] : { counts, last: count > 0 ? image : last };
  }

  foldStay(stay: Stay, weight: bigint, t: number): void {
    const known = this.#stays;
    if (known === undefined && weight === 1n) {
      if (isStill(stay, t)) this.#stays = stay;
      return;
    }
    const stays = known instanceof Stays ? known : new Stays(this.definition.numericKeys);
    stays.advance(t);
    if (known !== undefined && !(known instanceof Stays)) stays.fold(known, 1n, t);
    stays.fold(stay, weight, t);
    this.#stays = stays;
  }

  /**
   * The change since the last call; undefined if it is occupied by a stay of the same row. `xid`: the transaction that changed it.
   * Without one the clock did: the cause is then the instant at which the new stay began, or at which the old one ended.
   */
  takeChange(t: number, xid: bigint | undefined): OccupantChange | undefined {
    const present = this.#presentStay(t);
    const previous = this.#reported;
    const next = this.#isActive() ? present : undefined;
    this.#reported = next;
    if (previous?.key === next?.key) return undefined;
    const cause = xid === undefined ? `at ${next?.from ?? previous?.until}` : `by ${xid}`;
    return { name: this.definition.name, group: String(this.name), data: this.#data, previous, next, cause };
  }

  /** Goes on from the last report before its rows were read again. */
  follow(before: OccupiedGroup): void {
    this.#reported = before.#reported;
    if (!this.#isActive()) this.#row = { counts: this.#images.counts, last: before.#images.last };
  }

  /** Lets go the stays that are over, and gives the one that counts. */
  #presentStay(t: number): Stay | undefined {
    const stays = this.#stays;
    if (stays === undefined) return undefined;
    if (!(stays instanceof Stays)) {
      if (!isStill(stays, t)) this.#stays = undefined;
      return isStill(stays, t) && stays.from <= t ? stays : undefined;
    }
    stays.advance(t);
    if (stays.isEmpty) this.#stays = undefined;
    return stays.occupant;
  }

  get #images(): Images {
    if (typeof this.#row === "object") return this.#row;
    const counts = new SmallMap<string, Integer>();
    if (this.#row !== undefined) counts.set(this.#row, 1);
    return { counts, last: this.#row };
  }

  get #data(): JsonObject {
    const { last } = this.#images;
    if (last === undefined) return {};
    const values = JSON.parse(last) as readonly JsonValue[];
    return Object.fromEntries(this.definition.data.map(({ name }, at) => [name, values[at] ?? null]));
  }

  #isActive(): boolean {
    if (typeof this.#row !== "object") return this.#row !== undefined;
    return this.#row.counts.entries().some(([, count]) => count > 0);
  }
}
