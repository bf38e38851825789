import { it } from "node:test";
import { TENANTS } from "../../support/oracle.ts";
import { seededRun } from "../../support/oracle-run/seeded-run.ts";
import { onEachServer } from "../../support/servers.ts";

await onEachServer("under random writes to rows of owners that several columns name", (server) => {
  it("every document pushed equals a full recompute at one database snapshot and one instant", async (t) => {
    await seededRun(t, { server, marketplace: TENANTS, era: "2026-03-28T22:00:00Z", steps: 30 });
  });
});
