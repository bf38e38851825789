import type { Log } from "../config/log.ts";
import type { Timers } from "../config/timers.ts";
import { Backoff } from "../database/backoff.ts";
import type { WatchedOwner } from "./watched-owner.ts";

export interface UnreadableOwnersOptions extends Timers {
  readonly log: Log;
  readonly monotonicMs: () => number;
  /** Has the owner loaded again. */
  readonly retry: (owner: WatchedOwner) => unknown;
}

/** An owner that could be read for so long is tried again as soon as one that always could. */
const SOUND_AFTER_MS = 60_000;
/** How long owners that nobody watches are left out of readings, after the rows of one of them made a reading fail. */
const UNKNOWN_MS = 60_000;

interface Tries {
  readonly backoff: Backoff;
  lastMs: number;
}

/** Owners at whose rows PostgreSQL fails: each is tried again by itself, less and less often, as nobody tells when its rows are mended. */
export class UnreadableOwners {
  readonly #options: UnreadableOwnersOptions;
  readonly #timers = new Map<WatchedOwner, unknown>();
  readonly #tries = new WeakMap<WatchedOwner, Tries>();

  #unknownUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: UnreadableOwnersOptions) {
    this.#options = options;
  }

  /** Whether batches must be read of the others by name. */
  get mustNameOthers(): boolean {
    return this.#timers.size > 0 || this.#options.monotonicMs() < this.#unknownUntilMs;
  }

  others(owners: ReadonlyMap<string, WatchedOwner>): readonly string[] {
    if (this.#timers.size === 0) return [...owners.keys()];
    return [...owners].flatMap(([id, owner]) => (this.#timers.has(owner) ? [] : [id]));
  }

  /** One that nobody watches. */
  addUnknown(): void {
    this.#unknownUntilMs = this.#options.monotonicMs() + UNKNOWN_MS;
  }

  /** @param reason without anything of the row */
  add(owner: WatchedOwner, reason: string): void {
    const { log, monotonicMs, setTimeout, retry } = this.#options;
    const nowMs = monotonicMs();
    const tries = this.#tries.get(owner) ?? {
      backoff: new Backoff(log, `reading the rows of owner ${owner.id}`),
      lastMs: nowMs,
    };
    this.#tries.set(owner, tries);
    if (nowMs - tries.lastMs > SOUND_AFTER_MS) tries.backoff.succeeded();
    tries.lastMs = nowMs;
    const timer = setTimeout(() => retry(owner), tries.backoff.failed(reason));
    this.#timers.set(owner, timer);
  }

  delete(owner: WatchedOwner): void {
    this.#options.clearTimeout(this.#timers.get(owner));
    this.#timers.delete(owner);
  }
}
