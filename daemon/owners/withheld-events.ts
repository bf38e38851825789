/**
 * Tells the events of owners that had too many in one batch: somebody's import. Read with the batch, they would keep the changes of all
 * other owners waiting, for as long as it takes PostgreSQL to make them and the daemon to parse, fold and encode them.
 *
 * So the batch comes without them. It is folded and published, and says that events are owed: cursors go on with who came and went, not
 * with rows, until each event says how far it brings whoever gets it. They are then read on another session, between the same two
 * snapshots, and told page by page, in order of commit. What happens to the owner meanwhile is told after them, in the same way; only what
 * the clock does is told at once. Where they can't be read the owner is loaded again, as if its publications had been broken off: clients
 * ask for what they missed.
 */
import type { Batch, BatchEvent, Reset } from "../capture/batch.ts";
import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";
import { reasonOf } from "../database/reason.ts";
import { eventsByOwner } from "./batch-events.ts";
import type { Plan } from "../plan/plan.ts";
import { bulkEvent, type OwnerEvent, rowEvent } from "./owner-event.ts";
import type { WithheldPage } from "./publisher.ts";
import type { Slices } from "./slices.ts";
import type { RowsPosition } from "../stream/stream-position.ts";
import type { WatchedOwner } from "./watched-owner.ts";

/** Between two snapshots of the reader's, as `pg_snapshot` prints them. */
export interface WithheldRange {
  readonly since: string;
  readonly upto: string;
}

export interface WithheldReading {
  /** The owner's, and those of all. */
  readonly resets: readonly Reset[];
  /** In order. As objects they take several times the room of what was read, so that each is made when it is asked for. */
  readonly events: Iterable<WithheldEvent>;
  /** How many events there are. */
  readonly count: number;
}

export interface WithheldEvent {
  readonly event: BatchEvent;
  /** How far it brings who gets it. */
  readonly rows: RowsPosition;
}

/**
 * One owner's part of what the batches between two snapshots had, in order. Rejects where that can't be read any more.
 */
export type ReadWithheldEvents = (owner: string, range: WithheldRange, incarnation: string) => Promise<WithheldReading>;

export interface WithheldEventsOptions extends Timers {
  readonly read: ReadWithheldEvents;
  readonly plan: Pick<Plan, "events" | "occupants">;
  readonly owners: ReadonlyMap<string, WatchedOwner>;
  /** That of the current epoch. */
  readonly incarnation: () => string;
  readonly slices: Slices;
  /** Has the owner loaded again. */
  readonly retry: (owner: WatchedOwner) => unknown;
  readonly log: Log;
}

/** Making as many takes a millisecond. */
const PAGE_EVENTS = 50;
/** Changes of one topic go out every 50 ms: some 200 events are then encoded at a time. */
const PAGE_MS = 12;

interface PlacedEvent {
  readonly event: OwnerEvent;
  readonly rows: RowsPosition;
}

interface Told {
  readonly count: number;
  readonly events: Iterator<PlacedEvent>;
}

/** What an owner is owed. */
interface Owed {
  since: string;
  upto: string;
  isBeingTold: boolean;
}

export class WithheldEvents {
  readonly #with: WithheldEventsOptions;
  readonly #owed = new Map<WatchedOwner, Owed>();
  readonly #timers = new Set<unknown>();

  constructor(options: WithheldEventsOptions) {
    this.#with = options;
  }

  /**
   * The events that a batch brings for watched owners, but for those that come later.
   * @param before the snapshot of the batch before
   */
  async eventsOf(batch: Batch, before: string): Promise<Map<WatchedOwner, OwnerEvent[]>> {
    const { owners, slices } = this.#with;
    const incarnation = this.#with.incarnation();
    const events = this.#hasEvents(batch)
      ? await eventsByOwner({ batch, owners, incarnation, slices })
      : new Map<WatchedOwner, OwnerEvent[]>();
    this.#withhold(batch, before, events);
    return events;
  }

  /** Without declared events there are none, of bulk statements neither. */
  #hasEvents({ events, resets }: Batch): boolean {
    const { plan } = this.#with;
    return (events.length > 0 || resets.length > 0) && (plan.events.length > 0 || plan.occupants.length > 0);
  }

  #withhold({ withheld, snapshot }: Batch, before: string, events: Map<WatchedOwner, OwnerEvent[]>): void {
    for (const id of withheld) {
      const owner = this.#with.owners.get(id);
      if (owner === undefined) continue;
      if (!owner.publisher.owes) this.#owed.delete(owner);
      if (!owner.publisher.withhold(before)) continue;
      const owed = this.#owed.get(owner);
      if (owed === undefined) this.#owed.set(owner, { since: before, upto: snapshot, isBeingTold: false });
      else owed.upto = snapshot;
    }
    for (const [owner, owed] of this.#owed) if (owner.publisher.owes && events.delete(owner)) owed.upto = snapshot;
  }

  /** To be called when a batch has been taken in whole. */
  batchEnded(): void {
    for (const [owner, owed] of this.#owed) {
      if (owed.isBeingTold) continue;
      owed.isBeingTold = true;
      void this.#tell(owner, owed);
    }
  }

  delete(owner: WatchedOwner): void {
    this.#owed.delete(owner);
  }

  clear(): void {
    this.#owed.clear();
    for (const timer of this.#timers) this.#with.clearTimeout(timer);
    this.#timers.clear();
  }

  async #tell(owner: WatchedOwner, owed: Owed): Promise<void> {
    while (this.#isOwed(owner, owed)) {
      const { since, upto } = owed;
      const read = await this.#read(owner, { since, upto });
      if (!this.#isOwed(owner, owed)) return;
      if ("reason" in read) return this.#giveUp(owner, read.reason);
      const { events, count } = read;
      owed.since = upto;
      for (let told = 0; told === 0 || told < count; told += PAGE_EVENTS) {
        if (told > 0) await this.#pause();
        if (!this.#isOwed(owner, owed)) return;
        const page = pageOf(events, Math.min(PAGE_EVENTS, count - told));
        const areLast = told + PAGE_EVENTS >= count && owed.upto === upto;
        if (areLast) this.#owed.delete(owner);
        owner.publisher.tellWithheld(count === 0 ? { events: [], rows: [{ snapshot: upto }] } : page, areLast);
      }
    }
  }

  async #read(owner: WatchedOwner, range: WithheldRange): Promise<Told | { readonly reason: string }> {
    const incarnation = this.#with.incarnation();
    try {
      const reading = await this.#with.read(owner.id, range, incarnation);
      const count = reading.count + reading.resets.length;
      return { count, events: toldOf({ ...reading, count }, range, incarnation) };
    } catch (error) {
      return { reason: reasonOf(error) };
    }
  }

  #isOwed(owner: WatchedOwner, owed: Owed): boolean {
    return this.#owed.get(owner) === owed && owner.publisher.owes;
  }

  #giveUp(owner: WatchedOwner, reason: string): void {
    this.#with.log.warn({ owner: owner.id, reason }, "cannot read an owner's many events: it is loaded again");
    this.#owed.delete(owner);
    owner.publisher.breakOff();
    this.#with.retry(owner);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#with.setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, PAGE_MS);
      this.#timers.add(timer);
    });
  }
}

/** The last brings to the range's end; bulk statements, which come after the events of rows, bring nowhere before. */
function* toldOf(
  { events, resets, count }: WithheldReading,
  { since, upto }: WithheldRange,
  incarnation: string,
): Generator<PlacedEvent> {
  let told = 0;
  let reached: RowsPosition = { snapshot: since };
  const place = (event: OwnerEvent): PlacedEvent => {
    told += 1;
    return { event, rows: told === count ? { snapshot: upto } : reached };
  };
  for (const { event, rows } of events) {
    reached = rows;
    yield place(rowEvent(incarnation, event));
  }
  for (const reset of resets) yield place(bulkEvent(incarnation, reset));
}

function pageOf(events: Iterator<PlacedEvent>, size: number): WithheldPage {
  const page = Array.from({ length: size }, () => events.next().value as PlacedEvent);
  return { events: page.map(({ event }) => event), rows: page.map(({ rows }) => rows) };
}
