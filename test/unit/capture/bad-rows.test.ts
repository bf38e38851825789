import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { badRowsOf, ownersWithBadRows } from "../../../daemon/capture/bad-rows.ts";
import type { BatchSink } from "../../../daemon/capture/batch.ts";

const cases = fc
  .uniqueArray(fc.integer({ min: 0, max: 9_999 }).map(String), { minLength: 1, maxLength: 400 })
  .chain((owners) => fc.tuple(fc.constant(owners), fc.subarray(owners)));

it("the owners that make a reading fail are found, all of them and no other", () =>
  fc.assert(
    fc.asyncProperty(cases, async ([owners, bad]) => {
      const found = await ownersWithBadRows(owners, async (read) => !read.some((owner) => bad.includes(owner)));
      assert.deepEqual(found, bad);
    }),
    { numRuns: 300 },
  ));

it("one of 20,000 owners is found in 31 readings, which name three times as many in all", async () => {
  const owners = Array.from({ length: 20_000 }, (_, at) => String(at));
  for (const bad of ["0", "13337", "19999"]) {
    let readings = 0;
    let named = 0;
    await ownersWithBadRows(owners, async (read) => {
      readings += 1;
      named += read.length;
      return !read.includes(bad);
    });
    assert.ok(readings <= 31 && named <= 3 * 20_010, `${readings} readings of ${named} owners`);
  }
});

/** Only what is asked of a sink here. */
function kindOf(named: readonly string[]): BatchSink {
  const unasked = (): never => assert.fail("nobody asks");
  return {
    named: () => named,
    owners: () => named,
    begin: unasked,
    zones: unasked,
    unreadable: unasked,
    wantsCut: unasked,
    needsCut: unasked,
    apply: unasked,
    applyCut: unasked,
    lost: unasked,
  };
}

it("of several kinds of topics, each one's bad rows are found by themselves", async () => {
  const kinds = [kindOf(["1", "2"]), kindOf(["1", "2"]), kindOf(["all"])];
  const bad = [["2"], [], ["all"]];
  const found = await badRowsOf(kinds, async (read) =>
    read.every((owners, at) => owners?.every((owner) => bad[at]?.includes(owner) !== true)),
  );
  assert.deepEqual(
    found.map(({ sink, owners }) => [kinds.indexOf(sink), owners]),
    [
      [0, ["2"]],
      [2, ["all"]],
    ],
  );
});

it("where nobody is named, and the rows of all are bad, the kind is told without a name", async () => {
  const all = { ...kindOf(["1"]), owners: () => undefined };
  const found = await badRowsOf([kindOf(["1"]), all], async (read) => read[1] !== undefined);
  assert.deepEqual(found, [{ sink: all, owners: [] }]);
});

it("what can't be read whoever is asked about is no kind's fault", async () => {
  assert.deepEqual(await badRowsOf([kindOf(["1"])], async () => false), []);
});
