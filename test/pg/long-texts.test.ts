/** Rows with very long texts: what leaves the database for them is bounded, and no two groups become one. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { MOST_EVENT_TEXT, MOST_TEXT, textShare } from "../../daemon/plan/text-limits.ts";
import { BatchReader } from "../support/batch-reader.ts";
import { FALLIBLE, FALLIBLE_PLAN } from "../support/fallible.ts";
import { createMarketplace } from "../support/running-daemon.ts";
import { onEachServer } from "../support/servers.ts";

const ROWS = 50;

await onEachServer("A text of a megabyte", (server) => {
  it("is cut in events and told by a digest as a group's key, with all that are shorter as they are", async (t) => {
    const database = await server.createDatabase();
    await createMarketplace(database, FALLIBLE);
    await database.query("insert into tenants (id) values (1)");
    const reader = await BatchReader.open(database.url, FALLIBLE_PLAN);
    t.after(() => reader.close());
    await database.query(`insert into orders (tenant_id, note) select 1, repeat('é', 500000) || n % 2 from generate_series(1, ${ROWS}) n;
      insert into orders (tenant_id, note) values (1, repeat('é', 100)), (1, repeat('é', ${MOST_TEXT}))`);
    const batch = await reader.read(["1"]);
    const size = JSON.stringify(batch, (_, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    ).length;
    assert.ok(size < (ROWS + 2) * (MOST_TEXT + 500), `${size} characters`);

    const notes = batch.events.flatMap(({ name, data }) => (name === "order_placed" ? [data["note"]] : []));
    const cut = `${"é".repeat(MOST_TEXT)}…`;
    assert.deepEqual(
      notes.slice(0, ROWS),
      Array.from({ length: ROWS }, () => cut),
    );
    assert.deepEqual(notes.slice(ROWS), ["é".repeat(100), "é".repeat(MOST_TEXT)]);

    const keys = batch.grains.flatMap(({ key, values }) =>
      key === undefined ? [] : [[key, Number(values[0])] as const],
    );
    assert.deepEqual(
      keys.map(([, count]) => count).toSorted((one, other) => one - other),
      [1, 1, ROWS / 2, ROWS / 2],
    );
    for (const [key] of keys) assert.match(key, /^é{100}$|^é{40}…[0-9a-f]{32}$/);
  });

  it("is the less the more texts an event has", () => {
    assert.deepEqual([textShare(1), textShare(4)], [MOST_TEXT, MOST_TEXT]);
    for (let texts = 5; texts <= 50; texts += 1) assert.ok(texts * textShare(texts) <= MOST_EVENT_TEXT);
  });
});
