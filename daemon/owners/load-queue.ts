/**
 * The owners that wait to be loaded, in the groups that one statement loads. Each load takes a cut, for which the reader reads once more, and
 * a session; so owners that come one after another are loaded together. A statement fails as a whole: where some owner's rows are at fault,
 * the group is tried again in tenths, so that one owner's data keeps no other owner from being loaded. Channels wait the same way.
 */
import { type Backoff, backoffMs } from "../database/backoff.ts";
import { isDataError } from "../database/data-error.ts";
import { errorCode, QUERY_CANCELED, reasonOf } from "../database/reason.ts";
import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";

/**
 * Owners that come one after another are loaded together: a group waits until none has come for 10 ms, at most 100 ms. A single owner's
 * first snapshot is later by that; in return 1,000 owners that are subscribed to within a second take at most 10 statements.
 */
const QUIET_MS = 10;
const LONGEST_WAIT_MS = 100;

/** Those that are loaded by one statement. A group that failed is tried again as it is, or in parts. */
export interface LoadGroup<Owner> {
  readonly owners: readonly Owner[];
  readonly backoff: Backoff;
}

export interface LoadQueueOptions<Owner> extends Timers {
  /** One that says what is tried. */
  readonly newBackoff: (log: Log) => Backoff;
  /** One statement loads at most this many. */
  readonly groupSize: number;
  /** Whether it is still to be loaded. */
  readonly isWaiting: (owner: Owner) => boolean;
  readonly log: Log;
  /** Says that owners are ready to be loaded. */
  readonly nudge: () => void;
  readonly monotonicMs: () => number;
}

export class LoadQueue<Owner> {
  readonly #options: LoadQueueOptions<Owner>;
  readonly #arrived = new Set<Owner>();
  readonly #again: LoadGroup<Owner>[] = [];
  readonly #timers = new Set<unknown>();
  #firstMs = 0;
  #readyMs = 0;
  #gathering = false;

  constructor(options: LoadQueueOptions<Owner>) {
    this.#options = options;
  }

  /** True when a group may be taken. */
  get isReady(): boolean {
    if (this.#again.length > 0) return true;
    return this.#arrived.size > 0 && this.#options.monotonicMs() >= this.#readyMs;
  }

  /** Adds an owner that may wait for others. */
  add(owner: Owner): void {
    const nowMs = this.#options.monotonicMs();
    if (this.#arrived.size === 0) this.#firstMs = nowMs;
    this.#arrived.add(owner);
    this.#readyMs =
      this.#arrived.size >= this.#options.groupSize
        ? nowMs
        : Math.min(nowMs + QUIET_MS, this.#firstMs + LONGEST_WAIT_MS);
    if (!this.#gathering) this.#gatherUntilReady();
  }

  /** Adds an owner that must not wait; those that are there are ready with it. */
  addUrgent(owner: Owner): void {
    const wasReady = this.isReady;
    this.#arrived.add(owner);
    this.#readyMs = this.#options.monotonicMs();
    if (!wasReady) this.#options.nudge();
  }

  /** Adds an owner whose load brings more than others', to a group of its own; after a delay where earlier ones brought too little. */
  addAlone(owner: Owner, tries: number): void {
    const group = { owners: [owner], backoff: this.#newBackoff() };
    if (tries > 0) {
      this.#after(backoffMs(tries), () => this.#again.push(group));
      return;
    }
    const wasReady = this.isReady;
    this.#again.push(group);
    if (!wasReady) this.#options.nudge();
  }

  /** The next group; undefined if none is ready. Owners that have left meanwhile are not in it. */
  take(): LoadGroup<Owner> | undefined {
    if (!this.isReady) return undefined;
    for (let group = this.#again.shift(); group !== undefined; group = this.#again.shift()) {
      const owners = group.owners.filter(this.#options.isWaiting);
      if (owners.length > 0) return { owners, backoff: group.backoff };
    }
    const owners: Owner[] = [];
    for (const owner of this.#arrived) {
      if (owners.length === this.#options.groupSize) break;
      this.#arrived.delete(owner);
      if (this.#options.isWaiting(owner)) owners.push(owner);
    }
    return owners.length === 0 ? undefined : { owners, backoff: this.#newBackoff() };
  }

  /** Puts a group back that could not be loaded, to be tried again after a delay. */
  retry(group: LoadGroup<Owner>, error: unknown): void {
    const reason = reasonOf(error);
    for (const part of this.#parts(group, error))
      this.#after(part.backoff.failed(reason), () => this.#again.push(part));
  }

  /** Forgets an owner that waits no longer. One that is in a group is left out when the group is taken. */
  remove(owner: Owner): void {
    this.#arrived.delete(owner);
  }

  clear(): void {
    for (const timer of this.#timers) this.#options.clearTimeout(timer);
    this.#timers.clear();
    this.#arrived.clear();
    this.#again.length = 0;
    this.#gathering = false;
  }

  /** Where some owner's rows are at fault, tenths of the group lead to that owner and let the others go on. */
  #parts(group: LoadGroup<Owner>, error: unknown): readonly LoadGroup<Owner>[] {
    const { owners } = group;
    if (owners.length === 1 || !isOfTheirRows(error)) return [group];
    const size = Math.ceil(owners.length / 10);
    const count = Math.ceil(owners.length / size);
    return Array.from({ length: count }, (_, part) => ({
      owners: owners.slice(part * size, (part + 1) * size),
      backoff: this.#newBackoff(),
    }));
  }

  #newBackoff(): Backoff {
    return this.#options.newBackoff(this.#options.log);
  }

  #gatherUntilReady(): void {
    this.#gathering = true;
    this.#after(Math.max(0, Math.ceil(this.#readyMs - this.#options.monotonicMs())), () => {
      this.#gathering = false;
      if (this.#arrived.size > 0 && !this.isReady) this.#gatherUntilReady();
    });
  }

  #after(delayMs: number, then: () => void): void {
    const timer = this.#options.setTimeout(() => {
      this.#timers.delete(timer);
      then();
      if (this.isReady) this.#options.nudge();
    }, delayMs);
    this.#timers.add(timer);
  }
}

/** Data that PostgreSQL can't compute with, or more than it reads in the time given. */
function isOfTheirRows(error: unknown): boolean {
  return isDataError(error) || errorCode(error) === QUERY_CANCELED;
}
