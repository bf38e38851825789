import assert from "node:assert/strict";
import { it } from "node:test";
import { CONVERSATION_MOVES } from "../../../demo/conversations/moves.ts";
import { MOVES } from "../../../demo/moves.ts";
import { pickMove } from "../../../demo/traffic.ts";

for (const [what, moves] of [
  ["traffic", MOVES],
  ["talk", CONVERSATION_MOVES],
] as const) {
  it(`the ${what} makes each move about as often as its weight says`, () => makesAll(moves));
}

function makesAll(moves: typeof MOVES): void {
  const steps = 10_000;
  const counts = new Map<string, number>();
  for (let step = 0; step < steps; step += 1) {
    const { name } = pickMove(() => (step + 0.5) / steps, moves);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sum = moves.reduce((total, { weight }) => total + weight, 0);
  for (const { name, weight } of moves) {
    const expected = (weight / sum) * steps;
    assert.ok(Math.abs((counts.get(name) ?? 0) - expected) <= 1, `${name}: ${counts.get(name)} for ${expected}`);
  }
}
