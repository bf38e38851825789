import assert from "node:assert/strict";
import { it } from "node:test";
import { DEMO, SECOND } from "../../support/oracle.ts";
import { ERAS } from "../../support/oracle-run/hard-zones.ts";
import { randomRun } from "../../support/oracle-run/random-run.ts";
import { onEachServer } from "../../support/servers.ts";

/** `DELTAD_SEED` replays a run as far as sessions let themselves be replayed; `DELTAD_STEPS` makes it longer (2,000 nightly). */
const { DELTAD_SEED, DELTAD_STEPS } = process.env;
const SEED = DELTAD_SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(DELTAD_SEED);
const STEPS = DELTAD_STEPS === undefined ? 15 : Number(DELTAD_STEPS);

/** One failure is enough to look at; each takes its time. */
let hasFailed = false;

await onEachServer("under random writes and a random clock", (server) => {
  for (const marketplace of [DEMO, SECOND]) {
    for (const [index, era] of ERAS.entries()) {
      it(`L3 Every document pushed equals a full recompute at one database snapshot and one instant (${marketplace.name}, from ${era})`, async (t) => {
        if (hasFailed) {
          t.skip("a run before failed");
          return;
        }
        const seed = SEED + index;
        t.diagnostic(`seed ${seed}`);
        try {
          const { documentsJudged } = await randomRun({ server, marketplace, era, seed, steps: STEPS });
          t.diagnostic(`${documentsJudged} documents`);
          assert.ok(documentsJudged > STEPS, `only ${documentsJudged} documents`);
        } catch (error) {
          hasFailed = true;
          throw new Error(`with DELTAD_SEED=${SEED}: ${error instanceof Error ? error.message : String(error)}`, {
            cause: error,
          });
        }
      });
    }
  }
});
