import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Draws } from "../../../soak/draws.ts";
import { FAULTS } from "../../../soak/faults.ts";
import { type Round, roundsOf } from "../../../soak/plan.ts";
import { statementsOf } from "../../support/oracle-run/writer.ts";
import { WRITES } from "../../../soak/writers.ts";

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
/** Twice as many as there are kinds: each has been dealt then, also those that had to wait for their turn. */
const ROUNDS = Object.keys(FAULTS).length * 2;
const AT_MS = Date.parse("2026-03-01T12:00:00Z");

function plan(seed: number, atMs = AT_MS): readonly Round[] {
  const rounds = roundsOf(FAULTS, new Draws(seed, atMs));
  return Array.from({ length: ROUNDS }, () => rounds.next().value as Round);
}

const told = (rounds: readonly Round[]): unknown =>
  rounds.map(({ faults }) => faults.map(({ kind, afterMs, says }) => [kind, afterMs, says]));

describe("the plan of a campaign", () => {
  it("is the same for the same seed, whenever it is made, and another for another seed", () => {
    assert.deepEqual(told(plan(7)), told(plan(7, AT_MS + 86_400_000)));
    assert.notDeepEqual(told(plan(7)), told(plan(8)));
  });

  it("has every kind of fault that its server lets happen, none twice before each came once", () => {
    for (const seed of SEEDS) {
      const { prepares } = new Draws(seed, AT_MS);
      const possible = Object.keys(FAULTS).filter((kind) => prepares || !FAULTS[kind]?.prepares);
      const dealt = plan(seed).flatMap(({ faults }) => faults.map(({ kind }) => kind));
      assert.deepEqual([...new Set(dealt)].toSorted(), possible.toSorted(), `seed ${seed}`);
    }
    assert.ok(
      SEEDS.some((seed) => new Draws(seed, AT_MS).prepares),
      "some servers let transactions be prepared",
    );
  });

  it("never has two faults of one group at once, and each round has one at least", () => {
    for (const { faults } of SEEDS.flatMap((seed) => plan(seed))) {
      const groups = faults.map(({ fault }) => fault.group);
      assert.equal(new Set(groups).size, groups.length);
      assert.ok(groups.length > 0);
    }
  });

  it("what a writer writes in its nth transaction is the seed's, whatever came of those before", () => {
    const script = (seed: number, number: number): readonly string[] =>
      statementsOf(WRITES, new Draws(seed, AT_MS).of(`writer 1, transaction ${number}`));
    assert.deepEqual(script(7, 3), script(7, 3));
    assert.notDeepEqual(script(7, 3), script(7, 4));
    assert.notDeepEqual(script(7, 3), script(8, 3));
  });
});
