import type { Grain } from "../capture/batch.ts";
import { Occupants } from "../occupancy/occupants.ts";
import type { OccupantChange } from "../occupancy/occupied-group.ts";
import { localEdges, type LocalUnit } from "../metrics/contribution.ts";
import { Document, type Overfull } from "../metrics/document.ts";
import { OwnerState } from "../metrics/owner-state.ts";
import type { PlanIndex } from "../metrics/plan-index.ts";
import { type MissingDays, noteMissingDay, type ZoneDays } from "../metrics/zone-days.ts";
import type { JsonObject } from "../../protocol/json.ts";

/** One loaded owner: its numbers, the days of its zone, its document and its occupants, which move together. */
export class LoadedOwner {
  readonly #index: PlanIndex;
  readonly #zone: ZoneDays;
  readonly #state: OwnerState;
  readonly #document: Document;
  #hasDocument = false;
  /** Undefined where no occupants are declared: they cost nothing then. */
  readonly occupants: Occupants | undefined;

  /** Empty, at the instant `t` that the load is for. */
  constructor(index: PlanIndex, zone: ZoneDays, currency: string | undefined, t: number) {
    this.#index = index;
    this.#zone = zone;
    this.#state = new OwnerState(index, t);
    this.#document = new Document(index, this.#state, currency);
    this.occupants = index.plan.occupants.length === 0 ? undefined : new Occupants(index.plan, t);
  }

  get t(): number {
    return this.#state.t;
  }

  /** The next instant at which the clock changes something; Infinity if none. */
  get next(): number {
    return Math.min(this.#state.next, this.occupants?.next ?? Number.POSITIVE_INFINITY);
  }

  /** True once the calendar of the owner's zone is found to have no answer. */
  get isBroken(): boolean {
    return this.#zone.isBroken;
  }

  /** Whether what it shows can't be told without reading it again. */
  get isDry(): boolean {
    return this.#state.isDry;
  }

  /** Notes the days and hours that must be read before these grains can be folded. */
  noteMissing(grains: readonly Grain[], missing: MissingDays): void {
    for (const grain of grains) {
      for (const { definition } of this.#index.feeds[grain.projection] ?? []) {
        const { unit, from, until } = localEdges(grain, definition);
        if (from !== undefined) this.#noteDay(from, unit, missing);
        if (until !== undefined) this.#noteDay(until, unit, missing);
      }
    }
  }

  advance(t: number): void {
    this.#state.advance(t);
    this.occupants?.advance(t);
  }

  /** Every day and hour that the grain needs must be known. */
  fold(grain: Grain): void {
    this.#state.fold(grain, (at, unit) => {
      const start = this.#zone.start(at, this.#state.t, unit);
      if (start === undefined) throw new Error(`${unit} ${at} of ${this.#zone.name} was not read before folding`);
      return start;
    });
    this.occupants?.fold(grain);
  }

  /** What keeps its document from being shown; undefined where nothing does. */
  get overfull(): Overfull | undefined {
    return this.#document.overfull;
  }

  /** Whether there was a document: patches follow it. */
  get hasDocument(): boolean {
    return this.#hasDocument;
  }

  /** The whole document; call it once, before any patch. */
  document(): JsonObject {
    this.#hasDocument = true;
    return this.#document.whole();
  }

  /** The document that {@link document} gave, with the patches since then. */
  sent(): JsonObject {
    return this.#document.sent();
  }

  /** Undefined if no value changed. */
  patch(): JsonObject | undefined {
    return this.#document.patch();
  }

  /** Changes of occupants since the last call. */
  takeOccupantChanges(): readonly OccupantChange[] {
    return this.occupants?.takeChanges() ?? [];
  }

  #noteDay(at: number, unit: LocalUnit, missing: MissingDays): void {
    if (Number.isFinite(at) && this.#zone.start(at, this.#state.t, unit) === undefined)
      noteMissingDay(missing, this.#zone, at, unit);
  }
}
