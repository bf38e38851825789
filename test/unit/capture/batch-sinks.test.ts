import assert from "node:assert/strict";
import { it } from "node:test";
import type { Batch, BatchSink } from "../../../daemon/capture/batch.ts";
import { type KindSinks, kindSinks } from "../../../daemon/capture/batch-sinks.ts";

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

function sinksOf(...given: Partial<BatchSink>[]): KindSinks {
  return kindSinks(given.map((each) => sinkOf([], each)));
}

const PARTS = ["1:1:", "2:2:", "3:3:"].map((snapshot) => ({ ...BATCH, snapshot }));

it("each kind's sink gets its own part of every batch, and hears of every epoch, cut and loss", async () => {
  const calls: string[][] = [[], [], []];
  const all = kindSinks(calls.map((each) => sinkOf(each)));
  all.begin("e", "i");
  await all.apply(PARTS);
  await all.applyCut(PARTS, CUT);
  all.lost("gone");
  for (const [at, heard] of calls.entries()) {
    const { snapshot } = PARTS[at] ?? BATCH;
    assert.deepEqual(heard, ["begin e i", `apply ${snapshot}`, `cut ${snapshot} s`, "lost gone"]);
  }
});

it("a batch without the part of a kind is taken by none that lacks it", async () => {
  await assert.rejects(kindSinks([sinkOf([]), sinkOf([])]).apply([BATCH]), /lacks the part/);
});

it("one sink that wants or needs a cut is enough", () => {
  const none = sinksOf({}, {});
  assert.deepEqual([none.wantsCut(), none.needsCut(PARTS)], [false, false]);
  const one = sinksOf({}, { wantsCut: () => true, needsCut: (batch) => batch === PARTS[1] });
  assert.deepEqual([one.wantsCut(), one.needsCut(PARTS)], [true, true]);
});

it("zones are those of all sinks, each once; owners are each kind's own", () => {
  const all = sinksOf(
    { zones: () => ["UTC"], owners: () => ["1", "2"] },
    { zones: () => ["UTC", "Asia/Tokyo"], owners: () => undefined },
  );
  assert.deepEqual(
    [all.zones(), all.owners()],
    [
      ["UTC", "Asia/Tokyo"],
      [["1", "2"], undefined],
    ],
  );
});

for (const call of ["apply", "applyCut"] as const) {
  it(`${call} rejects as the first sink that does, and not before every sink is over`, async () => {
    let finish = (): void => undefined;
    const slow = new Promise<void>((resolve) => (finish = resolve));
    const first = new Error("first");
    const all = sinksOf(
      {
        [call]: () => {
          throw first;
        },
      },
      { [call]: () => slow },
      { [call]: () => Promise.reject(new Error("second")) },
    );
    let outcome: unknown;
    const over = all[call](PARTS, CUT).catch((error: unknown) => (outcome = error));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(outcome, undefined, "one sink is at it");
    finish();
    await over;
    assert.equal(outcome, first);
  });
}
