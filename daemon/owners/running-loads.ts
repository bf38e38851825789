import type { Cut } from "../capture/batch.ts";
import type { Load, LoadResult, Loader } from "./loader.ts";
import type { LoadGroup, LoadQueue } from "./load-queue.ts";
import type { LoadingPhase, WatchedOwner } from "./watched-owner.ts";
import type { Zones } from "./zones.ts";

/** An owner whose load is under way. Superseded once the owner has left the phase. */
export interface LoadingOwner {
  readonly owner: WatchedOwner;
  readonly phase: LoadingPhase;
}

export interface RunningLoadsOptions {
  readonly loader: Loader;
  readonly queue: LoadQueue;
  /** How many loads run at once: as many as there are sessions for them, so that a cut never waits for one. */
  readonly atOnce: number;
  /** Takes a load in, made for the instant `t`. What it rejects with makes the load fail. */
  readonly complete: (
    group: readonly LoadingOwner[],
    loaded: ReadonlyMap<string, LoadResult>,
    t: number,
  ) => Promise<void>;
  /** Told of the owners that are not loaded and wait again. */
  readonly failed: (owners: readonly WatchedOwner[], error: unknown) => void;
  readonly nudge: () => void;
}

/** What began at a cut. */
export interface StartedLoads {
  /** They get nothing else from the batch of that cut: the load's snapshot has seen it. */
  readonly owners: ReadonlySet<WatchedOwner>;
  /** Resolves once all have imported the cut's snapshot, or failed. */
  readonly imported: Promise<void>;
}

/** Starts the loads of owners that wait, and has those that fail wait again. */
export class RunningLoads {
  readonly #options: RunningLoadsOptions;
  #running = 0;

  constructor(options: RunningLoadsOptions) {
    this.#options = options;
  }

  get hasRoom(): boolean {
    return this.#running < this.#options.atOnce;
  }

  start(cut: Cut, t: number, zones: Zones): StartedLoads {
    const owners = new Set<WatchedOwner>();
    const imports: Promise<void>[] = [];
    while (this.hasRoom) {
      const group = this.#options.queue.take();
      if (group === undefined) break;
      for (const owner of group.owners) owners.add(owner);
      const ids = group.owners.map(({ id }) => id);
      const load = this.#options.loader.load({ snapshotId: cut.snapshotId, owners: ids, t, zones });
      imports.push(load.imported);
      void this.#run(group, load, t);
    }
    return { owners, imported: Promise.all(imports).then(() => undefined) };
  }

  async #run(group: LoadGroup, load: Load, t: number): Promise<void> {
    this.#running += 1;
    const loading = group.owners.map((owner) => {
      const phase: LoadingPhase = { kind: "loading", since: [], isIncomplete: false };
      owner.phase = phase;
      return { owner, phase };
    });
    try {
      await this.#options.complete(loading, await load.owners, t);
    } catch (error) {
      this.#fail(loading, group, error);
    } finally {
      this.#running -= 1;
      if (this.#options.queue.isReady) this.#options.nudge();
    }
  }

  #fail(loading: readonly LoadingOwner[], group: LoadGroup, error: unknown): void {
    const owners = loading.filter(({ owner, phase }) => owner.phase === phase).map(({ owner }) => owner);
    if (owners.length === 0) return;
    for (const owner of owners) owner.phase = { kind: "waiting" };
    this.#options.failed(owners, error);
    this.#options.queue.retry({ owners, backoff: group.backoff }, error);
  }
}
