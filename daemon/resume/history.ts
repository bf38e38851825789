/**
 * What owners' clients missed. Requests that come together are read together, each owner once; what was read answers later requests
 * as well while nothing new has happened to the owner, so that the number of clients that come back at once doesn't matter.
 *
 * An answer is all that the client missed, or nothing: where anything is in doubt, the client is told that it can't be said.
 */
import { parseSnapshot } from "../stream/snapshot.ts";
import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";
import { reasonOf } from "../database/reason.ts";
import type { MissedRange } from "../stream/stream-position.ts";
import { CachedHistory } from "./history-cache.ts";
import type { OwnerEvent } from "../owners/owner-event.ts";
import type { HistoryReading, HistoryRequest } from "./history-reader.ts";

export interface HistoryOptions extends Timers {
  /** Undefined where the configuration declares no events: nothing can be missed. */
  readonly read: ((requests: readonly HistoryRequest[]) => Promise<HistoryReading>) | undefined;
  readonly retentionMs: number;
  readonly log: Log;
  /** The database's clock, in microseconds since 1970. */
  readonly now: () => number;
}

/** A statement for each thousand owners. */
const OWNERS_AT_ONCE = 1_000;
/** How long requests are gathered. */
const GATHER_MS = 20;
/** While many come back: what was read of an owner answers those who come later, the longer the wait the fewer reads. */
const LONGEST_GATHER_MS = 1_000;
const MANY_OWNERS = 20;
/** Clients spread their return over some seconds. */
const KEEP_MS = 15_000;
/** One daemon's idea of the database's clock may be this much behind another's, no more. */
const AHEAD_US = 5_000_000;
const MAX_XID = 2n ** 64n - 1n;

interface Waiting {
  readonly owner: string;
  readonly range: MissedRange;
  readonly answer: (events: readonly OwnerEvent[] | undefined) => void;
}

export class History {
  readonly #options: HistoryOptions;
  readonly #known = new Map<string, CachedHistory>();
  #waiting: Waiting[] = [];
  #gathering = false;
  #gatherMs = GATHER_MS;
  #forgetting: unknown;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#known.clear();
    this.#options.clearTimeout(this.#forgetting);
  }

  /** In order of commit; undefined where it can't be said. Never rejects. */
  async missed(owner: string, range: MissedRange): Promise<readonly OwnerEvent[] | undefined> {
    const { since, upto } = range;
    const ageUs = this.#options.now() - since.asOf;
    if (ageUs > this.#options.retentionMs * 1000 || ageUs < -AHEAD_US) return undefined;
    if (since.incarnation !== upto.incarnation) return undefined;
    if (this.#options.read === undefined) return [];
    const known = this.#known.get(owner);
    const events = known?.covers(range)
      ? known.missed(range)
      : await new Promise<readonly OwnerEvent[] | undefined>((answer) => {
          this.#waiting.push({ owner, range, answer });
          this.#gather();
        });
    const seen = new Set(since.seen);
    return events?.filter(({ id }) => !seen.has(id));
  }

  #gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.#options.setTimeout(() => {
      void this.#answerAll();
    }, this.#gatherMs);
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
    this.#gatherMs = owners.length < MANY_OWNERS ? GATHER_MS : Math.min(4 * this.#gatherMs, LONGEST_GATHER_MS);
    if (this.#waiting.length > 0) this.#gather();
  }

  async #answer(waitingOf: ReadonlyMap<string, readonly Waiting[]>): Promise<void> {
    const requests = [...waitingOf].map(([owner, waiting]) => requestOf(owner, waiting));
    const reading = await this.#options.read?.(requests).catch((error: unknown) => {
      this.#options.log.warn({ reason: reasonOf(error) }, "could not read what clients missed");
      return undefined;
    });
    for (const one of requests) {
      const known = reading && new CachedHistory(one, reading);
      if (known) this.#keep(one.owner, known);
      for (const { range, answer } of waitingOf.get(one.owner) ?? []) answer(known?.missed(range));
    }
  }

  /** Read a while ago is as good as read now, but somebody must let it go. */
  #keep(owner: string, known: CachedHistory): void {
    this.#known.set(owner, known);
    this.#forgetting ??= this.#options.setTimeout(() => {
      this.#forgetting = undefined;
      this.#gatherMs = GATHER_MS;
      this.#known.clear();
    }, KEEP_MS);
  }
}

function byOwner(waiting: readonly Waiting[]): Map<string, Waiting[]> {
  const groups = new Map<string, Waiting[]>();
  for (const one of waiting) {
    const group = groups.get(one.owner);
    if (group === undefined) groups.set(one.owner, [one]);
    else group.push(one);
  }
  return groups;
}

function requestOf(owner: string, waiting: readonly Waiting[]): HistoryRequest {
  const firsts = waiting.map(({ range }) => parseSnapshot(range.since.snapshot).xmin);
  const firstXid = firsts.reduce((least, xid) => (xid < least ? xid : least), MAX_XID);
  const sinceUs = Math.min(...waiting.map(({ range }) => range.since.asOf));
  return { owner, firstXid, sinceUs };
}
