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
 * Who occupies each group of one owner, by each of the plan's definitions. Kept beside the counts, since one stay right after another
 * leaves every count as it is. It tells what changed: by the clock, and between what was folded and what was told before.
 */
export class Occupants {
  readonly #plan: Pick<Plan, "occupants" | "projections">;
  readonly #members = new Map<OccupantPlan, Map<string, Member>>();
  readonly #due = new DueQueue<Member>();
  /** Members that were folded into, with the greatest transaction that did; undefined in a load. */
  readonly #touched = new Map<Member, bigint | undefined>();
  #changes: OccupantChange[] = [];
  #t: number;

  /** Empty, at the instant `t` for which is loaded. */
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
      this.#tell(member, undefined);
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
   * After everything of a load was folded: takes it as told. `before`: what the owner was before it was read again; what changed since
   * is left for {@link takeChanges}.
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

  /** Goes on to `t` as over one long batch: what was folded changes by its transactions, the rest by the clock, instant by instant. */
  pass(t: number): void {
    this.#t = t;
    this.#tellTouched();
    for (let { next } = this; next <= t; { next } = this) this.advance(next);
    this.advance(t);
  }

  /** What changed since the last call: by the clock, then by what was folded. */
  takeChanges(): readonly OccupantChange[] {
    this.#tellTouched();
    const changes = this.#changes;
    if (changes.length > 0) this.#changes = [];
    return changes;
  }

  #tellTouched(): void {
    for (const [member, xid] of this.#touched) this.#tell(member, xid);
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

  #tell(member: Member, xid: bigint | undefined): void {
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
