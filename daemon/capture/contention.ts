import type { Log } from "../config/log.ts";
import { Backoff } from "../database/backoff.ts";
import { isDataError } from "../database/data-error.ts";
import { errorCode, reasonOf } from "../database/reason.ts";

/** Lock timeout, serialization failure, deadlock: the same read may succeed a moment later. */
const CONTENTION = new Set(["55P03", "40001", "40P01"]);
/** Clients must hear `stale` within 15 s of numbers that can't be kept up. */
const AT_MOST_MS = 10_000;

/** PostgreSQL would not do it just now, or a row's data made it fail; nothing was done. */
export interface Refusal {
  readonly error: unknown;
}

/** Gives the work's value, or the refusal where there was one; rejects with any other error. */
export async function refusable<T>(work: Promise<T>): Promise<{ readonly value: T } | Refusal> {
  try {
    return { value: await work };
  } catch (error) {
    if (CONTENTION.has(errorCode(error) ?? "") || isDataError(error)) return { error };
    throw error;
  }
}

/**
 * Reads that PostgreSQL refused for the moment. A batch that can't be had is tried again from the same cursor, up to 10 s. A cut
 * that is only wanted for loads waits by itself: other owners' batches go on meanwhile.
 */
export class Contention {
  readonly #batch: Backoff;
  readonly #loads: Backoff;
  #sinceMs: number | undefined;
  #noLoadsUntilMs = 0;

  constructor(log: Log) {
    this.#batch = new Backoff(log, "reading a batch");
    this.#loads = new Backoff(log, "locking the watched tables for loads");
  }

  /** Whether the latest try to read the batch was refused. */
  get isRefused(): boolean {
    return this.#sinceMs !== undefined;
  }

  msUntilLoads(nowMs: number): number {
    return Math.max(0, this.#noLoadsUntilMs - nowMs);
  }

  /** How long to wait, in milliseconds, before the batch is read again. Throws `error` when it has been refused for too long. */
  batchRefused(error: unknown, nowMs: number): number {
    this.#sinceMs ??= nowMs;
    if (nowMs - this.#sinceMs > AT_MOST_MS) throw error;
    return this.#batch.failed(reasonOf(error));
  }

  batchRead(): void {
    this.#sinceMs = undefined;
    this.#batch.succeeded();
  }

  loadsRefused(error: unknown, nowMs: number): void {
    this.#noLoadsUntilMs = nowMs + this.#loads.failed(reasonOf(error));
  }

  loadsBegun(): void {
    this.#loads.succeeded();
  }
}
