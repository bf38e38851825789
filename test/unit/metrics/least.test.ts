import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Least } from "../../../daemon/metrics/least.ts";
import { cases } from "../../support/cases.ts";

describe("least", () => {
  it("is the least member, whatever came and went", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean()), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (all) => {
        const live = new Set<number>();
        const least = new Least(live);
        for (const [value, enters] of all) {
          if (!enters) live.delete(value);
          else if (!live.has(value)) {
            live.add(value);
            least.entered(value);
          }
          assert.equal(least.value, Math.min(...live));
        }
      }),
      cases(500),
    );
  });

  it("what has left takes no more room than what is there", () => {
    let listings = 0;
    class CountedSet extends Set<number> {
      override keys(): SetIterator<number> {
        listings += 1;
        return super.keys();
      }
    }
    const live = new CountedSet([0]);
    const least = new Least(live);
    least.entered(0);
    for (let value = 1; value <= 10_000; value += 1) {
      live.add(value);
      least.entered(value);
      live.delete(value);
    }
    // The queue was made anew about every 16 numbers, not left to grow to 10,000.
    assert.ok(listings > 400 && listings < 1_000, `${listings}`);
    assert.equal(least.value, 0);
  });
});
