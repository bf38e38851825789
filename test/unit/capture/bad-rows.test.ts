import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { ownersWithBadRows } from "../../../daemon/capture/bad-rows.ts";

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
