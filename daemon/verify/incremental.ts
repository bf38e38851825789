import type { Grain } from "../capture/batch.ts";
import type { MissingDays } from "../metrics/zone-days.ts";
import type { Calendar } from "../owners/calendar.ts";
import { LoadedOwner } from "../owners/loaded-owner.ts";
import type { LoadResult } from "../owners/loader.ts";
import type { PlanIndex } from "../metrics/plan-index.ts";
import type { JsonObject } from "../../protocol/json.ts";

/** Owners' numbers, kept with the very pieces that the daemon keeps them with. */
export class Incremental {
  readonly #index: PlanIndex;
  readonly #calendar: Calendar;
  readonly #numbers = new Map<string, LoadedOwner>();
  readonly #unknownZones = new Set<string>();
  /** Those whose document was asked for. */
  readonly #begun = new WeakSet<LoadedOwner>();

  constructor(index: PlanIndex, calendar: Calendar) {
    this.#index = index;
    this.#calendar = calendar;
  }

  /** Owners whose time zone PostgreSQL does not know. */
  get unknownZones(): ReadonlySet<string> {
    return this.#unknownZones;
  }

  /** The numbers of an owner; undefined for one without a row, or without a known time zone. */
  numbers(owner: string): LoadedOwner | undefined {
    return this.#numbers.get(owner);
  }

  /** Begins anew with what was loaded for the instant `t`, in microseconds since 1970. */
  async take(loaded: ReadonlyMap<string, LoadResult>, t: number): Promise<void> {
    for (const [owner, found] of loaded) {
      this.#numbers.delete(owner);
      this.#unknownZones.delete(owner);
      if (found.kind === "unknown zone") this.#unknownZones.add(owner);
      if (found.kind !== "row") continue;
      const numbers = new LoadedOwner(this.#index, this.#calendar.zone(found.zone), found.currency, t);
      this.#numbers.set(owner, numbers);
      await this.#fold(numbers, found.grains);
    }
  }

  /** Folds what changed, except for owners that were loaded at the same snapshot. */
  async fold(grains: readonly Grain[], except: readonly string[]): Promise<void> {
    const byOwner = new Map<string, Grain[]>();
    for (const grain of grains) byOwner.set(grain.owner, [...(byOwner.get(grain.owner) ?? []), grain]);
    for (const owner of except) byOwner.delete(owner);
    for (const [owner, own] of byOwner) {
      const numbers = this.#numbers.get(owner);
      if (numbers !== undefined) await this.#fold(numbers, own);
    }
  }

  /** Whether an owner's document can't be told without loading it again. */
  isDry(owner: string): boolean {
    return this.#numbers.get(owner)?.isDry === true;
  }

  /** The document at the instant `t`, which never goes back; `{}` for an owner without a row. */
  document(owner: string, t: number): JsonObject {
    const numbers = this.#numbers.get(owner);
    if (numbers === undefined) return {};
    numbers.advance(t);
    if (this.#begun.has(numbers)) numbers.patch();
    else numbers.document();
    this.#begun.add(numbers);
    return numbers.sent();
  }

  async #fold(numbers: LoadedOwner, grains: readonly Grain[]): Promise<void> {
    const missing: MissingDays = new Map();
    numbers.noteMissing(grains, missing);
    await this.#calendar.learn(missing);
    for (const grain of grains) numbers.fold(grain);
  }
}
