import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { bellHeld, isBellHeld } from "../../support/held-bell.ts";
import { createLedger, type Ledger } from "../../support/ledger.ts";
import { readerOf } from "../../support/run-reader.ts";
import { type RunningCluster, startCluster, type TestDatabase } from "../../support/servers.ts";

describe("where transactions can be prepared", () => {
  let running: RunningCluster;
  let client: pg.Client;
  let ledger: Ledger;
  before(async () => {
    running = await startCluster(18, { settings: { max_prepared_transactions: 10 } });
    client = new pg.Client({ connectionString: running.cluster.url("postgres") });
    await client.connect();
    ledger = await createLedger(asDatabase(client, running.cluster.url("postgres")));
  });
  after(async () => {
    await client.end();
    await running.remove();
  });

  it("the reader never sleeps, says so, and reads what was prepared only once it is committed", async (t) => {
    const reading = readerOf(ledger.url);
    t.after(() => reading.stop());
    await reading.reader.start();
    const { sink, logged } = reading;
    assert.ok(
      logged.some((line) => line.includes("PREPARE TRANSACTION")),
      logged.join("\n"),
    );
    await client.query("begin; insert into ledger (id, holder) values (1, 1); prepare transaction 'p'");
    await client.query("insert into ledger (id, holder) values (2, 1)");
    await sink.until(() => sink.sums.has("2"), "the row committed after it");
    assert.equal(sink.sums.has("1"), false);
    await client.query("commit prepared 'p'");
    await sink.until(() => sink.sums.get("1") === 1n, "the prepared row");
    const reads = sink.batches.length;
    await sink.until(() => sink.batches.length > reads + 20, "looks beyond the quiet time");
    assert.equal(await isBellHeld(ledger.database), false);
  });

  it("it sleeps once the operator has said that writers never prepare", async (t) => {
    const reading = readerOf(ledger.url, { twoPhase: false });
    t.after(() => reading.stop());
    await reading.reader.start();
    await bellHeld(ledger.database);
    assert.ok(!reading.logged.some((line) => line.includes("PREPARE TRANSACTION")));
  });
});

function asDatabase(client: pg.Client, url: string): TestDatabase {
  return {
    name: "postgres",
    url,
    query: async <Row>(sql: string, params: readonly unknown[] = []) =>
      (await client.query(sql, [...params])).rows as Row[],
    client: async () => client,
    drop: async () => undefined,
  };
}
