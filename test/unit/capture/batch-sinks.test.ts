import assert from "node:assert/strict";
import { it } from "node:test";
import type { Batch, BatchSink } from "../../../daemon/capture/batch.ts";
import { combinedSink } from "../../../daemon/capture/batch-sinks.ts";

const BATCH: Batch = {
  epoch: "e",
  snapshot: "1:1:",
  clock: 0,
  grains: [],
  resets: [],
  events: [],
  withheld: [],
  dimensions: [],
};
const CUT = { snapshotId: "s" };

/** A sink that notes its calls; what a test does not say is nothing, or no. */
function sinkOf(calls: string[], given: Partial<BatchSink> = {}): BatchSink {
  return {
    begin: (epoch, incarnation) => void calls.push(`begin ${epoch} ${incarnation}`),
    zones: () => [],
    owners: () => [],
    named: () => [],
    unreadable: (owners) => void calls.push(`unreadable ${owners.join(" ")}`),
    wantsCut: () => false,
    needsCut: () => false,
    apply: async ({ snapshot }) => void calls.push(`apply ${snapshot}`),
    applyCut: async ({ snapshot }, { snapshotId }) => void calls.push(`cut ${snapshot} ${snapshotId}`),
    lost: (reason) => void calls.push(`lost ${reason}`),
    ...given,
  };
}

function combined(...given: Partial<BatchSink>[]): BatchSink {
  return combinedSink(given.map((each) => sinkOf([], each)));
}

it("a single sink stands for itself", () => {
  const sink = sinkOf([]);
  assert.equal(combinedSink([sink]), sink);
});

it("every sink hears of every epoch, batch, cut and loss", async () => {
  const calls: string[][] = [[], [], []];
  const all = combinedSink(calls.map((each) => sinkOf(each)));
  all.begin("e", "i");
  await all.apply(BATCH);
  await all.applyCut(BATCH, CUT);
  all.lost("gone");
  for (const heard of calls) assert.deepEqual(heard, ["begin e i", "apply 1:1:", "cut 1:1: s", "lost gone"]);
});

it("one sink that wants or needs a cut is enough", () => {
  const none = combined({}, {});
  assert.deepEqual([none.wantsCut(), none.needsCut(BATCH)], [false, false]);
  const one = combined({}, { wantsCut: () => true, needsCut: (batch) => batch === BATCH });
  assert.deepEqual([one.wantsCut(), one.needsCut(BATCH)], [true, true]);
});

it("zones and owners are those of all sinks, each once; one that wants all owners has all", () => {
  const named = combined(
    { zones: () => ["UTC"], owners: () => ["1", "2"] },
    { zones: () => ["UTC", "Asia/Tokyo"], owners: () => ["2", "3"] },
  );
  assert.deepEqual(
    [named.zones(), named.owners()],
    [
      ["UTC", "Asia/Tokyo"],
      ["1", "2", "3"],
    ],
  );
  assert.equal(combined({ owners: () => ["1"] }, { owners: () => undefined }).owners(), undefined);
});

for (const call of ["apply", "applyCut"] as const) {
  it(`${call} rejects as the first sink that does, and not before every sink is over`, async () => {
    let finish = (): void => undefined;
    const slow = new Promise<void>((resolve) => (finish = resolve));
    const first = new Error("first");
    const all = combined(
      {
        [call]: () => {
          throw first;
        },
      },
      { [call]: () => slow },
      { [call]: () => Promise.reject(new Error("second")) },
    );
    let outcome: unknown;
    const over = all[call](BATCH, CUT).catch((error: unknown) => (outcome = error));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(outcome, undefined, "one sink is at it");
    finish();
    await over;
    assert.equal(outcome, first);
  });
}
