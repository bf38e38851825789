import assert from "node:assert/strict";
import { it } from "node:test";
import { HEARTBEAT } from "../../../daemon/capture/capture-options.ts";
import { bellFree, bellHeld, isBellHeld } from "../../support/held-bell.ts";
import { createLedger } from "../../support/ledger.ts";
import { pause } from "../../support/real-time.ts";
import { readerOf } from "../../support/run-reader.ts";
import { onEachServer } from "../../support/servers.ts";

const ROUNDS = 200;
const NO_HEARTBEAT = { ...HEARTBEAT, everyMs: Number.POSITIVE_INFINITY };

await onEachServer("the bell", (server) => {
  it("leaves nothing unread while readers arm and writers commit at any moment, without heartbeats", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    // On this clock 50 quiet milliseconds are over in one: the reader arms all the time.
    const running = readerOf(ledger.url, { heartbeat: NO_HEARTBEAT, now: () => performance.now() * 50 });
    t.after(() => running.stop());
    await running.reader.start();
    const { sink } = running;
    const writers = await Promise.all([1, 2, 3].map(() => ledger.database.client()));
    let nextId = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const ids = await Promise.all(
        writers.slice(0, 1 + (round % 3)).map(async (client) => {
          nextId += 1;
          const id = nextId;
          await pause(Math.random() * 8, "chance");
          await client.query(`begin; insert into ledger (id, holder) values (${id}, 1)`);
          if (round % 4 > 0) await pause(Math.random() * 8, "chance");
          await client.query("commit");
          return String(id);
        }),
      );
      // Nothing else is written meanwhile: what was missed stays missed.
      await sink.until(() => ids.every((id) => sink.sums.get(id) === 1n), `rows ${ids.join(", ")} of round ${round}`);
    }
    assert.equal(sink.sums.size, nextId);
    assert.deepEqual(sink.losses, []);
  });

  it("is held while the reader sleeps, free while it streams, and free once it has stopped", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const running = readerOf(ledger.url, { heartbeat: NO_HEARTBEAT });
    t.after(() => running.stop());
    await running.reader.start();
    const { sink } = running;
    await bellHeld(ledger.database);
    // A writer that finds it held rings; the first bell that finds rows gives it back.
    await ledger.database.query("insert into ledger (id, holder) values (1, 1)");
    await sink.until(() => sink.sums.has("1"), "the row");
    await bellFree(ledger.database);
    await ledger.database.query("begin");
    const [free] = await ledger.database.query<{ taken: boolean }>(
      "select pg_try_advisory_xact_lock_shared(1684368500, 1) as taken",
    );
    assert.equal(free?.taken, true);
    // As a writer still in flight would, this transaction keeps the reader awake.
    const reads = sink.batches.length;
    await sink.until(() => sink.batches.length > reads + 30, "reads beyond the 50 quiet milliseconds");
    assert.equal(await isBellHeld(ledger.database), false);
    await ledger.database.query("commit");
    await bellHeld(ledger.database);
    await running.stop();
    const [after] = await ledger.database.query<{ taken: boolean }>(
      "select pg_try_advisory_xact_lock(1684368500, 1) as taken",
    );
    assert.equal(after?.taken, true);
  });

  it("L8 Correctness never depends on a NOTIFY arriving", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const running = readerOf(ledger.url, { heartbeat: { ...HEARTBEAT, everyMs: 300 } });
    t.after(() => running.stop());
    await running.reader.start();
    await bellHeld(ledger.database);
    await ledger.database.query("set deltad.notify = off");
    const { sink } = running;
    for (const id of ["1", "2", "3"]) {
      await bellHeld(ledger.database);
      await ledger.database.query(`insert into ledger (id, holder) values (${id}, 1)`);
      await sink.until(() => sink.sums.get(id) === 1n, `row ${id}`);
      await bellFree(ledger.database);
    }
    assert.equal(sink.sums.size, 3);
  });

  it("takes forged notifications for nothing", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const running = readerOf(ledger.url, { heartbeat: { ...HEARTBEAT, everyMs: 200, timeoutMs: 1_000 } });
    t.after(() => running.stop());
    await running.reader.start();
    await bellHeld(ledger.database);
    const { sink } = running;
    const before = sink.batches.length;
    for (let n = 0; n < 2_000; n += 1) {
      await ledger.database.query(`select pg_notify('deltad_bell', $1), pg_notify('deltad_probe', $2)`, [
        `{"owner":${n}}`,
        `${sink.epochs[0]}:${n % 50}`,
      ]);
    }
    await ledger.database.query("insert into ledger (id, holder) values (1, 1)");
    await sink.until(() => sink.sums.has("1"), "the row after the flood");
    assert.deepEqual([...sink.sums], [["1", 1n]]);
    assert.deepEqual(sink.losses, []);
    assert.ok(sink.batches.length - before < 1_000, `${sink.batches.length - before} reads: bells are coalesced`);
  });
});
