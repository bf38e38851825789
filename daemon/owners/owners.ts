/**
 * Batch -> Published: keeps the numbers of watched owners and publishes their documents and what changes in them.
 *
 * An owner is loaded at a cut and from then on kept by deltas and by the clock. It takes nothing else from the batch at whose cut
 * it is loaded, and nothing of it is published before its load is complete. Resets and changes of its own row have it loaded again,
 * while its document stays on screen. Where its numbers can't be vouched for, it is `stale`.
 */
import type { Batch, BatchSink, Cut } from "../capture/batch.ts";
import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";
import { reasonOf } from "../database/reason.ts";
import type { OwnerEvent } from "./owner-event.ts";
import { Publisher } from "./publisher.ts";
import { eventsByOwner } from "./batch-events.ts";
import { BoundaryTimer } from "./boundary-timer.ts";
import { Calendar, type ReadDayStarts } from "../metrics/calendar.ts";
import type { Clock } from "../metrics/clock.ts";
import { Folding, type OwnerDelta } from "./folding.ts";
import { SlowLoads } from "./slow-loads.ts";
import type { Loader } from "./loader.ts";
import { RunningLoads } from "./running-loads.ts";
import { indexPlan } from "../metrics/plan-index.ts";
import type { Plan } from "../plan/plan.ts";
import type { Demand, Publish, StaleReason } from "./published.ts";
import type { Slices } from "./slices.ts";
import { LoadQueue } from "./load-queue.ts";
import { newlyWatched, type WatchedOwner } from "./watched-owner.ts";
import { ZoneDataDiffers, Zones } from "./zones.ts";

export interface OwnersOptions extends Timers {
  readonly plan: Plan;
  readonly loader: Loader;
  /** How many loads the loader can run at once without one waiting for another. */
  readonly loadsAtOnce: number;
  /** Asks the reader's session. */
  readonly readDayStarts: ReadDayStarts;
  readonly clock: Clock;
  readonly slices: Slices;
  readonly publish: Publish;
  /** Has the reader read soon: owners wait to be loaded. */
  readonly nudge: () => void;
  readonly log: Log;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
}

/** As many watched owners are named in each read, which then costs nothing for the others' changes. Each named one costs it 0.3 us. */
const NAMED_OWNERS = 256;
const NO_OWNERS: ReadonlySet<WatchedOwner> = new Set();
const NO_EVENTS: ReadonlyMap<WatchedOwner, OwnerEvent[]> = new Map();

export class Owners implements BatchSink, Demand {
  readonly #options: OwnersOptions;
  readonly #publisher: Publisher;
  readonly #boundaries: BoundaryTimer<WatchedOwner>;
  readonly #queue: LoadQueue;
  readonly #loads: RunningLoads;
  readonly #slowLoads = new SlowLoads();
  readonly #folding: Folding;
  readonly #owners = new Map<string, WatchedOwner>();
  #incarnation = "";
  #calendar: Calendar;
  #zones: Zones | undefined;
  /** Why nothing can be vouched for between two epochs. */
  #lost: StaleReason | undefined = "starting";
  /** What was found out between two batches and ends the epoch. */
  #doubt: Error | undefined;

  constructor(options: OwnersOptions) {
    const { plan, loader, clock, slices, nudge } = options;
    this.#options = options;
    this.#calendar = new Calendar(options.readDayStarts);
    this.#publisher = new Publisher(options.publish);
    this.#boundaries = new BoundaryTimer({ ...options, cross: (owner) => this.#folding.advance(owner) });
    this.#queue = new LoadQueue(options);
    this.#folding = new Folding({
      index: indexPlan(plan),
      clock,
      publisher: this.#publisher,
      boundaries: this.#boundaries,
      slices,
      calendar: () => this.#calendar,
      incarnation: () => this.#incarnation,
      reload: (owner) => this.#reload(owner),
    });
    this.#loads = new RunningLoads({
      loader,
      queue: this.#queue,
      atOnce: options.loadsAtOnce,
      complete: (group, loaded, t) => this.#folding.loads(group, loaded, t),
      failed: (owners, error) => this.#loadFailed(owners, error),
      nudge,
    });
  }

  /** True while the numbers of loaded owners can be vouched for. */
  get isLive(): boolean {
    return this.#lost === undefined;
  }

  watch(id: string): void {
    if (this.#owners.has(id)) return;
    const owner = newlyWatched(id);
    this.#owners.set(id, owner);
    if (this.#lost === undefined) this.#queue.add(owner);
    else this.#publisher.stale(owner, this.#lost, this.#options.clock.now());
  }

  unwatch(id: string): void {
    const owner = this.#owners.get(id);
    if (owner === undefined) return;
    this.#owners.delete(id);
    this.#queue.remove(owner);
    this.#boundaries.delete(owner);
    owner.phase = { kind: "gone" };
  }

  begin(epoch: string, incarnation: string): void {
    this.#void();
    this.#incarnation = incarnation;
    this.#lost = undefined;
    this.#doubt = undefined;
    this.#zones = undefined;
    this.#calendar = new Calendar(this.#options.readDayStarts);
    this.#options.clock.reset();
    this.#publisher.begin(epoch, incarnation);
    for (const owner of this.#owners.values()) this.#queue.addUrgent(owner);
  }

  lost(): void {
    this.#void();
    this.#lost = "database";
    const since = this.#options.clock.now();
    for (const owner of this.#owners.values()) this.#publisher.stale(owner, this.#lost, since);
  }

  zones(): readonly string[] {
    return this.#zones?.good ?? [];
  }

  owners(): readonly string[] | undefined {
    return this.#owners.size <= NAMED_OWNERS ? [...this.#owners.keys()] : undefined;
  }

  wantsCut(): boolean {
    return this.#loads.hasRoom && this.#queue.isReady;
  }

  needsCut(batch: Batch): boolean {
    if (batch.resets.length === 0 && batch.dimensions.length === 0) return false;
    return this.#loads.hasRoom && !this.#outdated(batch).next().done;
  }

  async apply(batch: Batch): Promise<void> {
    this.#observe(batch);
    const events = this.#tells(batch) ? await this.#eventsOf(batch) : NO_EVENTS;
    this.#publisher.beginBatch(batch.snapshot);
    for (const owner of this.#outdated(batch)) this.#reload(owner);
    await this.#fold(batch, events, NO_OWNERS);
    this.#publisher.endBatch();
  }

  async applyCut(batch: Batch, cut: Cut): Promise<void> {
    this.#observe(batch);
    const events = this.#tells(batch) ? await this.#eventsOf(batch) : NO_EVENTS;
    this.#publisher.beginBatch(batch.snapshot);
    for (const owner of this.#outdated(batch)) this.#reload(owner);
    const t = this.#options.clock.now();
    this.#zones ??= new Zones(this.#options.readDayStarts, t);
    const started = this.#loads.start(cut, t, this.#zones);
    for (const owner of started.owners) {
      this.#publisher.takes(owner);
      this.#publisher.hold(owner, events.get(owner) ?? []);
    }
    await Promise.all([this.#fold(batch, events, started.owners), started.imported]);
    this.#publisher.endBatch();
  }

  /** Drops everything; publishes nothing from then on. */
  stop(): void {
    for (const id of this.#owners.keys()) this.unwatch(id);
    this.#boundaries.clear();
    this.#queue.clear();
  }

  #observe(batch: Batch): void {
    if (this.#doubt !== undefined) throw this.#doubt;
    if (!this.#options.clock.observe(batch.clock)) throw new Error("the database's clock went back");
    this.#boundaries.retime();
    for (const owner of this.#slowLoads.find(this.#owners.values(), this.#options.monotonicMs()))
      this.#publisher.stale(owner, "slow_load", this.#options.clock.now());
  }

  /** Watched owners that this batch can't be folded into; those that wait for a load are none. */
  *#outdated(batch: Batch): Generator<WatchedOwner, undefined> {
    const named = [...batch.resets.map(({ owner }) => owner), ...batch.dimensions];
    const owners = named.includes(undefined) ? this.#owners.values() : named.map((id) => this.#owners.get(id ?? ""));
    for (const owner of owners) if (owner !== undefined && owner.phase.kind !== "waiting") yield owner;
    return undefined;
  }

  /** Whether there is anything to tell. Without declared events nothing is, of bulk statements neither. */
  #tells({ events, resets }: Batch): boolean {
    const { plan } = this.#options;
    return (events.length > 0 || resets.length > 0) && (plan.events.length > 0 || plan.occupants.length > 0);
  }

  #eventsOf(batch: Batch): Promise<Map<WatchedOwner, OwnerEvent[]>> {
    const { slices } = this.#options;
    return eventsByOwner({ batch, owners: this.#owners, incarnation: this.#incarnation, slices });
  }

  async #fold(
    batch: Batch,
    events: ReadonlyMap<WatchedOwner, OwnerEvent[]>,
    except: ReadonlySet<WatchedOwner>,
  ): Promise<void> {
    const byOwner = new Map<WatchedOwner, OwnerDelta>();
    for (const [owner, told] of events) if (!except.has(owner)) byOwner.set(owner, { grains: [], events: told });
    const work = this.#options.slices.begin();
    for (const grain of batch.grains) {
      const owner = this.#owners.get(grain.owner);
      if (owner === undefined || except.has(owner)) continue;
      const delta = byOwner.get(owner);
      if (delta === undefined) byOwner.set(owner, { grains: [grain], events: [] });
      else delta.grains.push(grain);
      if (work.isDue) await work.turn();
    }
    if (byOwner.size > 0) await this.#folding.deltas(byOwner);
  }

  #reload(owner: WatchedOwner): void {
    this.#boundaries.delete(owner);
    owner.phase = { kind: "waiting" };
    this.#queue.addUrgent(owner);
  }

  #loadFailed(owners: readonly WatchedOwner[], error: unknown): void {
    const since = this.#options.clock.now();
    for (const owner of owners) this.#publisher.stale(owner, "load_failed", since);
    if (!(error instanceof ZoneDataDiffers)) return;
    this.#options.log.warn(
      { reason: reasonOf(error) },
      "time zone data differs between sessions: beginning a new epoch",
    );
    this.#doubt = error;
    this.#options.nudge();
  }

  #void(): void {
    this.#boundaries.clear();
    this.#queue.clear();
    for (const owner of this.#owners.values()) {
      owner.phase = { kind: "waiting" };
      owner.asOf = undefined;
      owner.held = [];
      owner.occupants = undefined;
    }
  }
}
