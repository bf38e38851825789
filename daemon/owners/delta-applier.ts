/**
 * Brings the grains and events of a batch to their owners. An owner's phase decides on their use: a live owner is moved to the present,
 * folds its grains and is published, so that every published value is that of one snapshot and one instant; a load that is under way gets
 * the grains later; any other owner has no use for grains.
 *
 * Folding needs to know when local days begin. The days that a batch needs are read first, all in one statement, while other owners may
 * be loaded, reset or let go. So each owner's phase is looked at again when its turn comes, in the turn in which its grains are folded.
 */
import type { Grain } from "../capture/batch.ts";
import { unreachable } from "../config/unreachable.ts";
import type { MissingDays } from "../metrics/zone-days.ts";
import type { Calendar } from "./calendar.ts";
import type { Clock } from "../metrics/clock.ts";
import type { Plan } from "../plan/plan.ts";
import type { OwnerDriver } from "./owner-driver.ts";
import type { OwnerEvent } from "./owner-event.ts";
import type { DeltaBuffer, LivePhase } from "./owner-phase.ts";
import type { Slices } from "./slices.ts";
import type { WatchedOwner } from "./watched-owner.ts";

/** The part of a batch that is one owner's. */
export interface OwnerDelta {
  readonly grains: Grain[];
  readonly events: OwnerEvent[];
}

export interface DeltaApplierOptions {
  readonly plan: Pick<Plan, "projections">;
  readonly driver: OwnerDriver;
  readonly clock: Pick<Clock, "now">;
  readonly slices: Slices;
  /** That of the current epoch. */
  readonly calendar: () => Calendar;
}

export class DeltaApplier {
  readonly #with: DeltaApplierOptions;

  constructor(options: DeltaApplierOptions) {
    this.#with = options;
  }

  async apply(byOwner: ReadonlyMap<WatchedOwner, OwnerDelta>): Promise<void> {
    const missing: MissingDays = new Map();
    for (const [{ phase }, { grains }] of byOwner)
      if (phase.kind === "live") phase.numbers.noteMissing(grains, missing);
    await this.#with.calendar().learn(missing);
    const work = this.#with.slices.begin();
    for (const [owner, delta] of byOwner) {
      const unfinished = this.#apply(owner, delta);
      if (unfinished !== undefined) await unfinished;
      if (work.isDue) await work.turn();
    }
  }

  /** Undefined once it is done: all that is published in one slice is then sent together, at its end. */
  #apply(owner: WatchedOwner, delta: OwnerDelta): Promise<void> | undefined {
    const { phase, publisher } = owner;
    if (phase.kind === "live") return this.#fold(owner, phase, delta);
    switch (phase.kind) {
      case "loading":
        this.#keep(delta.grains, phase.buffer);
        publisher.takeBatch();
        publisher.hold(delta.events);
        break;
      case "waiting":
        publisher.takeBatch();
        publisher.hold(delta.events);
        break;
      case "noRow":
        publisher.takeBatch();
        publisher.events(delta.events, this.#with.clock.now());
        break;
      case "badZone":
        publisher.takeBatch();
        publisher.eventsWhileStale(delta.events);
        break;
      case "offline":
      case "unreadable":
      case "gone":
        break;
      default:
        unreachable(phase);
    }
    return undefined;
  }

  #fold(owner: WatchedOwner, phase: LivePhase, delta: OwnerDelta): Promise<void> | undefined {
    const { driver, clock, calendar } = this.#with;
    const { grains, events } = delta;
    const { numbers } = phase;
    if (this.#lacksDays(grains)) {
      driver.dispatch(owner, { type: "outdated" });
      return this.#apply(owner, delta);
    }
    const missing: MissingDays = new Map();
    numbers.noteMissing(grains, missing);
    if (missing.size > 0) return this.#applyAfter(calendar().learn(missing), owner, delta);
    owner.publisher.takeBatch();
    if (numbers.isBroken) {
      owner.publisher.hold(events);
      driver.dispatch(owner, { type: "badZone", of: phase });
      return undefined;
    }
    numbers.advance(clock.now());
    for (const grain of grains) numbers.fold(grain);
    if (numbers.isDry) driver.readAgain(owner, numbers, events);
    else driver.publishChanges(owner, numbers, events);
    return undefined;
  }

  #keep(grains: readonly Grain[], buffer: DeltaBuffer): void {
    if (this.#lacksDays(grains)) buffer.isIncomplete = true;
    else for (const grain of grains) buffer.grains.push(grain);
  }

  /** The owner may have been let go, or come to another phase, meanwhile. */
  async #applyAfter(learned: Promise<void>, owner: WatchedOwner, delta: OwnerDelta): Promise<void> {
    await learned;
    await this.#apply(owner, delta);
  }

  /** Whether PostgreSQL left out days, as the zone was not known to be good when the batch was read. */
  #lacksDays(grains: readonly Grain[]): boolean {
    const { projections } = this.#with.plan;
    return grains.some(({ projection, day }) => {
      const time = projections[projection]?.time;
      return day === undefined && time !== undefined && "column" in time;
    });
  }
}
