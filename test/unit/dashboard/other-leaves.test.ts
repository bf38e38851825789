import assert from "node:assert/strict";
import { it } from "node:test";
import { otherLeaves } from "../../../dashboard/cards/other-leaves.ts";

it("finds the values that no card shows, by their paths", () => {
  const document = JSON.parse(
    '{"currency":"BRL","revenue":{"today":"1.00"},"flights":{"__proto__":{"a.b":3},"name":"x","none":{}},"total":0}',
  ) as object;
  assert.deepEqual(otherLeaves(document), [
    { path: ["flights", "__proto__", "a.b"], value: 3 },
    { path: ["flights", "name"], value: "x" },
    { path: ["total"], value: 0 },
  ]);
});
