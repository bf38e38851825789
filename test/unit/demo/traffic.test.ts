import assert from "node:assert/strict";
import { it } from "node:test";
import { MOVES } from "../../../demo/moves.ts";
import { pickMove } from "../../../demo/traffic.ts";

it("the traffic makes each move about as often as its weight says", () => {
  const steps = 10_000;
  const counts = new Map<string, number>();
  for (let step = 0; step < steps; step += 1) {
    const { name } = pickMove(() => (step + 0.5) / steps);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sum = MOVES.reduce((total, { weight }) => total + weight, 0);
  for (const { name, weight } of MOVES) {
    const expected = (weight / sum) * steps;
    assert.ok(Math.abs((counts.get(name) ?? 0) - expected) <= 1, `${name}: ${counts.get(name)} for ${expected}`);
  }
});
