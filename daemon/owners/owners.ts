/**
 * Batch -> Published: keeps the numbers of watched owners, and publishes their documents, changes and events.
 *
 * The naive way, to query an owner's rows after each change, costs by the size of the owner. Instead an owner is loaded once, at a cut of
 * the stream of changes (an exported snapshot at which a batch was read), and from then on kept by deltas and by the clock. It takes
 * nothing else from the batch at whose cut it is loaded, as the load has seen that; batches that come while it loads are kept for it and
 * folded into the load; and nothing is published before the load is complete. So no change is skipped and none counts twice.
 *
 * Deltas don't lead everywhere: after a bulk statement or a change of the owner's own row it is loaded again, while its document stays on
 * screen. Where its numbers can't be vouched for, it is `stale`. `owner-machine.ts` has the phases of an owner's life; the other files
 * are what drives it: the queue and the running loads, deltas, the boundary timer, and the publisher at the end.
 */
import type { Batch, BatchSink, Cut } from "../capture/batch.ts";
import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";
import { describeDataError } from "../database/data-error.ts";
import { reasonOf } from "../database/reason.ts";
import type { Clock } from "../metrics/clock.ts";
import { indexPlan } from "../metrics/plan-index.ts";
import type { Plan } from "../plan/plan.ts";
import { AuditTurns, type OwnerAudit } from "./audit-turns.ts";
import { BoundaryTimer } from "./boundary-timer.ts";
import { Calendar } from "./calendar.ts";
import type { ReadDayStarts } from "./day-starts.ts";
import { DeltaApplier, type OwnerDelta } from "./delta-applier.ts";
import { LoadFinisher } from "./load-finisher.ts";
import { LocatedOwners } from "./located-owners.ts";
import { LoadQueue } from "./load-queue.ts";
import type { Loader } from "./loader.ts";
import { OwnerDriver } from "./owner-driver.ts";
import type { OwnerEvent } from "./owner-event.ts";
import { OperatedOwners } from "./operated-owners.ts";
import type { PhaseEvent } from "./owner-phase.ts";
import type { Demand, Publish, StaleReason } from "./published.ts";
import { OwnerPublisher, Publisher } from "./publisher.ts";
import { RunningLoads } from "./running-loads.ts";
import type { Slices } from "./slices.ts";
import { WithheldEvents, type ReadWithheldEvents } from "./withheld-events.ts";
import { SlowLoads } from "./slow-loads.ts";
import { UnreadableOwners } from "./unreadable-owners.ts";
import { OWNER_LOADS, WatchedOwner, waitsAt } from "./watched-owner.ts";
import { ZoneDataDiffers, Zones } from "./zones.ts";

export interface OwnersOptions extends Timers {
  readonly plan: Plan;
  readonly loader: Loader;
  /** How many loads the loader can run at once without one waiting for another. */
  readonly loadsAtOnce: number;
  /** Asks the reader's session. */
  readonly readDayStarts: ReadDayStarts;
  /** Must not ask it: whatever the reader reads waits meanwhile. */
  readonly readWithheldEvents: ReadWithheldEvents;
  readonly clock: Clock;
  readonly slices: Slices;
  readonly publish: Publish;
  /** Has the reader read soon: owners wait to be loaded. */
  readonly nudge: () => void;
  /** Compares loaded owners with SQL; undefined: nobody does. */
  readonly audit?: OwnerAudit | undefined;
  readonly log: Log;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
}

/** As many watched owners are named in each read, which then costs nothing for the others' changes. Each named one costs it 0.3 us. */
const NAMED_OWNERS = 256;
const OUTDATED: PhaseEvent = { type: "outdated" };

export class Owners implements BatchSink, Demand {
  readonly operated: OperatedOwners;
  readonly #options: OwnersOptions;
  readonly #publisher: Publisher;
  readonly #boundaries: BoundaryTimer<WatchedOwner>;
  readonly #queue: LoadQueue<WatchedOwner>;
  readonly #driver: OwnerDriver;
  readonly #deltas: DeltaApplier;
  readonly #loads: RunningLoads;
  readonly #located: LocatedOwners;
  readonly #audits: AuditTurns | undefined;
  readonly #slowLoads = new SlowLoads(waitsAt);
  readonly #withheld: WithheldEvents;
  readonly #unreadable: UnreadableOwners;
  readonly #owners = new Map<string, WatchedOwner>();
  #incarnation = "";
  #calendar: Calendar;
  #zones: Zones | undefined;
  /** Why no epoch runs, between two of them. */
  #offline: StaleReason | undefined = "starting";
  /** An error that was found between two batches; the next batch ends the epoch with it. */
  #doubt: Error | undefined;

  constructor(options: OwnersOptions) {
    const { plan, loader, clock, slices, nudge, audit } = options;
    const calendar = (): Calendar => this.#calendar;
    this.#options = options;
    this.#calendar = new Calendar(options.readDayStarts);
    this.#publisher = new Publisher(options.publish);
    this.#boundaries = new BoundaryTimer({ ...options, cross: (owner) => this.#driver.advance(owner) });
    this.#queue = new LoadQueue({ ...options, ...OWNER_LOADS, atOnce: options.loadsAtOnce });
    const retry = (owner: WatchedOwner): unknown => this.#driver.dispatch(owner, OUTDATED);
    this.#unreadable = new UnreadableOwners({ ...options, retry });
    this.#driver = new OwnerDriver({
      queue: this.#queue,
      unreadable: this.#unreadable,
      boundaries: this.#boundaries,
      clock,
      incarnation: () => this.#incarnation,
      log: options.log,
    });
    this.#audits = audit && new AuditTurns({ audit, owners: this.#owners, driver: this.#driver });
    this.operated = new OperatedOwners({ owners: this.#owners, driver: this.#driver, audits: this.#audits, nudge });
    this.#withheld = new WithheldEvents({
      ...options,
      read: options.readWithheldEvents,
      owners: this.#owners,
      incarnation: () => this.#incarnation,
      retry,
    });
    this.#located = new LocatedOwners({ driver: this.#driver, clock, nudge });
    this.#deltas = new DeltaApplier({ plan, driver: this.#driver, clock, slices, calendar });
    const finisher = new LoadFinisher({ index: indexPlan(plan), driver: this.#driver, slices, calendar });
    this.#loads = new RunningLoads({
      loader,
      queue: this.#queue,
      driver: this.#driver,
      finish: (group, results, t) => finisher.finish(group, results, t).finally(() => this.#located.loadEnded()),
      failed: (error) => this.#loadFailed(error),
      nudge,
    });
  }

  /** True while the numbers of loaded owners can be vouched for. */
  get isLive(): boolean {
    return this.#offline === undefined;
  }

  watch(id: string): void {
    if (this.#owners.has(id)) return;
    const owner = new WatchedOwner(id, new OwnerPublisher(id, this.#publisher));
    this.#owners.set(id, owner);
    this.#driver.dispatch(owner, { type: "watched", offline: this.#offline });
  }

  unwatch(id: string): void {
    const owner = this.#owners.get(id);
    if (owner === undefined) return;
    this.#owners.delete(id);
    this.#located.delete(owner);
    this.#withheld.delete(owner);
    this.#driver.dispatch(owner, { type: "unwatched" });
    owner.publisher.letGo();
  }

  locate(id: string): void {
    const owner = this.#owners.get(id);
    if (owner !== undefined) this.#located.ask(owner);
  }

  begin(epoch: string, incarnation: string): void {
    this.#boundaries.clear();
    this.#queue.clear();
    this.#incarnation = incarnation;
    this.#offline = undefined;
    this.#doubt = undefined;
    this.#zones = undefined;
    this.#calendar = new Calendar(this.#options.readDayStarts);
    this.#options.clock.reset();
    this.#publisher.begin(epoch, incarnation);
    this.#dispatch(this.#owners.values(), { type: "begin" });
  }

  lost(_reason?: string, since?: number): void {
    this.#boundaries.clear();
    this.#queue.clear();
    this.#located.clear();
    this.#withheld.clear();
    this.#audits?.abandon();
    this.#offline = "database";
    this.#dispatch(this.#owners.values(), { type: "lose", reason: this.#offline, since });
  }

  zones(): readonly string[] {
    return this.#zones?.good ?? [];
  }

  owners(): readonly string[] | undefined {
    return this.#owners.size <= NAMED_OWNERS || this.#unreadable.mustNameOthers ? this.named() : undefined;
  }

  named(): readonly string[] {
    return this.#unreadable.others(this.#owners);
  }

  unreadable(owners: readonly string[], error: unknown): void {
    if (owners.length === 0) this.#unreadable.addUnknown();
    const found = owners.flatMap((id) => this.#owners.get(id) ?? []);
    this.#dispatch(found, { type: "unreadable", reason: describeDataError(error) });
  }

  wantsCut(): boolean {
    return (this.#queue.hasRoom && this.#queue.isReady) || this.#audits?.isDue === true;
  }

  needsCut(batch: Batch): boolean {
    if (batch.resets.length === 0 && batch.dimensions.length === 0) return false;
    if (!this.#queue.hasRoom) return false;
    for (const owner of this.#outdated(batch)) if (owner.isMovedBy(OUTDATED)) return true;
    return false;
  }

  async apply(batch: Batch): Promise<void> {
    const events = await this.#beginBatch(batch);
    await this.#applyDeltas(batch, events);
    this.#endBatch();
  }

  async applyCut(batch: Batch, cut: Cut): Promise<void> {
    const events = await this.#beginBatch(batch);
    const t = this.#options.clock.now();
    this.#zones ??= new Zones(this.#options.readDayStarts, t);
    const started = this.#loads.start(cut, t, this.#zones);
    for (const owner of started.owners) {
      owner.publisher.takeBatch();
      owner.publisher.hold(events.get(owner) ?? []);
    }
    const deltas = this.#applyDeltas(batch, events, started.owners);
    await Promise.all([deltas, started.imported, this.#audits?.begin(cut)]);
    this.#endBatch();
  }

  /** Drops everything; publishes nothing from then on. */
  stop(): void {
    for (const id of this.#owners.keys()) this.unwatch(id);
    this.#withheld.clear();
    this.#boundaries.clear();
    this.#queue.clear();
  }

  /** Gives the events that the batch brings. */
  async #beginBatch(batch: Batch): Promise<ReadonlyMap<WatchedOwner, OwnerEvent[]>> {
    const { clock, monotonicMs } = this.#options;
    if (this.#doubt !== undefined) throw this.#doubt;
    if (!clock.observe(batch.clock, batch.tookMs)) throw new Error("the database's clock went back");
    this.#boundaries.retime();
    this.#dispatch(this.#slowLoads.find(this.#owners.values(), monotonicMs()), { type: "slowLoad" });
    const events = await this.#withheld.eventsOf(batch, this.#publisher.lastSnapshot);
    this.#publisher.beginBatch(batch.snapshot);
    this.#dispatch(this.#outdated(batch), OUTDATED);
    return events;
  }

  #endBatch(): void {
    this.#publisher.endBatch();
    this.#withheld.batchEnded();
    this.#audits?.batchEnded();
    this.#located.batchEnded();
  }

  #dispatch(owners: Iterable<WatchedOwner>, event: PhaseEvent): void {
    for (const owner of owners) this.#driver.dispatch(owner, event);
  }

  /** Watched owners that deltas don't lead to where the batch leads. */
  *#outdated(batch: Batch): Generator<WatchedOwner, undefined> {
    const named = [...batch.resets.map(({ owner }) => owner), ...batch.dimensions];
    const owners = named.includes(undefined) ? this.#owners.values() : named.map((id) => this.#owners.get(id ?? ""));
    for (const owner of owners) if (owner !== undefined) yield owner;
    return undefined;
  }

  async #applyDeltas(
    batch: Batch,
    events: ReadonlyMap<WatchedOwner, OwnerEvent[]>,
    except: ReadonlySet<WatchedOwner> = new Set(),
  ): Promise<void> {
    const byOwner = new Map<WatchedOwner, OwnerDelta>();
    for (const [owner, own] of events) if (!except.has(owner)) byOwner.set(owner, { grains: [], events: own });
    const work = this.#options.slices.begin();
    for (const grain of batch.grains) {
      const owner = this.#owners.get(grain.owner);
      if (owner === undefined || except.has(owner)) continue;
      const delta = byOwner.get(owner);
      if (delta === undefined) byOwner.set(owner, { grains: [grain], events: [] });
      else delta.grains.push(grain);
      if (work.isDue) await work.turn();
    }
    if (byOwner.size > 0) await this.#deltas.apply(byOwner);
  }

  #loadFailed(error: unknown): void {
    if (!(error instanceof ZoneDataDiffers)) return;
    const reason = reasonOf(error);
    this.#options.log.warn({ reason }, "time zone data differs between sessions: beginning a new epoch");
    this.#doubt = error;
    this.#options.nudge();
  }
}
