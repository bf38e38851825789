import assert from "node:assert/strict";
import { it } from "node:test";
import pg from "pg";
import type { Cut } from "../../../daemon/capture/batch.ts";
import { HEARTBEAT } from "../../../daemon/capture/capture-options.ts";
import { bellHeld } from "../../support/held-bell.ts";
import { createLedger } from "../../support/ledger.ts";
import { eventually } from "../../support/real-time.ts";
import { readerOf } from "../../support/run-reader.ts";
import { onEachServer } from "../../support/servers.ts";

await onEachServer("a cut", (server) => {
  it("is taken for resets, dimension changes that are real, and owners that wait to be loaded", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const running = readerOf(ledger.url);
    t.after(() => running.stop());
    await running.reader.start();
    const { sink, reader } = running;
    const { database } = ledger;

    await database.query("insert into ledger (id, holder) values (1, 1), (2, 2)");
    await sink.until(() => sink.sums.has("2"), "two rows");
    await database.query("truncate ledger");
    await sink.until(() => sink.cuts.length === 1, "the reset");
    assert.deepEqual(
      sink.cuts[0]?.resets.map(({ source, owner }) => [source, owner]),
      [["ledger", undefined]],
    );

    await database.query(
      "begin; update holders set zone = 'Asia/Tokyo' where id = 3; update holders set zone = 'UTC' where id = 3; commit",
    );
    await database.query("update holders set note = 'no captured column'");
    await database.query("update holders set zone = 'Asia/Tokyo' where id in (4, 5)");
    await sink.until(() => sink.cuts.length === 2, "the dimension change");
    assert.deepEqual(sink.cuts[1]?.dimensions.toSorted(), ["4", "5"]);

    await bellHeld(database);
    sink.cutWanted = true;
    reader.nudge();
    await sink.until(() => sink.cuts.length === 3, "the nudge to be followed at once");
    assert.deepEqual(sink.losses, []);
  });

  it("holds the watched tables, and a snapshot that another session sees exactly", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const running = readerOf(ledger.url);
    t.after(() => running.stop());
    const { sink } = running;
    const { database } = ledger;
    await database.query("insert into ledger (id, holder) select n, 1 from generate_series(1, 1000) n");
    let counted = "";
    sink.cutWanted = true;
    sink.onCut = async (cut) => {
      // Writes go on during a cut; a rewrite must wait until the loads hold their own locks.
      await database.query("insert into ledger (id, holder) values (1001, 1)");
      const admin = await database.client();
      await admin.query("set lock_timeout = '50ms'");
      await assert.rejects(admin.query("alter table ledger alter column note type varchar using note"), {
        code: "55P03",
      });
      await assert.rejects(admin.query("truncate holders"), { code: "55P03" });
      counted = await countAt(cut, ledger.url);
    };
    await running.reader.start();
    await sink.until(() => sink.sums.has("1001"), "the row written during the cut");
    assert.equal(counted, "1000");
    assert.equal(sink.sums.get("1001"), 1n);
    await database.query("alter table ledger alter column note type varchar using note");
  });

  it("that a lock forbids is tried again from the same cursor, with nothing folded twice and other batches going on", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const running = readerOf(ledger.url);
    t.after(() => running.stop());
    await running.reader.start();
    const { sink, reader } = running;
    const { database } = ledger;
    await sink.until(() => sink.batches.length > 0, "a batch");
    const migration = await database.client();

    // Loads wait behind an ALTER TABLE of a table that batches don't read: batches go on.
    await migration.query("begin; lock table ledger in access exclusive mode");
    sink.cutWanted = true;
    reader.nudge();
    await database.query(`insert into deltad."change_ledger" (change_weight, id, holder) values (1, 1, 1)`);
    await sink.until(() => sink.sums.get("1") === 1n, "a batch in the meantime");
    assert.equal(sink.cuts.length, 0);
    await migration.query("commit");
    await sink.until(() => sink.cuts.length === 1, "the cut");

    // A batch that needs a cut waits as a whole.
    await migration.query("begin; lock table ledger in access exclusive mode");
    await database.query(`with image as (insert into deltad."change_ledger" (change_weight, id, holder) values (1, 2, 1))
      insert into deltad.reset (source, link, owner) values ('ledger', 'holder', '1')`);
    await until(() => running.logged.some((line) => line.includes("reading a batch failed")));
    assert.equal(sink.sums.has("2"), false);
    await migration.query("commit");
    await sink.until(() => sink.cuts.length === 2, "the reset");
    assert.deepEqual([sink.sums.get("1"), sink.sums.get("2")], [1n, 1n]);
    assert.deepEqual([sink.epochs.length, sink.losses], [1, []]);
  });

  it("that fails when the sink has its batch ends the epoch: the batch is not read a second time", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const running = readerOf(ledger.url, { heartbeat: { ...HEARTBEAT, everyMs: Number.POSITIVE_INFINITY } });
    t.after(() => running.stop());
    await running.reader.start();
    const { sink } = running;
    await bellHeld(ledger.database);
    // As a lock that is not to be had: where a read fails so, it is tried again. Until the row has come, one cut follows another.
    sink.onCut = async () => {
      if (sink.cuts.at(-1)?.grains.length === 1) throw Object.assign(new Error("no lock"), { code: "55P03" });
      sink.cutWanted = true;
    };
    sink.cutWanted = true;
    running.reader.nudge();
    await sink.until(() => sink.cuts.length > 0, "a cut");
    await ledger.database.query("insert into ledger (id, holder) values (1, 1)");
    await sink.until(() => sink.epochs.length === 2, "a new epoch");
    await ledger.database.query("insert into ledger (id, holder) values (2, 1)");
    await sink.until(() => sink.sums.has("2"), "a row in it");
    assert.deepEqual([sink.sums.get("1"), sink.losses], [1n, ["no lock"]]);
  });
});

async function countAt(cut: Cut, url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`begin isolation level repeatable read; set transaction snapshot '${cut.snapshotId}'`);
    const { rows } = await client.query<{ count: string }>("select count(id)::text as count from ledger");
    return rows[0]?.count ?? "";
  } finally {
    await client.end();
  }
}

async function until(condition: () => boolean): Promise<void> {
  await eventually("what was to come", condition, { everyMs: 5 });
}
