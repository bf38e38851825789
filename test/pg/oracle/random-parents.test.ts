import { it } from "node:test";
import { RENTAL } from "../../support/oracle.ts";
import { seededRun } from "../../support/oracle-run/seeded-run.ts";
import { onEachServer } from "../../support/servers.ts";

await onEachServer("under random writes to rows and to those through which they are their owners'", (server) => {
  it("every document pushed equals a full recompute at one database snapshot and one instant", async (t) => {
    // Rows move between partitions around here.
    await seededRun(t, { server, marketplace: RENTAL, era: "2026-04-03T22:00:00Z", steps: 30 });
  });
});
