import pg from "pg";
import type { Batch, Cut } from "../../daemon/capture/batch.ts";
import { RecordingSink } from "./recording-sink.ts";

/** A sink as `Owners` is one: each epoch loads the whole ledger at a cut, then folds what comes after. `state` is by row id. */
export class LoadingSink extends RecordingSink {
  readonly state = new Map<string, bigint>();
  #loaded = false;

  /** `url`: of a session that loads import the cut on. */
  constructor(url: string) {
    super();
    this.onCut = (cut) => this.#load(url, cut);
  }

  override begin(epoch: string): void {
    this.#loaded = false;
    this.cutWanted = true;
    super.begin(epoch);
  }

  override async apply(batch: Batch): Promise<void> {
    if (this.#loaded) this.#fold(batch);
    await super.apply(batch);
  }

  override lost(reason: string): void {
    this.#loaded = false;
    super.lost(reason);
  }

  get isLoaded(): boolean {
    return this.#loaded;
  }

  #fold(batch: Batch): void {
    for (const { key = "", values } of batch.grains) {
      const sum = (this.state.get(key) ?? 0n) + (values[0] ?? 0n);
      if (sum === 0n) this.state.delete(key);
      else this.state.set(key, sum);
    }
  }

  async #load(url: string, cut: Cut): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(`begin isolation level repeatable read; set transaction snapshot '${cut.snapshotId}'`);
      const { rows } = await client.query<{ id: string }>("select id::text from ledger");
      this.state.clear();
      for (const { id } of rows) this.state.set(id, 1n);
      this.#loaded = true;
    } finally {
      await client.end();
    }
  }
}
