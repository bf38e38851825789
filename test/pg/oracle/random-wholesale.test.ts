import assert from "node:assert/strict";
import { it } from "node:test";
import { WHOLESALE } from "../../support/oracle.ts";
import { randomRun } from "../../support/oracle-run/random-run.ts";
import { onEachServer } from "../../support/servers.ts";

/** As for the other random writes. */
const { DELTAD_SEED, DELTAD_STEPS } = process.env;
const SEED = DELTAD_SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(DELTAD_SEED);
const STEPS = DELTAD_STEPS === undefined ? 30 : Number(DELTAD_STEPS);

await onEachServer("under random writes to rows that two columns name, and to what their owners look up", (server) => {
  it("every document pushed equals a full recompute at one database snapshot and one instant", async (t) => {
    t.diagnostic(`seed ${SEED}`);
    try {
      const run = { server, marketplace: WHOLESALE, era: "2025-10-24T15:00:00Z", seed: SEED, steps: STEPS };
      const { documentsJudged } = await randomRun(run);
      t.diagnostic(`${documentsJudged} documents`);
      assert.ok(documentsJudged > STEPS, `only ${documentsJudged} documents`);
    } catch (error) {
      throw new Error(`with DELTAD_SEED=${SEED}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  });
});
