import type { Batch, BatchSink, Cut } from "../../daemon/capture/batch.ts";

/** A sink that keeps what it is given, refuses overlapping calls, and lets tests wait for what they expect. */
export class RecordingSink implements BatchSink {
  readonly epochs: string[] = [];
  readonly losses: string[] = [];
  /** Losses told while a batch was being taken. */
  overlaps = 0;
  readonly batches: Batch[] = [];
  readonly cuts: Batch[] = [];
  /** By grain key, over all batches of all epochs. */
  readonly sums = new Map<string, bigint>();
  cutWanted = false;
  onCut: (cut: Cut) => Promise<void> = async () => undefined;
  onApply: (batch: Batch) => Promise<void> = async () => undefined;
  #busy = false;
  readonly #watchers = new Set<() => void>();

  begin(epoch: string): void {
    this.epochs.push(epoch);
    this.#changed();
  }

  zones(): readonly string[] {
    return ["UTC"];
  }

  owners(): undefined {
    return undefined;
  }

  named(): readonly string[] {
    return [];
  }

  unreadable(): void {
    throw new Error("no row of these tests' makes a reading fail");
  }

  wantsCut(): boolean {
    return this.cutWanted;
  }

  needsCut(batch: Batch): boolean {
    return batch.resets.length > 0 || batch.dimensions.length > 0;
  }

  async apply(batch: Batch): Promise<void> {
    this.#take(batch);
    await this.#while(this.onApply(batch));
  }

  async applyCut(batch: Batch, cut: Cut): Promise<void> {
    this.#take(batch);
    this.cutWanted = false;
    this.cuts.push(batch);
    await this.#while(this.onCut(cut));
  }

  lost(reason: string): void {
    if (this.#busy) this.overlaps += 1;
    this.losses.push(reason);
    this.#changed();
  }

  /** Resolves when `condition` holds, looked at after each call; rejects after 20 s, which no sound run comes near. */
  async until(condition: () => boolean, what: string): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(look);
        reject(new Error(`waited 20 s in vain for: ${what}; losses: ${this.losses.join(" | ")}`));
      }, 20_000);
      this.#watchers.add(look);
    });
  }

  async #while(work: Promise<void>): Promise<void> {
    this.#busy = true;
    this.#changed();
    try {
      await work;
    } finally {
      this.#busy = false;
    }
    this.#changed();
  }

  #take(batch: Batch): void {
    if (this.#busy) throw new Error("calls to the sink overlap");
    if (batch.epoch !== this.epochs.at(-1)) throw new Error("a batch of another epoch");
    this.batches.push(batch);
    for (const grain of batch.grains) {
      const key = grain.key ?? "";
      this.sums.set(key, (this.sums.get(key) ?? 0n) + (grain.values[0] ?? 0n));
    }
  }

  #changed(): void {
    for (const look of this.#watchers) look();
  }
}
