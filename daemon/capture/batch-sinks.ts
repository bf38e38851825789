import type { Batch, BatchSink, Cut } from "./batch.ts";

/** Any number of sinks as one; a single sink as it is, at no cost. {@link BatchSink} holds for each of them. */
export function combinedSink(sinks: readonly BatchSink[]): BatchSink {
  const [only, ...others] = sinks;
  return only && others.length === 0 ? only : new BatchSinks(sinks);
}

/** Every sink is given the whole batch, which may hold grains of owners and of time zones that only another one named. */
class BatchSinks implements BatchSink {
  readonly #sinks: readonly BatchSink[];

  constructor(sinks: readonly BatchSink[]) {
    this.#sinks = sinks;
  }

  begin(epoch: string, incarnation: string): void {
    for (const sink of this.#sinks) sink.begin(epoch, incarnation);
  }

  zones(): readonly string[] {
    return [...new Set(this.#sinks.flatMap((sink) => sink.zones()))];
  }

  owners(): readonly string[] | undefined {
    const named = new Set<string>();
    for (const sink of this.#sinks) {
      const owners = sink.owners();
      if (owners === undefined) return undefined;
      for (const owner of owners) named.add(owner);
    }
    return [...named];
  }

  named(): readonly string[] {
    return [...new Set(this.#sinks.flatMap((sink) => sink.named()))];
  }

  unreadable(owners: readonly string[], error: unknown): void {
    for (const sink of this.#sinks) sink.unreadable(owners, error);
  }

  wantsCut(): boolean {
    return this.#sinks.some((sink) => sink.wantsCut());
  }

  needsCut(batch: Batch): boolean {
    return this.#sinks.some((sink) => sink.needsCut(batch));
  }

  apply(batch: Batch): Promise<void> {
    return this.#all((sink) => sink.apply(batch));
  }

  applyCut(batch: Batch, cut: Cut): Promise<void> {
    return this.#all((sink) => sink.applyCut(batch, cut));
  }

  lost(reason: string, since?: number): void {
    for (const sink of this.#sinks) sink.lost(reason, since);
  }

  /** Rejects as the first that did, but not before the others are over: no sink hears of a loss while it takes a batch. */
  async #all(work: (sink: BatchSink) => Promise<void>): Promise<void> {
    const outcomes = await Promise.allSettled(this.#sinks.map(async (sink) => work(sink)));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }
}
