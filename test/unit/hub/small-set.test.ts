import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SmallSet } from "../../../daemon/hub/small-set.ts";
import { cases } from "../../support/cases.ts";

const MEMBERS = [{ name: "a" }, { name: "b" }, { name: "c" }];

const step = fc.record({ member: fc.constantFrom(...MEMBERS), comes: fc.boolean() });

describe("small set", () => {
  it("holds what a Set would, in the same order, whether it has one member or several", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const [small, set] = [new SmallSet<{ name: string }>(), new Set<{ name: string }>()];
        for (const { member, comes } of steps) {
          if (comes) {
            small.add(member);
            set.add(member);
          } else assert.equal(small.delete(member), set.delete(member));
          assert.equal(small.size, set.size);
          assert.deepEqual(
            small.members().map(({ name }) => name),
            [...set].map(({ name }) => name),
          );
        }
      }),
      cases(300),
    );
  });
});
