import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cellAfter } from "../../../../demo/page/calendar/grid-keys.ts";

const SIZE = { rows: 25, columns: 7 };
const from = { row: 5, column: 3 };
const after = (key: string, isControl = false, at = from) => {
  const to = cellAfter(key, isControl, at, SIZE);
  return to && [to.row, to.column];
};

describe("Keys in a grid", () => {
  it("lead to the next cell, by ten rows, to the row's ends and with Control to the corners", () => {
    assert.deepEqual(after("ArrowLeft"), [5, 2]);
    assert.deepEqual(after("ArrowRight"), [5, 4]);
    assert.deepEqual(after("ArrowUp"), [4, 3]);
    assert.deepEqual(after("ArrowDown"), [6, 3]);
    assert.deepEqual(after("PageDown"), [15, 3]);
    assert.deepEqual(after("PageUp", false, { row: 15, column: 3 }), [5, 3]);
    assert.deepEqual(after("Home"), [5, 0]);
    assert.deepEqual(after("End"), [5, 6]);
    assert.deepEqual(after("Home", true), [0, 0]);
    assert.deepEqual(after("End", true), [24, 6]);
  });

  it("never lead out of it", () => {
    assert.deepEqual(after("ArrowLeft", false, { row: 0, column: 0 }), [0, 0]);
    assert.deepEqual(after("PageUp"), [0, 3]);
    assert.deepEqual(after("PageDown", false, { row: 20, column: 6 }), [24, 6]);
    assert.deepEqual(after("ArrowRight", false, { row: 24, column: 6 }), [24, 6]);
  });

  it("lead nowhere where they mean nothing", () => {
    assert.equal(after("Tab"), undefined);
    assert.equal(after("a"), undefined);
  });
});
