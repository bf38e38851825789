import type { Grain } from "../capture/batch.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { OccupantPlan, Plan } from "../plan/plan.ts";
import { compactKey, TextMap } from "../metrics/small-map.ts";
import { DueGroups } from "./due-groups.ts";
import { imageOf, type OccupantChange, OccupiedGroup } from "./occupied-group.ts";

const NONE: readonly OccupantChange[] = [];

/**
 * The occupant of each group of one owner, by each of the plan's definitions, and the changes of occupants as they are to be told.
 *
 * Counts can't say who is there: when one guest leaves and another arrives at the same instant, no count changes. So the stays themselves
 * are kept, by group, as long as they are not over. To compare the occupants before and after each write would tell of changes that no
 * client should hear of: an update is an old image and a new one, in whichever order, and a reload takes everything away and brings it back.
 * So a group remembers the occupant that was last reported. It is compared when a whole batch was folded, or when the clock has come to its
 * next change, and only a difference is reported.
 */
export class Occupants {
  readonly #plan: Pick<Plan, "occupants" | "projections">;
  /** By definition and name. Most have a row and no stays: of these there is no more than the image. */
  readonly #groups: readonly TextMap<OccupiedGroup | string>[];
  readonly #due = new DueGroups();
  /** Groups that grains were folded into, with the latest transaction of these; undefined in a load. */
  #touched: Map<OccupiedGroup, bigint | undefined> | undefined;
  #changes: OccupantChange[] | undefined;
  #t: number;

  /** Empty, at the instant `t` that the load is for. */
  constructor(plan: Pick<Plan, "occupants" | "projections">, t: number) {
    this.#plan = plan;
    this.#t = t;
    this.#groups = plan.occupants.map(() => new TextMap());
  }

  /** The next instant at which some occupant changes; Infinity if none does. */
  get next(): number {
    return this.#due.next;
  }

  /** Goes on to `t`. Call it before a fold, never with an instant before that of the last call. */
  advance(t: number): void {
    this.#t = t;
    if (this.#due.next > t) return;
    for (const group of this.#due.take(t)) this.#report(group, undefined);
  }

  /** Grains of projections that no definition reads are passed over. */
  fold(grain: Grain): void {
    for (const definition of this.#plan.occupants) {
      const { groups, stays } = definition;
      if (grain.projection === groups.projection) this.#foldRow(definition, grain);
      if (grain.projection === stays.projection) this.#foldStay(definition, grain);
    }
  }

  /**
   * After everything of a load was folded: takes the occupants as reported. `before`: those of the owner before it was read again; the
   * changes since are left for {@link takeChanges}.
   */
  settle(before: Occupants | undefined): void {
    for (const known of before === undefined ? [] : before.#occupied()) {
      const group = this.#group(known.definition, known.name);
      group.follow(known);
      (this.#touched ??= new Map()).set(group, undefined);
    }
    const changes = this.takeChanges();
    if (before !== undefined) this.#changes = [...changes];
  }

  /** Goes on to `t` as over one long batch: groups with folded grains change by their transactions, the others by the clock, instant by instant. */
  pass(t: number): void {
    this.#t = t;
    this.#reportTouched();
    for (let { next } = this; next <= t; { next } = this) this.advance(next);
    this.advance(t);
  }

  /** The changes since the last call: those by the clock, then those by folded grains. */
  takeChanges(): readonly OccupantChange[] {
    this.#reportTouched();
    const changes = this.#changes ?? NONE;
    this.#changes = undefined;
    return changes;
  }

  #reportTouched(): void {
    for (const [group, xid] of this.#touched ?? []) this.#report(group, xid);
    this.#touched = undefined;
  }

  #foldRow(definition: OccupantPlan, grain: Grain): void {
    const { key = "" } = grain;
    const [name, data] = JSON.parse(key) as [string, JsonObject];
    const group = this.#group(definition, name);
    this.#touch(group, this.#xidOf(grain));
    group.foldRow(imageOf(definition, data), grain.values[definition.groups.measure] ?? 0n);
  }

  #foldStay(definition: OccupantPlan, grain: Grain): void {
    const { from, until } = grain;
    if (from === undefined || until === undefined) return;
    const [name, key, label] = JSON.parse(grain.key ?? "") as [string, string, string | null];
    const group = this.#group(definition, name);
    this.#touch(group, this.#xidOf(grain));
    group.foldStay({ key: compactKey(key), label, from, until }, grain.values[definition.stays.measure] ?? 0n, this.#t);
  }

  #xidOf({ projection, values }: Grain): bigint | undefined {
    return values[this.#plan.projections[projection]?.measures.length ?? 0];
  }

  #touch(group: OccupiedGroup, xid: bigint | undefined): void {
    this.#touched ??= new Map();
    const before = this.#touched.get(group);
    this.#touched.set(group, before !== undefined && (xid === undefined || before > xid) ? before : xid);
  }

  #group(definition: OccupantPlan, name: string | number): OccupiedGroup {
    const groups = this.#groups[this.#plan.occupants.indexOf(definition)];
    const known = groups?.get(name);
    if (known instanceof OccupiedGroup) return known;
    const group = new OccupiedGroup(definition, compactKey(name));
    if (known !== undefined) group.foldRow(known, 1n);
    groups?.set(name, group);
    return group;
  }

  #report(group: OccupiedGroup, xid: bigint | undefined): void {
    const change = group.takeChange(this.#t, xid);
    if (change !== undefined) (this.#changes ??= []).push(change);
    this.#due.set(group, group.next);
    const groups = this.#groups[this.#plan.occupants.indexOf(group.definition)];
    if (group.isEmpty) groups?.delete(group.name);
    else if (group.onlyRow !== undefined) groups?.set(group.name, group.onlyRow);
  }

  *#occupied(): Generator<OccupiedGroup, undefined> {
    for (const groups of this.#groups)
      for (const [, group] of groups.entries()) if (group instanceof OccupiedGroup && group.isOccupied) yield group;
    return undefined;
  }
}
