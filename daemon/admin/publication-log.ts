/** In which version of its topic a transaction was published: of the last publications of all topics in this epoch, a bounded number. */
import { parseSnapshot, sees } from "../stream/snapshot.ts";

/** A publication that brings a version; others are none of this. */
interface Versioned {
  readonly kind: string;
  readonly epoch: string;
  readonly version: number;
  readonly snapshot: string;
}

export interface Publication {
  readonly epoch: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** An earlier one may have brought it already, of which nothing is known any more. */
  readonly mayBeEarlier: boolean;
}

interface Logged extends Omit<Publication, "mayBeEarlier"> {
  readonly topic: string;
  /** As PostgreSQL prints it; one for all of a batch. */
  readonly snapshot: string;
}

/** Some 100 bytes each. */
const MOST_PUBLICATIONS = 2_000;

export class PublicationLog {
  readonly #now: () => number;
  #epoch: string | undefined;
  #logged: Logged[] = [];
  #next = 0;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  take(topic: string, update: object): void {
    if (!isVersioned(update)) return;
    const { epoch, version, snapshot } = update;
    // Versions of two epochs say nothing about each other.
    if (epoch !== this.#epoch) [this.#epoch, this.#logged, this.#next] = [epoch, [], 0];
    this.#logged[this.#next] = { topic, epoch, version, snapshot, atMs: this.#now() };
    this.#next = (this.#next + 1) % MOST_PUBLICATIONS;
  }

  /** The first publication of the topic whose snapshot sees the transaction; undefined where there was none since. */
  find(topic: string, transaction: bigint): Publication | undefined {
    let hasBefore = false;
    for (const one of [...this.#logged.slice(this.#next), ...this.#logged.slice(0, this.#next)]) {
      if (one.topic !== topic) continue;
      if (sees(parseSnapshot(one.snapshot), transaction))
        return { epoch: one.epoch, version: one.version, atMs: one.atMs, mayBeEarlier: !hasBefore };
      hasBefore = true;
    }
    return undefined;
  }
}

/** Where a topic stands by now (`position`) is the same version. */
function isVersioned(update: object): update is Versioned {
  return "version" in update && "snapshot" in update && "kind" in update && update.kind !== "position";
}
