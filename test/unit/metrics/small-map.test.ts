import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SmallMap, TextMap } from "../../../daemon/metrics/small-map.ts";
import { cases } from "../../support/cases.ts";

const key = fc.oneof(fc.constantFrom("", "1", "__proto__"), fc.integer({ min: 0, max: 60 }));
/** Without a value: the key is taken out. */
const step = fc.record({ key, value: fc.option(fc.nat(), { nil: undefined }) });

describe("small map", () => {
  it("holds what a Map would, in the same order, whether it has few entries or many", () => {
    let largest = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: "max" }), (steps) => {
        const [small, map] = [new SmallMap<string | number, number>(), new Map<string | number, number>()];
        for (const { key: at, value } of steps) {
          if (value === undefined) {
            small.delete(at);
            map.delete(at);
          } else {
            small.set(at, value);
            map.set(at, value);
          }
          assert.equal(small.get(at), map.get(at));
          assert.equal(small.size, map.size);
          largest = Math.max(largest, map.size);
        }
        assert.deepEqual(small.entries(), [...map]);
        for (const at of map.keys()) assert.equal(small.get(at), map.get(at));
      }),
      cases(300),
    );
    assert.ok(largest > 40, `no map had more than ${largest} entries`);
  });

  it("of texts holds what a Map would, and gives each text as it was, whatever number it looks like", () => {
    const text = fc.oneof(
      fc.nat({ max: 60 }).map(String),
      fc.constantFrom(
        "",
        "0",
        "00",
        "01",
        "-1",
        "1.0",
        "1e3",
        " 1",
        "999999999",
        "1000000000",
        "9007199254740993",
        "a",
      ),
    );
    let largest = 0;
    fc.assert(
      fc.property(
        fc.array(fc.record({ text, value: fc.option(fc.nat(), { nil: undefined }) }), { maxLength: 200, size: "max" }),
        (steps) => {
          const [small, map] = [new TextMap<number>(), new Map<string | number, number>()];
          for (const { text: at, value } of steps) {
            if (value === undefined) {
              small.delete(at);
              map.delete(at);
            } else {
              small.set(at, value);
              map.set(at, value);
            }
            assert.equal(small.get(at), map.get(at));
            assert.equal(small.size, map.size);
            largest = Math.max(largest, map.size);
          }
          assert.deepEqual(small.entries(), [...map]);
          assert.deepEqual(small.keys(), [...map.keys()]);
        },
      ),
      cases(300),
    );
    assert.ok(largest > 40, `no map had more than ${largest} entries`);
  });
});
