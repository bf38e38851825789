import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { backoffMs } from "../../../client/backoff.ts";

const ALMOST_ONE = 1 - Number.EPSILON;

it("waits up to 1, 2, 4 … 60 s, and never longer", () => {
  const ceilings = [1, 2, 3, 4, 5, 6, 7, 8, 1_000].map((failures) =>
    Math.ceil(backoffMs(failures, ALMOST_ONE) / 1_000),
  );
  assert.deepEqual(ceilings, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

it("is spread over the whole range from 0 up: full jitter", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.double({ min: 0, max: ALMOST_ONE, noNaN: true }),
      (failures, draw) => {
        const ceiling = Math.min(60_000, 1_000 * 2 ** (failures - 1));
        assert.equal(backoffMs(failures, draw), Math.floor(draw * ceiling));
      },
    ),
  );
  assert.equal(backoffMs(9, 0), 0);
});
