import type { Batch, BatchSink, Cut } from "../../../daemon/capture/batch.ts";
import type { Changes } from "../changes.ts";

/** The database's clock in a test. */
export interface TestTime {
  /** Microseconds since 1970. */
  readonly micros: number;
  /** Passes with it. */
  readonly monotonicMs: () => number;
}

/** Stands between reader and engine: tells the test's time as the database's, and knows which snapshots a document may be of. */
export class WatchedSink implements BatchSink {
  readonly epochs: string[] = [];
  readonly losses: string[] = [];
  /** Called with each batch before the engine gets it; a test may hold it up there. */
  beforeBatch: (batch: Batch, cut: Cut | undefined) => Promise<void> = async () => undefined;
  /** Called after the engine took a batch. */
  afterBatch: () => void = () => undefined;
  readonly #engine: BatchSink;
  readonly #time: TestTime;
  readonly #changes: Changes;
  #latest: string | undefined;
  #latestClock = 0;
  #underWay: string | undefined;

  constructor(engine: BatchSink, time: TestTime, changes: Changes) {
    this.#engine = engine;
    this.#time = time;
    this.#changes = changes;
  }

  /** Snapshots at which an engine that publishes now may hold an owner: that of the last batch, or of the one that it is taking. */
  get snapshots(): readonly string[] {
    return [this.#underWay, this.#latest].filter((snapshot) => snapshot !== undefined);
  }

  /** Whether the engine has taken a batch that sees this transaction, and knows an instant at or after `micros`. */
  hasPassed(xid: bigint, micros: number): boolean {
    return this.#latest !== undefined && this.#latestClock >= micros && sees(this.#latest, xid);
  }

  begin(epoch: string, incarnation: string): void {
    this.epochs.push(epoch);
    this.#latest = undefined;
    this.#engine.begin(epoch, incarnation);
    this.#changes.happened();
  }

  zones(): readonly string[] {
    return this.#engine.zones();
  }

  owners(): readonly string[] | undefined {
    return this.#engine.owners();
  }

  wantsCut(): boolean {
    return this.#engine.wantsCut();
  }

  needsCut(batch: Batch): boolean {
    return this.#engine.needsCut(batch);
  }

  apply(batch: Batch): Promise<void> {
    return this.#take(batch, undefined, (timed) => this.#engine.apply(timed));
  }

  applyCut(batch: Batch, cut: Cut): Promise<void> {
    return this.#take(batch, cut, (timed) => this.#engine.applyCut(timed, cut));
  }

  lost(reason: string): void {
    this.losses.push(reason);
    this.#engine.lost(reason);
    this.#changes.happened();
  }

  async #take(batch: Batch, cut: Cut | undefined, give: (timed: Batch) => Promise<void>): Promise<void> {
    await this.beforeBatch(batch, cut);
    const clock = this.#time.micros;
    this.#underWay = batch.snapshot;
    try {
      await give({ ...batch, clock });
      this.#latest = batch.snapshot;
      this.#latestClock = clock;
    } finally {
      this.#underWay = undefined;
    }
    this.afterBatch();
    this.#changes.happened();
  }
}

/** `pg_visible_in_snapshot`, of a transaction that has committed. */
function sees(snapshot: string, xid: bigint): boolean {
  const [, xmax = "0", running = ""] = snapshot.split(":");
  return xid < BigInt(xmax) && !running.split(",").includes(String(xid));
}
