/** How large batches are, and how long they take: what operators see of the way from the change tables to the topics. */
import type { Batch } from "../capture/batch.ts";
import type { KindSinks } from "../capture/batch-sinks.ts";

/** One batch that brought something. */
export interface WatchedBatch {
  /** When it had been taken, in milliseconds since 1970. */
  readonly atMs: number;
  /** From asking the database until its answer was parsed. */
  readonly readMs: number;
  /** From then until what it changes was published. */
  readonly applyMs: number;
  /** Groups of rows that PostgreSQL has summed, events, and changed rows of channels. */
  readonly changes: number;
  /** Bulk statements and TRUNCATEs, by owner. */
  readonly resets: number;
}

export interface BatchWatchOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly monotonicMs: () => number;
}

export class BatchWatch {
  readonly #options: BatchWatchOptions;
  #batches = 0;
  #changes = 0;
  #last: WatchedBatch | undefined;

  constructor(options: BatchWatchOptions) {
    this.#options = options;
  }

  /** Since the start: batches that brought something, and what they brought. */
  get counts(): { readonly batches: number; readonly changes: number } {
    return { batches: this.#batches, changes: this.#changes };
  }

  /** The last one that brought something. */
  get last(): WatchedBatch | undefined {
    return this.#last;
  }

  /** The same sinks; batches are looked at when they have been taken. */
  watching(sink: KindSinks): KindSinks {
    return {
      ...sink,
      apply: (batches) => this.#during(batches, () => sink.apply(batches)),
      applyCut: (batches, cut) => this.#during(batches, () => sink.applyCut(batches, cut)),
    };
  }

  async #during(batches: readonly Batch[], apply: () => Promise<void>): Promise<void> {
    const { now, monotonicMs } = this.#options;
    const beganMs = monotonicMs();
    await apply();
    let [changes, resets] = [0, 0];
    for (const batch of batches) {
      changes += batch.grains.length + batch.events.length + (batch.channels?.rows.length ?? 0);
      resets += batch.resets.length;
    }
    if (changes + resets === 0) return;
    this.#batches += 1;
    this.#changes += changes;
    const readMs = batches[0]?.tookMs ?? 0;
    this.#last = { atMs: now(), readMs, applyMs: monotonicMs() - beganMs, changes, resets };
  }
}
