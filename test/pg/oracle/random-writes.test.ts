import { it } from "node:test";
import { DEMO, SECOND } from "../../support/oracle.ts";
import { ERAS } from "../../support/oracle-run/hard-zones.ts";
import { SEED, seededRun } from "../../support/oracle-run/seeded-run.ts";
import { onEachServer } from "../../support/servers.ts";

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
        try {
          await seededRun(t, { server, marketplace, era, seed: SEED + index, steps: 15 });
        } catch (error) {
          hasFailed = true;
          throw error;
        }
      });
    }
  }
});
