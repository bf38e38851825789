/**
 * The owners that wait to be loaded, in the groups that one statement loads. Each load takes a cut, for which the reader reads once more, and
 * a session; so owners that come one after another are loaded together. A statement fails as a whole: where some owner's rows are at fault,
 * the group is tried again in tenths, so that one owner's data keeps no other owner from being loaded. Those that may take
 * long again leave one of the loads that run at once to others: however many they are, they keep nobody else out. Channels wait the same way.
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

const CONFIGURATION_LIMIT_EXCEEDED = "53400";

/** Those that are loaded by one statement. A group that failed is tried again as it is, or in parts. */
export interface LoadGroup<Owner> {
  readonly owners: readonly Owner[];
  readonly backoff: Backoff;
  /** How often it has failed. */
  readonly failures: number;
  /** It, or the group that it is a part of, failed otherwise than at a row: it may have taken all the time that it was given. */
  readonly maybeSlow: boolean;
}

export interface LoadQueueOptions<Owner> extends Timers {
  /** One that says what is tried. */
  readonly newBackoff: (log: Log) => Backoff;
  /** One statement loads at most this many. */
  readonly groupSize: number;
  /** How many loads run at once: as many as there are sessions for them, so that a cut never waits for one. */
  readonly atOnce: number;
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
  readonly #loading = new Set<LoadGroup<Owner>>();
  #tookAgain = false;
  readonly #timers = new Set<unknown>();
  #firstMs = 0;
  #readyMs = 0;
  #gathering = false;

  constructor(options: LoadQueueOptions<Owner>) {
    this.#options = options;
  }

  /** One load more may run. */
  get hasRoom(): boolean {
    return this.#loading.size < this.#options.atOnce;
  }

  /** True when a group may be taken, once there is room. */
  get isReady(): boolean {
    return this.#isAgainReady || this.#isArrivedReady;
  }

  get #isArrivedReady(): boolean {
    return this.#arrived.size > 0 && this.#options.monotonicMs() >= this.#readyMs;
  }

  get #isAgainReady(): boolean {
    // Where there is but one load, they take turns with those that have arrived.
    if (this.#options.atOnce === 1 && this.#tookAgain && this.#isArrivedReady) return false;
    return this.#again.some((group) => this.#mayTake(group));
  }

  #mayTake({ maybeSlow }: LoadGroup<Owner>): boolean {
    const slow = [...this.#loading].filter((group) => group.maybeSlow).length;
    return !maybeSlow || slow < Math.max(1, this.#options.atOnce - 1);
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
    const group = this.#group([owner]);
    if (tries > 0) {
      this.#after(backoffMs(tries), () => this.#again.push(group));
      return;
    }
    const wasReady = this.isReady;
    this.#again.push(group);
    if (!wasReady) this.#options.nudge();
  }

  /** The next group, of which {@link ended} must be told; undefined if none is ready. Owners that have left meanwhile are not in it. */
  take(): LoadGroup<Owner> | undefined {
    const again = this.#takeAgain();
    this.#tookAgain = again !== undefined;
    const group = again ?? (this.#isArrivedReady ? this.#takeArrived() : undefined);
    if (group !== undefined) this.#loading.add(group);
    return group;
  }

  /** The load of a group has ended, whatever came of it. */
  ended(group: LoadGroup<Owner>): void {
    this.#loading.delete(group);
  }

  /** Those that have failed least come first: one that always fails is not in their way. */
  #takeAgain(): LoadGroup<Owner> | undefined {
    while (this.#isAgainReady) {
      const [group] = this.#again.filter((one) => this.#mayTake(one)).toSorted((a, b) => a.failures - b.failures);
      if (group === undefined) break;
      this.#again.splice(this.#again.indexOf(group), 1);
      const owners = group.owners.filter(this.#options.isWaiting);
      if (owners.length > 0) return { ...group, owners };
    }
    return undefined;
  }

  #takeArrived(): LoadGroup<Owner> | undefined {
    const owners: Owner[] = [];
    for (const owner of this.#arrived) {
      if (owners.length === this.#options.groupSize) break;
      this.#arrived.delete(owner);
      if (this.#options.isWaiting(owner)) owners.push(owner);
    }
    return owners.length === 0 ? undefined : this.#group(owners);
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
    const maybeSlow = group.maybeSlow || !isDataError(error);
    if (owners.length === 1 || !isOfTheirRows(error)) return [{ ...group, failures: group.failures + 1, maybeSlow }];
    const size = Math.ceil(owners.length / 10);
    const count = Math.ceil(owners.length / size);
    return Array.from({ length: count }, (_, part) =>
      this.#group(owners.slice(part * size, (part + 1) * size), maybeSlow),
    );
  }

  /** One that has not failed yet. */
  #group(owners: readonly Owner[], maybeSlow = false): LoadGroup<Owner> {
    const { log, newBackoff } = this.#options;
    return { owners, backoff: newBackoff(log), failures: 0, maybeSlow };
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

/** Data that PostgreSQL can't compute with, or more than it reads in the time given, or in temporary files (`temp_file_limit`). */
function isOfTheirRows(error: unknown): boolean {
  const code = errorCode(error);
  return isDataError(error) || code === QUERY_CANCELED || code === CONFIGURATION_LIMIT_EXCEEDED;
}
