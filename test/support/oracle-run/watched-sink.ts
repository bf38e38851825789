import type { Batch, BatchSink, Cut } from "../../../daemon/capture/batch.ts";
import type { Changes } from "../changes.ts";

/** The database's clock in a test. */
export interface TestTime {
  /** Microseconds since 1970. */
  readonly micros: number;
  /** Passes with it. */
  readonly monotonicMs: () => number;
}

/** Stands between the reader and the owners: tells the test's time as the database's, and knows which snapshots a document may be of. */
export class WatchedSink implements BatchSink {
  readonly epochs: string[] = [];
  readonly losses: string[] = [];
  /** Called with each batch before the owners get it; a test may hold it up there. */
  beforeBatch: (batch: Batch, cut: Cut | undefined) => Promise<void> = async () => undefined;
  /** Called after the owners took a batch. */
  afterBatch: () => void = () => undefined;
  readonly #sink: BatchSink;
  readonly #time: TestTime;
  readonly #changes: Changes;
  #latest: string | undefined;
  #latestClock = 0;
  #underWay: string | undefined;

  constructor(sink: BatchSink, time: TestTime, changes: Changes) {
    this.#sink = sink;
    this.#time = time;
    this.#changes = changes;
  }

  /** Snapshots of which a document that is published now may be: that of the last batch, or of the one that is being taken. */
  get snapshots(): readonly string[] {
    return [this.#underWay, this.#latest].filter((snapshot) => snapshot !== undefined);
  }

  /** Whether the owners have taken a batch that sees this transaction, and know an instant at or after `micros`. */
  hasPassed(xid: bigint, micros: number): boolean {
    return this.#latest !== undefined && this.#latestClock >= micros && sees(this.#latest, xid);
  }

  begin(epoch: string, incarnation: string): void {
    this.epochs.push(epoch);
    this.#latest = undefined;
    this.#sink.begin(epoch, incarnation);
    this.#changes.happened();
  }

  zones(): readonly string[] {
    return this.#sink.zones();
  }

  owners(): readonly string[] | undefined {
    return this.#sink.owners();
  }

  named(): readonly string[] {
    return this.#sink.named();
  }

  unreadable(owners: readonly string[], error: unknown): void {
    this.#sink.unreadable(owners, error);
  }

  wantsCut(): boolean {
    return this.#sink.wantsCut();
  }

  needsCut(batch: Batch): boolean {
    return this.#sink.needsCut(batch);
  }

  apply(batch: Batch): Promise<void> {
    return this.#take(batch, undefined, (timed) => this.#sink.apply(timed));
  }

  applyCut(batch: Batch, cut: Cut): Promise<void> {
    return this.#take(batch, cut, (timed) => this.#sink.applyCut(timed, cut));
  }

  lost(reason: string, since?: number): void {
    this.losses.push(reason);
    this.#sink.lost(reason, since);
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
