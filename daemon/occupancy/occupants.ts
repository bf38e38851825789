import type { Grain } from "../capture/batch.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { OccupantPlan, Plan } from "../plan/plan.ts";
import { DueQueue } from "../metrics/due-queue.ts";
import { type OccupantChange, OccupiedGroup } from "./occupied-group.ts";

interface Member {
  readonly definition: OccupantPlan;
  readonly name: string;
  readonly group: OccupiedGroup;
}

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
  readonly #members = new Map<OccupantPlan, Map<string, Member>>();
  readonly #due = new DueQueue<Member>();
  /** Members that grains were folded into, with the latest transaction of these; undefined in a load. */
  readonly #touched = new Map<Member, bigint | undefined>();
  #changes: OccupantChange[] = [];
  #t: number;

  /** Empty, at the instant `t` that the load is for. */
  constructor(plan: Pick<Plan, "occupants" | "projections">, t: number) {
    this.#plan = plan;
    this.#t = t;
    for (const definition of plan.occupants) this.#members.set(definition, new Map());
  }

  /** The next instant at which some occupant changes; Infinity if none does. */
  get next(): number {
    return this.#due.next;
  }

  /** Goes on to `t`. Call it before a fold, never with an instant before that of the last call. */
  advance(t: number): void {
    this.#t = t;
    for (let member = this.#due.take(t); member !== undefined; member = this.#due.take(t))
      this.#report(member, undefined);
  }

  /** Grains of projections that no definition reads are passed over. */
  fold(grain: Grain): void {
    for (const definition of this.#members.keys()) {
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
    for (const { definition, name, group } of before === undefined ? [] : before.#occupied()) {
      const member = this.#member(definition, name);
      member.group.follow(group);
      this.#touched.set(member, undefined);
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
    const changes = this.#changes;
    if (changes.length > 0) this.#changes = [];
    return changes;
  }

  #reportTouched(): void {
    for (const [member, xid] of this.#touched) this.#report(member, xid);
    this.#touched.clear();
  }

  #foldRow(definition: OccupantPlan, grain: Grain): void {
    const [name, data] = JSON.parse(grain.key ?? "") as [string, JsonObject];
    this.#touch(definition, name, grain).foldRow(data, grain.values[definition.groups.measure] ?? 0n);
  }

  #foldStay(definition: OccupantPlan, grain: Grain): void {
    const { from, until } = grain;
    if (from === undefined || until === undefined) return;
    const [name, key, label] = JSON.parse(grain.key ?? "") as [string, string, string | null];
    const weight = grain.values[definition.stays.measure] ?? 0n;
    this.#touch(definition, name, grain).foldStay({ key, label, from, until }, weight, this.#t);
  }

  #touch(definition: OccupantPlan, name: string, { projection, values }: Grain): OccupiedGroup {
    const member = this.#member(definition, name);
    const xid = values[this.#plan.projections[projection]?.measures.length ?? 0];
    const before = this.#touched.get(member);
    this.#touched.set(member, before !== undefined && (xid === undefined || before > xid) ? before : xid);
    return member.group;
  }

  #member(definition: OccupantPlan, name: string): Member {
    const members = this.#members.get(definition);
    const known = members?.get(name);
    if (known !== undefined) return known;
    const member = { definition, name, group: new OccupiedGroup(definition, name) };
    members?.set(name, member);
    return member;
  }

  #report(member: Member, xid: bigint | undefined): void {
    const { definition, name, group } = member;
    const change = group.takeChange(this.#t, xid);
    if (change !== undefined) this.#changes.push(change);
    this.#due.set(member, group.next);
    if (group.isEmpty) this.#members.get(definition)?.delete(name);
  }

  *#occupied(): Generator<Member, undefined> {
    for (const members of this.#members.values())
      for (const member of members.values()) if (member.group.isOccupied) yield member;
    return undefined;
  }
}
