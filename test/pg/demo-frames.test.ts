import assert from "node:assert/strict";
import { once } from "node:events";
import { it } from "node:test";
import { loadSeason, shownOwner } from "../../demo/marketplace.ts";
import { guestName, seeded } from "../../demo/season.ts";
import { pickMove } from "../../demo/traffic.ts";
import { Session } from "../../daemon/database/session.ts";
import { RESERVED_TYPES } from "../../protocol/down.ts";
import { openMarketplace } from "../support/running-daemon.ts";
import { onEachServer } from "../support/servers.ts";
import { TestSocket } from "../support/socket.ts";

const MOVES = 40;

await onEachServer("the demo's frames", (server) => {
  it("events and changes of the numbers take less than 500 bytes each, by the median", async () => {
    const { database, daemon, port } = await openMarketplace(server, "");
    const settings = { search_path: "public" };
    const session = await Session.open({ url: database.url, role: "test", statementTimeoutMs: 30_000, settings });
    try {
      const stopping = new AbortController();
      const loading = loadSeason(session, Date.now, (owners) => owners === 2 && stopping.abort(), stopping.signal);
      await assert.rejects(loading, { name: "AbortError" });
      const owner = await shownOwner(session);
      const socket = await TestSocket.welcomed(port, daemon.token({ ownerId: owner }));
      await socket.subscribe(owner);
      socket.forget();
      const random = seeded(1);
      for (let made = 0; made < MOVES; made += 1) {
        const { sql } = pickMove(random);
        const values = sql.includes("$2") ? [owner, guestName(random)] : [owner];
        const heard = socket.heard.length;
        const rows = await session.query(`${sql} returning id`, values);
        // A move that finds nothing to do says nothing; what one says comes together.
        while (rows.length > 0 && socket.heard.length === heard)
          await once(socket.native, "message", { signal: AbortSignal.timeout(20_000) });
      }
      await socket.settle();
      const sizes = socket.heard
        .map((frame, index) => ({ frame, bytes: socket.bytes[index]?.length ?? 0 }))
        .filter(({ frame }) => frame.type === "metrics_updated" || !RESERVED_TYPES.has(frame.type))
        .map(({ bytes }) => bytes)
        .toSorted((a, b) => a - b);
      assert.ok(sizes.length > MOVES, `${sizes.length} frames`);
      const median = sizes[Math.floor(sizes.length / 2)] ?? Number.NaN;
      assert.ok(median < 500, `${median} bytes, from ${sizes[0]} to ${sizes.at(-1)}`);
    } finally {
      await session.close();
      await daemon.stop();
    }
  });
});
