import { unreachable } from "../config/unreachable.ts";
import type { Clock } from "../metrics/clock.ts";
import type { OwnerDriver } from "./owner-driver.ts";
import type { WatchedOwner } from "./watched-owner.ts";

export interface LocatedOwnersOptions {
  readonly driver: Pick<OwnerDriver, "advance">;
  readonly clock: Pick<Clock, "now">;
  /** Has the reader read soon. */
  readonly nudge: () => void;
}

/**
 * Owners of which somebody asked where they stand. The snapshot that an owner's last publication names may be hours old, though its document
 * has held ever since: nobody can ask SQL about that snapshot any more. So the reader reads once more, and what is then published names
 * the snapshot of that batch. An owner that is being loaded says it after its load; one that is stale says nothing.
 */
export class LocatedOwners {
  readonly #with: LocatedOwnersOptions;
  readonly #asked = new Set<WatchedOwner>();

  constructor(options: LocatedOwnersOptions) {
    this.#with = options;
  }

  ask(owner: WatchedOwner): void {
    this.#asked.add(owner);
    this.#with.nudge();
  }

  /** A load has ended: its owners can say where they stand with the next batch. */
  loadEnded(): void {
    if (this.#asked.size > 0) this.#with.nudge();
  }

  /** To be called when a batch has been taken in whole. */
  batchEnded(): void {
    for (const owner of this.#asked) if (this.#isSettled(owner)) this.#asked.delete(owner);
  }

  delete(owner: WatchedOwner): void {
    this.#asked.delete(owner);
  }

  clear(): void {
    this.#asked.clear();
  }

  #isSettled(owner: WatchedOwner): boolean {
    const { driver, clock } = this.#with;
    const { phase, publisher } = owner;
    switch (phase.kind) {
      case "waiting":
      case "loading":
        return false;
      case "live":
        driver.advance(owner);
        if (publisher.isStale) return true;
        publisher.position(phase.numbers.t);
        return true;
      case "noRow":
        publisher.position(clock.now());
        return true;
      case "badZone":
      case "unreadable":
      case "offline":
      case "gone":
        return true;
      default:
        return unreachable(phase);
    }
  }
}
