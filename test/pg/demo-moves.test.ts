import assert from "node:assert/strict";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { createMarketplace, loadSeason, shownOwner } from "../../demo/marketplace.ts";
import { MOVES } from "../../demo/moves.ts";
import { Session } from "../../daemon/database/session.ts";
import { onEachServer } from "../support/servers.ts";

const SCHEMA = fileURLToPath(new URL("../../../demo/schema.sql", import.meta.url));

await onEachServer("the demo's traffic", (server) => {
  it("each move finds something to do in a fresh season, and touches one row of the owner it is made for", async () => {
    const database = await server.createDatabase();
    const settings = { search_path: "public" };
    const session = await Session.open({ url: database.url, role: "test", statementTimeoutMs: 30_000, settings });
    try {
      await createMarketplace(session, SCHEMA);
      const stopping = new AbortController();
      const loading = loadSeason(session, Date.now, (owners) => owners === 2 && stopping.abort(), stopping.signal);
      await assert.rejects(loading, { name: "AbortError" });
      const owner = await shownOwner(session);
      for (const { name, sql } of MOVES) {
        const values = sql.includes("$2") ? [owner, "João"] : [owner];
        const rows = await session.query<{ owner_id: string }>(`${sql} returning owner_id::text`, values);
        assert.deepEqual(rows, [{ owner_id: owner }], name);
      }
    } finally {
      await session.close();
    }
  });
});
