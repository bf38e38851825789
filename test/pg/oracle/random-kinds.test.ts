import { it } from "node:test";
import { KINDS } from "../../support/oracle.ts";
import { ERAS } from "../../support/oracle-run/hard-zones.ts";
import { SEED, seededRun } from "../../support/oracle-run/seeded-run.ts";
import { onEachServer } from "../../support/servers.ts";

await onEachServer("under random writes to rows that several kinds of topics show", (server) => {
  it("every document of every kind equals a full recompute at one database snapshot and one instant", async (t) => {
    const era = ERAS[SEED % ERAS.length] ?? "2026-04-03T22:00:00Z";
    await seededRun(t, { server, marketplace: KINDS, era, steps: 40 });
  });
});
