/**
 * What owners' clients missed. Requests that come together are read together, each owner once; what was read answers later requests
 * as well while nothing new has happened to the owner, so that the number of clients that come back at once doesn't matter.
 *
 * What is too much for one read is replayed by itself, page after page (long-replay.ts). An answer is all that the client missed, or
 * nothing: where anything is in doubt, the client is told that it can't be said. A read that fails is tried again before that.
 */
import { parseSnapshot } from "../stream/snapshot.ts";
import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";
import { Backoff } from "../database/backoff.ts";
import { halves, isDataError } from "../database/data-error.ts";
import { reasonOf } from "../database/reason.ts";
import { type MissedRange, rowsOf } from "../stream/stream-position.ts";
import { CachedHistory, type Missed } from "./history-cache.ts";
import type { HistoryReading, HistoryRequest } from "./history-reader.ts";
import type { LongHistory } from "./long-history-reader.ts";
import { LongReplay } from "./long-replay.ts";
import { NOTHING_MISSED, type OwnerReplay, replayKnown } from "./owner-replay.ts";
import { ReplaySlots } from "./replay-slots.ts";

export interface HistoryReads {
  /** Of any number of owners, what is not too much. */
  readonly short: (requests: readonly HistoryRequest[]) => Promise<HistoryReading>;
  /** Of one owner, a part at a time. */
  readonly long: LongHistory;
}

export interface HistoryOptions extends Timers {
  /** Undefined where the configuration declares no events: nothing can be missed. */
  readonly reads: HistoryReads | undefined;
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
/** An outline of 100,000 transactions has 2 MB. */
const LONG_REPLAYS_AT_ONCE = 4;
/** In 1.5 s, if each fails at once. */
const READ_TRIES = 5;
const MAX_XID = 2n ** 64n - 1n;

interface Waiting {
  readonly owner: string;
  readonly range: MissedRange;
  readonly answer: (missed: Missed | undefined) => void;
}

export class History {
  readonly #options: HistoryOptions;
  readonly #known = new Map<string, CachedHistory>();
  #waiting: Waiting[] = [];
  #gathering = false;
  #gatherMs = GATHER_MS;
  #forgetting: unknown;
  readonly #slots = new ReplaySlots(LONG_REPLAYS_AT_ONCE);
  /** Waits between two tries, by their timers. */
  readonly #pauses = new Map<unknown, () => void>();
  #isStopped = false;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#isStopped = true;
    this.#known.clear();
    this.#options.clearTimeout(this.#forgetting);
    for (const [timer, resume] of this.#pauses) {
      this.#options.clearTimeout(timer);
      resume();
    }
  }

  /** What was missed; undefined where it can't be said. Never rejects. */
  async replay(owner: string, range: MissedRange): Promise<OwnerReplay | undefined> {
    const { reads, now, retentionMs } = this.#options;
    const { since, upto } = range;
    const ageUs = now() - since.asOf;
    if (ageUs > retentionMs * 1000 || ageUs < -AHEAD_US) return undefined;
    if (since.incarnation !== upto.incarnation) return undefined;
    if (reads === undefined) return replayKnown(NOTHING_MISSED, range);
    const missed = await this.#missed(owner, range);
    if (missed !== "too_many") return missed && replayKnown(missed, range);
    const insist = <T>(read: () => Promise<T>): Promise<T | undefined> => this.#insist(read);
    return new LongReplay(owner, range, { history: reads.long, slots: this.#slots, insist });
  }

  async #missed(owner: string, range: MissedRange): Promise<Missed | undefined> {
    const known = this.#known.get(owner);
    if (known?.covers(range)) return known.missed(range);
    return new Promise((answer) => {
      this.#waiting.push({ owner, range, answer });
      this.#gather();
    });
  }

  /** Reads again what could not be read; undefined if it never can. */
  async #insist<T>(read: () => Promise<T>): Promise<T | undefined> {
    const backoff = new Backoff(this.#options.log, "reading what clients missed");
    for (let tries = 1; !this.#isStopped; tries += 1) {
      try {
        return await read();
      } catch (error) {
        const delayMs = backoff.failed(reasonOf(error));
        if (tries === READ_TRIES) return undefined;
        await this.#pause(delayMs);
      }
    }
    return undefined;
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.setTimeout(() => {
        this.#pauses.delete(timer);
        resolve();
      }, delayMs);
      this.#pauses.set(timer, resolve);
    });
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
    const reading = await this.#insist(() => this.#readShortly(requests));
    if (reading === "bad_row" && waitingOf.size > 1) return this.#answerInHalves(waitingOf);
    for (const one of requests) {
      const known = reading === "bad_row" ? undefined : reading && new CachedHistory(one, reading);
      if (known) this.#keep(one.owner, known);
      for (const { range, answer } of waitingOf.get(one.owner) ?? []) answer(known?.missed(range));
    }
  }

  async #readShortly(requests: readonly HistoryRequest[]): Promise<HistoryReading | "bad_row" | undefined> {
    try {
      return await this.#options.reads?.short(requests);
    } catch (error) {
      if (isDataError(error)) return "bad_row";
      throw error;
    }
  }

  /** PostgreSQL fails at some owner's rows: what the others' clients missed can be said. */
  async #answerInHalves(waitingOf: ReadonlyMap<string, readonly Waiting[]>): Promise<void> {
    for (const half of halves([...waitingOf])) await this.#answer(new Map(half));
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
  const firsts = waiting
    .flatMap(({ range: { since } }) => [since, rowsOf(since)])
    .map(({ snapshot }) => parseSnapshot(snapshot).xmin);
  const firstXid = firsts.reduce((least, xid) => (xid < least ? xid : least), MAX_XID);
  const sinceUs = Math.min(...waiting.map(({ range }) => range.since.asOf));
  return { owner, firstXid, sinceUs };
}
