import { describeDataError, isDataError } from "../database/data-error.ts";
import { depthAfter } from "../plan/deepened.ts";
import type { Cut } from "../capture/batch.ts";
import type { Load, Loader, LoadResult } from "./loader.ts";
import type { LoadGroup, LoadQueue } from "./load-queue.ts";
import type { OwnerDriver } from "./owner-driver.ts";
import type { LoadingPhase } from "./owner-phase.ts";
import type { WatchedOwner } from "./watched-owner.ts";
import type { Zones } from "./zones.ts";

/** An owner as a load found it. The load is for nothing once the owner has left the phase. */
export interface LoadingOwner {
  readonly owner: WatchedOwner;
  readonly phase: LoadingPhase;
}

export interface RunningLoadsOptions {
  readonly loader: Loader;
  readonly queue: Pick<LoadQueue<WatchedOwner>, "isReady" | "hasRoom" | "take" | "ended" | "retry">;
  readonly driver: OwnerDriver;
  /** Takes the results of a load that was made for the instant `t`. If it rejects, the load has failed. */
  readonly finish: (
    group: readonly LoadingOwner[],
    results: ReadonlyMap<string, LoadResult>,
    t: number,
  ) => Promise<void>;
  /** Called when a load fails that some owner still waits for. */
  readonly failed: (error: unknown) => void;
  readonly nudge: () => void;
}

/** The loads that began at a cut. */
export interface StartedLoads {
  /** They get nothing else from the batch of that cut: the load's snapshot has seen it. */
  readonly owners: ReadonlySet<WatchedOwner>;
  /** Resolves once all have imported the cut's snapshot, or failed. */
  readonly imported: Promise<void>;
}

/** Loads owners from the queue, and puts those back whose load failed. */
export class RunningLoads {
  readonly #options: RunningLoadsOptions;

  constructor(options: RunningLoadsOptions) {
    this.#options = options;
  }

  start(cut: Cut, t: number, zones: Zones): StartedLoads {
    const owners = new Set<WatchedOwner>();
    const imports: Promise<void>[] = [];
    while (this.#options.queue.hasRoom) {
      const group = this.#options.queue.take();
      if (group === undefined) break;
      for (const owner of group.owners) owners.add(owner);
      const ids = group.owners.map(({ id }) => id);
      const load = this.#options.loader.load({
        snapshotId: cut.snapshotId,
        owners: ids,
        depth: Math.max(
          ...group.owners.map(({ phase }) => (phase.kind === "waiting" ? depthAfter(phase.dryLoads) : 1)),
        ),
        t,
        zones,
      });
      imports.push(load.imported);
      void this.#run(group, load, t);
    }
    return { owners, imported: Promise.all(imports).then(() => undefined) };
  }

  async #run(group: LoadGroup<WatchedOwner>, load: Load, t: number): Promise<void> {
    const loading = group.owners.flatMap((owner) => this.#begin(owner));
    try {
      await this.#options.finish(loading, await load.owners, t);
    } catch (error) {
      this.#fail(loading, group, error);
    } finally {
      this.#options.queue.ended(group);
      if (this.#options.queue.isReady) this.#options.nudge();
    }
  }

  #begin(owner: WatchedOwner): readonly LoadingOwner[] {
    this.#options.driver.dispatch(owner, { type: "loadStarted" });
    const { phase } = owner;
    return phase.kind === "loading" ? [{ owner, phase }] : [];
  }

  #fail(loading: readonly LoadingOwner[], group: LoadGroup<WatchedOwner>, error: unknown): void {
    const [only] = loading;
    const isOfARow = isDataError(error);
    if (only !== undefined && group.owners.length === 1 && isOfARow) {
      const reason = describeDataError(error);
      this.#options.driver.dispatch(only.owner, { type: "unreadable", reason, of: only.phase });
      return;
    }
    const { driver, failed, queue } = this.#options;
    const owners = loading
      .filter(({ owner, phase }) => driver.dispatch(owner, { type: "loadFailed", of: phase, isInnocent: isOfARow }))
      .map(({ owner }) => owner);
    if (owners.length === 0) return;
    failed(error);
    queue.retry({ ...group, owners }, error);
  }
}
