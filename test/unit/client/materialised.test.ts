import assert from "node:assert/strict";
import { it } from "node:test";
import { applyPatch, fromSnapshot } from "../../../client/materialised.ts";

const document = fromSnapshot({ epoch: "e1", version: 7, asOf: "t7", data: { revenue: { today: "1.00" } } });
const patch = { epoch: "e1", version: 9, previous: 7, asOf: "t9", data: { revenue: { today: "2.00" } } };

it("applies a patch against its own epoch and version", () => {
  const after = applyPatch(document, patch);
  assert.equal(JSON.stringify(after), '{"epoch":"e1","version":9,"asOf":"t9","data":{"revenue":{"today":"2.00"}}}');
});

it("sees a gap where the patch is against another version", () => {
  assert.equal(applyPatch(document, { ...patch, previous: 8 }), "gap");
  assert.equal(applyPatch(document, { ...patch, previous: 6 }), "gap");
});

it("sees a gap where the epoch is another, whatever the versions say", () => {
  assert.equal(applyPatch(document, { ...patch, epoch: "e2" }), "gap");
});

it("sees a gap where there is no document", () => assert.equal(applyPatch(undefined, patch), "gap"));
