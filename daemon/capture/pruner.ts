import type { Log } from "../config/log.ts";
import type { Retention } from "./capture-options.ts";
import { reasonOf } from "../database/reason.ts";
import type { Queryable } from "../database/session.ts";
import type { Sessions } from "../database/session-pool.ts";

/** A slice takes some 20 ms and holds no lock that anyone waits for. */
const SLICE_ROWS = 5_000;
/** A backlog's progress is logged this often. */
const TELL_EVERY_ROWS = 100_000;

/**
 * Removes change rows that every living reader has passed and that are older than the retention, in slices, on a pooled session so that
 * reading never waits for it. `deltad.prune` decides which rows those are; the pruner only decides when: once the lease has passed rows
 * that were read, and again where another daemon that was pruning may not have seen them. Nothing to prune costs no statement.
 */
export class Pruner {
  readonly #sessions: Sessions<Queryable>;
  readonly #retention: Retention;
  readonly #log: Log;
  #running: Promise<void> | undefined;
  #stopped = false;
  /** Whether there may be rows that the latest pruning left. */
  #isOwed = false;

  constructor(sessions: Sessions<Queryable>, retention: Retention, log: Log) {
    this.#sessions = sessions;
    this.#retention = retention;
    this.#log = log;
  }

  /** Takes in a read: whether it found rows, and whether it moved the lease past the rows of earlier reads. */
  noteRead(found: boolean, leaseMoved: boolean): void {
    // Pruning that is under way may be past these rows already: it stays owed.
    if (leaseMoved && this.#isOwed && !this.#running) {
      this.#isOwed = false;
      this.prune();
    }
    this.#isOwed ||= found;
  }

  /** Starts pruning, unless it is under way. */
  prune(): void {
    if (this.#stopped) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when the slice at work is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    let rows = 0;
    let toldRows = 0;
    try {
      for (let slice = SLICE_ROWS; slice >= SLICE_ROWS && !this.#stopped; ) {
        const pruned = await this.#sessions.run((session) => this.#pruneSlice(session));
        // Another session is pruning; rows that it did not see are still there.
        if (pruned === undefined) this.#isOwed = true;
        slice = pruned ?? 0;
        rows += slice;
        if (rows - toldRows < TELL_EVERY_ROWS) continue;
        toldRows = rows;
        this.#log.info({ rows }, "removing change rows that nobody needs");
      }
      if (toldRows > 0) this.#log.info({ rows }, "removed the change rows that nobody needs");
    } catch (error) {
      // The rows wait for the next time; an operator sees why.
      if (!this.#stopped) this.#log.warn({ reason: reasonOf(error) }, "could not remove old change rows");
    }
  }

  /** How many rows were removed; undefined where another session is pruning. */
  async #pruneSlice(session: Queryable): Promise<number | undefined> {
    const { seconds, rows } = this.#retention;
    const [row] = await session.query<{ pruned: string | null }>(
      "select deltad.prune($1, make_interval(secs => $2), $3)::text as pruned",
      [SLICE_ROWS, seconds, rows],
    );
    return row?.pruned ? Number(row.pruned) : undefined;
  }
}
