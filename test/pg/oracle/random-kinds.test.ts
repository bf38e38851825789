import assert from "node:assert/strict";
import { it } from "node:test";
import { KINDS } from "../../support/oracle.ts";
import { ERAS } from "../../support/oracle-run/hard-zones.ts";
import { randomRun } from "../../support/oracle-run/random-run.ts";
import { onEachServer } from "../../support/servers.ts";

/** As for the other random writes. */
const { DELTAD_SEED, DELTAD_STEPS } = process.env;
const SEED = DELTAD_SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(DELTAD_SEED);
const STEPS = DELTAD_STEPS === undefined ? 40 : Number(DELTAD_STEPS);

await onEachServer("under random writes to rows that several kinds of topics show", (server) => {
  it("every document of every kind equals a full recompute at one database snapshot and one instant", async (t) => {
    t.diagnostic(`seed ${SEED}`);
    try {
      const era = ERAS[SEED % ERAS.length] ?? "2026-04-03T22:00:00Z";
      const { documentsJudged } = await randomRun({ server, marketplace: KINDS, era, seed: SEED, steps: STEPS });
      t.diagnostic(`${documentsJudged} documents`);
      assert.ok(documentsJudged > STEPS, `only ${documentsJudged} documents`);
    } catch (error) {
      throw new Error(`with DELTAD_SEED=${SEED}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  });
});
