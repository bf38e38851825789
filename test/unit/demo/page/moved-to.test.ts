import assert from "node:assert/strict";
import { it } from "node:test";
import { movedTo } from "../../../../demo/page/trends/moved-to.ts";

it("keys move a chart's cursor, and never beyond its ends", () => {
  const from = (at: number) =>
    ["ArrowLeft", "ArrowRight", "PageDown", "PageUp", "Home", "End"].map((key) => movedTo(key, at, 30));
  assert.deepEqual(from(10), [9, 11, 3, 17, 0, 29]);
  assert.deepEqual(from(0), [0, 1, 0, 7, 0, 29]);
  assert.deepEqual(from(29), [28, 29, 22, 29, 0, 29]);
});

it("other keys are left to the page", () => {
  for (const key of ["Tab", "Enter", " ", "a"]) assert.equal(movedTo(key, 3, 30), undefined);
});
