import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Entry } from "../../../client/sync/operation.ts";
import { overlaid } from "../../../client/sync/overlay.ts";

const AT = { topic: "board:1", rows: "widgets", id: "", at: 0 };
const ITEMS = [
  { key: "a", row: { title: "A", x: 0 } },
  { key: "b", row: { title: "B", x: 1 } },
];
const set = (key: string, value: object): Entry => ({ ...AT, key, op: "set", value: { ...value } });

describe("Rows with their user's changes over them", () => {
  it("are the same where there are none, and rows without one are the same objects", () => {
    assert.equal(overlaid(ITEMS, []), ITEMS);
    assert.equal(overlaid(ITEMS, [set("a", { x: 5 })])[1], ITEMS[1]);
  });

  it("have the last of several values, and of a row that is not there nothing", () => {
    const shown = overlaid(ITEMS, [set("a", { x: 5 }), set("a", { x: 6 }), set("gone", { x: 7 })]);
    assert.deepEqual(shown, [{ key: "a", row: { title: "A", x: 6 } }, ITEMS[1]]);
  });

  it("have what was inserted once, also when the database has it already, and what was set there since", () => {
    const insert = (key: string): Entry => ({ ...AT, key, op: "insert", value: { title: "new", x: 9 } });
    const shown = overlaid(ITEMS, [insert("a"), insert("c"), set("c", { x: 8 })]);
    assert.deepEqual(shown, [...ITEMS, { key: "c", row: { title: "new", x: 8 } }]);
    assert.deepEqual(overlaid(ITEMS, [{ ...AT, key: "a", op: "delete" }]), [ITEMS[1]]);
  });
});
