/**
 * Brings grains to their owners: deltas of batches, and loads. Each owner is advanced to the present before a fold and published
 * after it, so that every published value is that of one snapshot and one instant.
 */
import type { Grain } from "../capture/batch.ts";
import { occupantEvent, type OwnerEvent } from "./owner-event.ts";
import type { Publisher } from "./publisher.ts";
import type { BoundaryTimer } from "./boundary-timer.ts";
import type { Calendar, MissingDays } from "../metrics/calendar.ts";
import type { Clock } from "../metrics/clock.ts";
import { LoadedOwner } from "./loaded-owner.ts";
import type { LoadResult } from "./loader.ts";
import type { LoadingOwner } from "./running-loads.ts";
import type { PlanIndex } from "../metrics/plan-index.ts";
import type { Slices } from "./slices.ts";
import type { WatchedOwner } from "./watched-owner.ts";

export interface FoldingOptions {
  readonly index: PlanIndex;
  readonly clock: Clock;
  readonly publisher: Publisher;
  readonly boundaries: Pick<BoundaryTimer<WatchedOwner>, "set" | "delete">;
  readonly slices: Slices;
  /** That of the current epoch. */
  readonly calendar: () => Calendar;
  readonly incarnation: () => string;
  /** Has an owner read again whose numbers can't be kept. */
  readonly reload: (owner: WatchedOwner) => void;
}

/** What a batch brings for one owner. */
export interface OwnerDelta {
  readonly grains: Grain[];
  readonly events: OwnerEvent[];
}

export class Folding {
  readonly #with: FoldingOptions;

  constructor(options: FoldingOptions) {
    this.#with = options;
  }

  /**
   * Folds a batch's deltas and publishes what they change, and the events. Owners that load keep theirs for later; of others, events alone
   * are of use.
   */
  async deltas(byOwner: ReadonlyMap<WatchedOwner, OwnerDelta>): Promise<void> {
    const missing: MissingDays = new Map();
    for (const [{ phase }, { grains }] of byOwner)
      if (phase.kind === "live") phase.numbers.noteMissing(grains, missing);
    await this.#with.calendar().learn(missing);
    const work = this.#with.slices.begin();
    for (const [owner, delta] of byOwner) {
      const unfinished = this.#delta(owner, delta);
      if (unfinished !== undefined) await unfinished;
      if (work.isDue) await work.turn();
    }
  }

  /** Completes the loads of a group, made for the instant `t`, and publishes their documents. */
  async loads(group: readonly LoadingOwner[], loaded: ReadonlyMap<string, LoadResult>, t: number): Promise<void> {
    const { index, slices } = this.#with;
    const calendar = this.#with.calendar();
    const missing: MissingDays = new Map();
    const begun: { readonly loading: LoadingOwner; readonly numbers: LoadedOwner; readonly grains: Grain[] }[] = [];
    const work = slices.begin();
    for (const loading of group) {
      if (loading.owner.phase !== loading.phase) continue;
      const found = loaded.get(loading.owner.id) ?? { kind: "no row" };
      if (found.kind === "row") {
        const numbers = new LoadedOwner(index, calendar.zone(found.zone), found.currency, t);
        numbers.noteMissing(found.grains, missing);
        begun.push({ loading, numbers, grains: found.grains });
      } else this.#settle(loading.owner, found.kind);
      if (work.isDue) await work.turn();
    }
    await calendar.learn(missing);
    for (const { loading, numbers, grains } of begun) {
      await this.#load(loading, numbers, grains);
      if (work.isDue) await work.turn();
    }
  }

  /** Moves an owner to the present, with no write. */
  advance(owner: WatchedOwner): void {
    if (owner.phase.kind !== "live") return;
    owner.phase.numbers.advance(this.#with.clock.now());
    this.#publish(owner, owner.phase.numbers, []);
  }

  /** Undefined once it is done: what goes out in one slice is then sent together, at its end. */
  #delta(owner: WatchedOwner, delta: OwnerDelta): Promise<void> | undefined {
    const { publisher } = this.#with;
    const { phase } = owner;
    const { grains, events } = delta;
    if (phase.kind === "loading") {
      if (this.#lackDays(grains)) phase.isIncomplete = true;
      else for (const grain of grains) phase.since.push(grain);
    }
    if (phase.kind !== "live") {
      publisher.takes(owner);
      if (phase.kind === "settled") publisher.events(owner, events, this.#with.clock.now());
      else publisher.hold(owner, events);
      return undefined;
    }
    if (this.#lackDays(grains)) {
      this.#with.reload(owner);
      return this.#delta(owner, delta);
    }
    const missing: MissingDays = new Map();
    phase.numbers.noteMissing(grains, missing);
    if (missing.size > 0) return this.#deltaAfter(this.#with.calendar().learn(missing), owner, delta);
    publisher.takes(owner);
    if (phase.numbers.isBroken) {
      publisher.hold(owner, events);
      this.#settle(owner, "unknown zone");
      return undefined;
    }
    phase.numbers.advance(this.#with.clock.now());
    for (const grain of grains) phase.numbers.fold(grain);
    this.#publish(owner, phase.numbers, events);
    return undefined;
  }

  /** The owner may have been let go, or come to another phase, meanwhile. */
  async #deltaAfter(learned: Promise<void>, owner: WatchedOwner, delta: OwnerDelta): Promise<void> {
    await learned;
    await this.#delta(owner, delta);
  }

  async #load({ owner, phase }: LoadingOwner, numbers: LoadedOwner, loaded: readonly Grain[]): Promise<void> {
    const work = this.#with.slices.begin();
    let grains = loaded;
    // Deltas go on coming while this one turns the loop: it ends in a turn in which none is left.
    do {
      const missing: MissingDays = new Map();
      numbers.noteMissing(grains, missing);
      if (missing.size > 0) await this.#with.calendar().learn(missing);
      for (const grain of grains) {
        numbers.fold(grain);
        if (work.isDue) await work.turn();
      }
      grains = phase.since.splice(0);
    } while (grains.length > 0);
    if (owner.phase !== phase) return;
    if (phase.isIncomplete) this.#with.reload(owner);
    else if (numbers.isBroken) this.#settle(owner, "unknown zone");
    else {
      numbers.advance(this.#with.clock.now());
      numbers.occupants?.settle(owner.occupants);
      this.#with.publisher.hold(owner, this.#occupantEvents(numbers));
      owner.phase = { kind: "live", numbers };
      owner.occupants = numbers.occupants;
      this.#with.publisher.document(owner, numbers.document(), numbers.t);
      this.#with.boundaries.set(owner, numbers.next);
    }
  }

  #settle(owner: WatchedOwner, why: "no row" | "unknown zone"): void {
    const { publisher, boundaries, clock } = this.#with;
    owner.phase = { kind: "settled" };
    owner.occupants = undefined;
    boundaries.delete(owner);
    if (why === "no row") publisher.document(owner, {}, clock.now());
    else publisher.stale(owner, "time_zone", clock.now());
  }

  #publish(owner: WatchedOwner, numbers: LoadedOwner, events: readonly OwnerEvent[]): void {
    this.#with.publisher.events(owner, [...events, ...this.#occupantEvents(numbers)], numbers.t);
    const patch = numbers.patch();
    if (patch !== undefined) this.#with.publisher.patch(owner, patch, numbers.t);
    this.#with.boundaries.set(owner, numbers.next);
  }

  #occupantEvents(numbers: LoadedOwner): OwnerEvent[] {
    return numbers.takeOccupantChanges().map((change) => occupantEvent(this.#with.incarnation(), change));
  }

  /** Whether PostgreSQL left out days, as the zone was not known to be good when the batch was read. */
  #lackDays(grains: readonly Grain[]): boolean {
    const { projections } = this.#with.index.plan;
    return grains.some(({ projection, day }) => {
      const kind = projections[projection]?.time.kind;
      return day === undefined && (kind === "day" || kind === "month");
    });
  }
}
