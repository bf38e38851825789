import type { Batch, BatchSink, Cut } from "./batch.ts";

/**
 * The sinks of all kinds of topics, which the reader gives each its own part of what it has read: batches, and wanted owners, are in the order
 * of the kinds. {@link BatchSink} holds for each of them.
 */
export interface KindSinks extends Pick<BatchSink, "begin" | "lost" | "wantsCut" | "zones"> {
  readonly kinds: readonly BatchSink[];
  owners(): readonly (readonly string[] | undefined)[];
  needsCut(batches: readonly Batch[]): boolean;
  apply(batches: readonly Batch[]): Promise<void>;
  applyCut(batches: readonly Batch[], cut: Cut): Promise<void>;
}

export function kindSinks(kinds: readonly BatchSink[]): KindSinks {
  return {
    kinds,
    begin: (epoch, incarnation) => {
      for (const sink of kinds) sink.begin(epoch, incarnation);
    },
    zones: () => [...new Set(kinds.flatMap((sink) => sink.zones()))],
    owners: () => kinds.map((sink) => sink.owners()),
    wantsCut: () => kinds.some((sink) => sink.wantsCut()),
    needsCut: (batches) => kinds.some((sink, at) => sink.needsCut(partOf(batches, at))),
    apply: (batches) => all(kinds, (sink, at) => sink.apply(partOf(batches, at))),
    applyCut: (batches, cut) => all(kinds, (sink, at) => sink.applyCut(partOf(batches, at), cut)),
    lost: (reason, since) => {
      for (const sink of kinds) sink.lost(reason, since);
    },
  };
}

/** Rejects as the first that did, but not before the others are over: no sink hears of a loss while it takes a batch. */
async function all(
  kinds: readonly BatchSink[],
  work: (sink: BatchSink, place: number) => Promise<void>,
): Promise<void> {
  const outcomes = await Promise.allSettled(kinds.map(async (sink, place) => work(sink, place)));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}

function partOf(batches: readonly Batch[], place: number): Batch {
  const part = batches[place];
  if (part === undefined) throw new RangeError("a batch lacks the part of a kind of topics");
  return part;
}
