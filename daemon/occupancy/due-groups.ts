import { compareKeys } from "../metrics/schedule.ts";
import type { OccupiedGroup } from "./occupied-group.ts";

/** As many as are kept in a list without room for more, of which each new one makes another. */
const FEW = 64;

/**
 * The groups whose occupants the clock will change, by the instant at which each is to be looked at next; of those of one instant by the
 * names of their definitions, then their own, so that every daemon tells of them in the same order.
 */
export class DueGroups {
  #sorted: OccupiedGroup[] = [];

  /** The next instant at which some group is to be looked at; Infinity if none is. */
  get next(): number {
    return this.#sorted[0]?.due ?? Number.POSITIVE_INFINITY;
  }

  /** Has the group looked at then, instead of when it was to be. Infinity: never. */
  set(group: OccupiedGroup, instant: number): void {
    const due = instant === Number.POSITIVE_INFINITY ? undefined : instant;
    if (due === group.due) return;
    if (group.due !== undefined) this.#sorted.splice(this.#placeOf(group, group.due), 1);
    group.due = due;
    if (due === undefined) return;
    const place = this.#placeOf(group, due);
    if (this.#sorted.length < FEW) this.#sorted = this.#sorted.toSpliced(place, 0, group);
    else this.#sorted.splice(place, 0, group);
  }

  /** Hands out, in order, the groups that are to be looked at until `t`, and sets no other instant for them. */
  take(t: number): readonly OccupiedGroup[] {
    const end = this.#sorted.findIndex(({ due = t }) => due > t);
    const taken = end < 0 ? this.#sorted : this.#sorted.slice(0, end);
    this.#sorted = end < 0 ? [] : this.#sorted.slice(end);
    for (const group of taken) group.due = undefined;
    return taken;
  }

  /** Where the group is that is due then, or would be. */
  #placeOf(group: OccupiedGroup, due: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const there = this.#sorted[middle];
      if (there !== undefined && comesBefore(there, group, due)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function comesBefore(there: OccupiedGroup, group: OccupiedGroup, due: number): boolean {
  const between = (there.due ?? due) - due;
  if (between !== 0) return between < 0;
  const [a, b] = [there.definition.name, group.definition.name];
  return a === b ? compareKeys(there.name, group.name) < 0 : a < b;
}
