import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { encode } from "../../../../daemon/hub/frame.ts";
import { applyPatch } from "../../../../daemon/topics/owner/merge.ts";
import { ShownDocument } from "../../../../daemon/topics/owner/shown-document.ts";
import type { JsonObject } from "../../../../protocol/json.ts";
import { cases } from "../../../support/cases.ts";

const name = fc.constantFrom("a", "b", "__proto__");
const group = (leaf: fc.Arbitrary<string | number | null>): fc.Arbitrary<JsonObject> =>
  fc
    .array(fc.tuple(name, leaf), { maxLength: 3 })
    .map((entries) => Object.assign(Object.create(null) as JsonObject, Object.fromEntries(entries)));
const objectOf = (leaf: fc.Arbitrary<string | number | null>): fc.Arbitrary<JsonObject> =>
  fc.record({ g: group(leaf), h: group(leaf) });
const leaf = fc.oneof(fc.integer(), fc.constant("é"));
const step = fc.oneof(
  { arbitrary: fc.record({ patch: objectOf(fc.oneof(leaf, fc.constant(null))) }), weight: 6 },
  { arbitrary: fc.record({ document: objectOf(leaf) }), weight: 1 },
  { arbitrary: fc.constant("framed" as const), weight: 2 },
);

/** With its own objects, and keys in order. */
function copy(value: JsonObject): JsonObject {
  const made = Object.create(null) as JsonObject;
  for (const key of Object.keys(value).toSorted()) {
    const below = value[key];
    made[key] = typeof below === "object" && below !== null ? copy(below) : (below ?? null);
  }
  return made;
}

function frameOf(data: JsonObject): ReturnType<typeof encode> {
  const position = { epoch: "e", version: 1, asOf: "2026-01-01T00:00:00Z", cursor: "c" };
  return encode({ type: "snapshot", timestamp: 0, topic: "owner:1", ...position, data });
}

describe("the document that subscribers show", () => {
  it("is what came last with every patch since then, whichever of them a frame has had", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const shown = new ShownDocument();
        let expected: JsonObject = Object.create(null) as JsonObject;
        for (const one of steps) {
          if (one === "framed") shown.keptIn(frameOf(shown.whole()));
          else if ("document" in one) {
            shown.replace(copy(one.document));
            expected = copy(one.document);
          } else {
            shown.patch(copy(one.patch));
            applyPatch(expected, copy(one.patch));
          }
        }
        assert.equal(JSON.stringify(copy(shown.whole())), JSON.stringify(copy(expected)));
      }),
      cases(1_000),
    );
  });

  it("remembers no more than some hundreds of keys that have gone", () => {
    const shown = new ShownDocument();
    const frame = frameOf({ total: 0 });
    let read = 0;
    const counted = {
      ...frame,
      get bytes() {
        read += 1;
        return frame.bytes;
      },
    };
    shown.keptIn(counted);
    for (let n = 0; n < 1_000; n += 1) {
      shown.patch({ group: { [n]: 1 } });
      shown.patch({ group: { [n]: null } });
    }
    assert.equal(read, 1, "the frame was read once the patches were too many, and not again");
    assert.deepEqual(copy(shown.whole()), copy({ total: 0, group: {} }));
  });
});
