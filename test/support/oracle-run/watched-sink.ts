import type { Batch, Cut } from "../../../daemon/capture/batch.ts";
import type { KindSinks } from "../../../daemon/capture/batch-sinks.ts";
import type { Changes } from "../changes.ts";

/** The database's clock in a test. */
export interface TestTime {
  /** Microseconds since 1970. */
  readonly micros: number;
  /** Passes with it. */
  readonly monotonicMs: () => number;
}

/** Stands between the reader and the owners: tells the test's time as the database's, and knows which snapshots a document may be of. */
export class WatchedSink implements KindSinks {
  readonly epochs: string[] = [];
  readonly losses: string[] = [];
  /** Called with each batch, as the kind `owner` gets it, before anybody does; a test may hold it up there. */
  beforeBatch: (batch: Batch, cut: Cut | undefined) => Promise<void> = async () => undefined;
  /** Called after the owners took a batch. */
  afterBatch: () => void = () => undefined;
  readonly #sink: KindSinks;
  readonly #time: TestTime;
  readonly #changes: Changes;
  #latest: string | undefined;
  #latestClock = 0;
  #underWay: string | undefined;

  constructor(sink: KindSinks, time: TestTime, changes: Changes) {
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

  get kinds(): KindSinks["kinds"] {
    return this.#sink.kinds;
  }

  owners(): ReturnType<KindSinks["owners"]> {
    return this.#sink.owners();
  }

  wantsCut(): boolean {
    return this.#sink.wantsCut();
  }

  needsCut(batches: readonly Batch[]): boolean {
    return this.#sink.needsCut(batches);
  }

  apply(batches: readonly Batch[]): Promise<void> {
    return this.#take(batches, undefined, (timed) => this.#sink.apply(timed));
  }

  applyCut(batches: readonly Batch[], cut: Cut): Promise<void> {
    return this.#take(batches, cut, (timed) => this.#sink.applyCut(timed, cut));
  }

  lost(reason: string, since?: number): void {
    this.losses.push(reason);
    this.#sink.lost(reason, since);
    this.#changes.happened();
  }

  async #take(
    batches: readonly Batch[],
    cut: Cut | undefined,
    give: (timed: readonly Batch[]) => Promise<void>,
  ): Promise<void> {
    const [batch] = batches;
    if (batch === undefined) throw new RangeError("a batch has a part for each kind of topics");
    await this.beforeBatch(batch, cut);
    const clock = this.#time.micros;
    this.#underWay = batch.snapshot;
    try {
      await give(batches.map((part) => ({ ...part, clock })));
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
