import { it } from "node:test";
import { WHOLESALE } from "../../support/oracle.ts";
import { seededRun } from "../../support/oracle-run/seeded-run.ts";
import { onEachServer } from "../../support/servers.ts";

await onEachServer("under random writes to rows that two columns name, and to what their owners look up", (server) => {
  it("every document pushed equals a full recompute at one database snapshot and one instant", async (t) => {
    await seededRun(t, { server, marketplace: WHOLESALE, era: "2025-10-24T15:00:00Z", steps: 30 });
  });
});
