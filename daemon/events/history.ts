/**
 * What owners' clients missed. Requests that come together are read together, each owner once; what was read answers later requests
 * as well while nothing new has happened to the owner, so that the number of clients that come back at once doesn't matter.
 *
 * An answer is all that the client missed, or nothing: where anything is in doubt, the client is told that it can't be said.
 */
import { includes, parseSnapshot, type Snapshot, sees } from "../capture/snapshot.ts";
import type { Log } from "../config/log.ts";
import { reasonOf } from "../database/reason.ts";
import type { Place } from "./cursor.ts";
import type { OwnerEvent } from "./owner-event.ts";
import type { OwnerPast, Past, Wanted } from "./past.ts";

/** Which events somebody lacks: those that `since` has not seen, and `upto` has. */
export interface Gap {
  readonly since: Place;
  readonly upto: Pick<Place, "snapshot" | "asOf">;
}

export interface HistoryOptions {
  /** Undefined where the configuration declares no events: nothing can be missed. */
  readonly read: ((wanted: readonly Wanted[]) => Promise<Past>) | undefined;
  readonly retentionMs: number;
  readonly log: Log;
  /** The database's clock, in microseconds since 1970. */
  readonly now: () => number;
  readonly setTimeout: (callback: () => void, delayMs: number) => unknown;
  readonly clearTimeout: (timer: unknown) => void;
}

/** A statement for each thousand owners. */
const OWNERS_AT_ONCE = 1_000;
/** How long requests are gathered. */
const GATHER_MS = 20;
/** Clients spread their return over some seconds. */
const KEEP_MS = 15_000;
/** One daemon's idea of the database's clock may be this much behind another's, no more. */
const AHEAD_US = 5_000_000;
const MAX_XID = 2n ** 64n - 1n;
const NOTHING: OwnerPast = { events: [], isWhole: true, doubts: [], occupants: () => [] };

interface Waiting {
  readonly gap: ReadGap;
  readonly answer: (events: readonly OwnerEvent[] | undefined) => void;
}

interface ReadGap {
  readonly owner: string;
  readonly since: Snapshot;
  readonly sinceUs: number;
  readonly seen: ReadonlySet<string>;
  readonly upto: Snapshot;
  readonly uptoUs: number;
}

interface Known {
  /** Transactions from here on were read, up to the snapshot. */
  readonly since: bigint;
  /** Stays that were not over at this instant were read. */
  readonly sinceUs: number;
  readonly snapshot: Snapshot;
  readonly floor: Snapshot | undefined;
  readonly past: OwnerPast;
}

export class History {
  readonly #options: HistoryOptions;
  readonly #known = new Map<string, Known>();
  #waiting: Waiting[] = [];
  #gathering = false;
  #life = 0;
  #forgetting: unknown;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /** Another epoch: what was read before may be of another life of the data. */
  begin(): void {
    this.#life += 1;
    this.#known.clear();
  }

  stop(): void {
    this.begin();
    this.#options.clearTimeout(this.#forgetting);
  }

  /** In order of commit; undefined where it can't be said. Never rejects. */
  async missed({ since, upto }: Gap): Promise<readonly OwnerEvent[] | undefined> {
    const ageUs = this.#options.now() - since.asOf;
    if (ageUs > this.#options.retentionMs * 1000 || ageUs < -AHEAD_US) return undefined;
    if (this.#options.read === undefined) return [];
    const gap: ReadGap = {
      owner: since.owner,
      since: parseSnapshot(since.snapshot),
      sinceUs: since.asOf,
      seen: new Set(since.seen),
      upto: parseSnapshot(upto.snapshot),
      uptoUs: upto.asOf,
    };
    const known = this.#known.get(gap.owner);
    if (known !== undefined && isAnsweredBy(gap, known)) return eventsIn(gap, known);
    return new Promise((answer) => {
      this.#waiting.push({ gap, answer });
      this.#gather();
    });
  }

  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.#options.setTimeout(() => {
      void this.#answerAll();
    }, GATHER_MS);
  }

  /** One read after the other: what comes meanwhile goes together into the next. */
  async #answerAll(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const owners = [...byOwner(waiting)];
    for (let first = 0; first < owners.length; first += OWNERS_AT_ONCE) {
      await this.#answer(new Map(owners.slice(first, first + OWNERS_AT_ONCE)));
    }
    this.#gathering = false;
    if (this.#waiting.length > 0) this.#gather();
  }

  async #answer(waitingOf: ReadonlyMap<string, readonly Waiting[]>): Promise<void> {
    const wanted = [...waitingOf].map(([owner, waiting]) => wantedOf(owner, waiting));
    const life = this.#life;
    const past = await this.#options.read?.(wanted).catch((error: unknown) => {
      this.#options.log.warn({ reason: reasonOf(error) }, "could not read what clients missed");
      return undefined;
    });
    const isUsable = past !== undefined && life === this.#life;
    for (const one of wanted) {
      const known = isUsable && { ...past, ...one, past: past.owners.get(one.owner) ?? NOTHING };
      if (known) this.#keep(one.owner, known);
      for (const { gap, answer } of waitingOf.get(one.owner) ?? []) answer(known ? eventsIn(gap, known) : undefined);
    }
  }

  /** Read a while ago is as good as read now, but somebody must let it go. */
  #keep(owner: string, known: Known): void {
    this.#known.set(owner, known);
    this.#forgetting ??= this.#options.setTimeout(() => {
      this.#forgetting = undefined;
      this.#known.clear();
    }, KEEP_MS);
  }
}

function byOwner(waiting: readonly Waiting[]): Map<string, Waiting[]> {
  const groups = new Map<string, Waiting[]>();
  for (const one of waiting) {
    const group = groups.get(one.gap.owner);
    if (group === undefined) groups.set(one.gap.owner, [one]);
    else group.push(one);
  }
  return groups;
}

function wantedOf(owner: string, waiting: readonly Waiting[]): Wanted {
  const since = waiting.reduce((least, { gap }) => (gap.since.xmin < least ? gap.since.xmin : least), MAX_XID);
  const sinceUs = waiting.reduce((least, { gap }) => Math.min(least, gap.sinceUs), Number.POSITIVE_INFINITY);
  return { owner, since, sinceUs };
}

function isAnsweredBy(gap: ReadGap, known: Known): boolean {
  return known.since <= gap.since.xmin && known.sinceUs <= gap.sinceUs && includes(known.snapshot, gap.upto);
}

function eventsIn(gap: ReadGap, known: Known): readonly OwnerEvent[] | undefined {
  const { since, upto, seen } = gap;
  const { past, floor } = known;
  const isMissed = (xid: bigint): boolean => !sees(since, xid) && sees(upto, xid);
  if (floor !== undefined && !includes(since, floor)) return undefined;
  if (!isAnsweredBy(gap, known) || !past.isWhole || past.doubts.some(isMissed)) return undefined;
  const written = past.events.filter(({ xid }) => isMissed(xid)).map(({ event }) => event);
  return [...written, ...past.occupants(gap)].filter(({ id }) => !seen.has(id));
}
