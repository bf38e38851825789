import assert from "node:assert/strict";
import { it } from "node:test";
import { HEARTBEAT } from "../../../daemon/capture/capture-options.ts";
import { bellFree, bellHeld } from "../../support/held-bell.ts";
import { createLedger } from "../../support/ledger.ts";
import { LoadingSink } from "../../support/loading-sink.ts";
import { Proxy } from "../../support/proxy.ts";
import { eventually, pause } from "../../support/real-time.ts";
import { finding } from "../../../daemon/database/findings.ts";
import { readerOf } from "../../support/run-reader.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

/** Where a silent network is not the matter, `timeoutMs` is longer: a busy machine must not be what ends an epoch. */
const FAST = { ...HEARTBEAT, everyMs: 100, timeoutMs: 400 };
/** DDL that changes nothing, and tells of itself. */
const TOUCHED = "alter table ledger rename to elsewhere; alter table elsewhere rename to ledger";
/** Three of these are more than a busy machine takes to connect anew. */
const PATIENT = { ...FAST, everyMs: 2_000, timeoutMs: 5_000 };

await onEachServer("a lost session", (server) => {
  it("is told to the sink and replaced under a new epoch, and no change is lost over it", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const sink = new LoadingSink(ledger.url);
    const running = readerOf(ledger.url, { sink, heartbeat: FAST });
    t.after(() => running.stop());
    await running.reader.start();
    const client = await ledger.database.client();
    for (let id = 1; id <= 60; id += 1) {
      await client.query("insert into ledger (id, holder) values ($1, 1)", [id]);
      if (id % 4 === 0) await client.query("delete from ledger where id = $1", [id - 1]);
      if (id % 20 === 10) {
        await sink.until(() => sink.isLoaded, "to be live");
        const before = sink.losses.length;
        await terminate(ledger.database, "deltad/reader");
        await client.query("insert into ledger (id, holder) values ($1, 2)", [id + 1_000]);
        await sink.until(() => sink.losses.length > before, "the loss");
      }
      await pause(5, "duration");
    }
    await sink.until(() => sink.epochs.length === 4 && sink.isLoaded, "the fourth epoch to be live");
    await client.query("insert into ledger (id, holder) values (9999, 1)");
    await sink.until(() => sink.state.has("9999"), "the last row");
    const rows = await ledger.database.query<{ id: string }>("select id::text from ledger");
    assert.deepEqual([...sink.state.keys()].toSorted(), rows.map(({ id }) => id).toSorted());
    assert.equal(new Set(sink.epochs).size, 4);
    const leases = await ledger.database.query<{ id: string }>("select id::text from deltad.reader");
    assert.deepEqual(leases, [{ id: sink.epochs.at(-1) }], "the lost ones' leases keep nothing");
    assert.ok([...sink.state.values()].every((count) => count === 1n));
  });

  it("of the listener alone costs no epoch: the reader looks by itself until it is connected again", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const running = readerOf(ledger.url, { heartbeat: PATIENT });
    t.after(() => running.stop());
    await running.reader.start();
    const { sink } = running;
    for (const id of ["1", "2", "3"]) {
      await bellHeld(ledger.database);
      await terminate(ledger.database, "deltad/listener");
      await ledger.database.query(`insert into ledger (id, holder) values (${id}, 1)`);
      await sink.until(() => sink.sums.has(id), `row ${id}`);
    }
    await bellHeld(ledger.database);
    assert.deepEqual([sink.epochs.length, sink.losses], [1, []]);
  });

  for (const role of ["deltad/reader", "deltad/listener"]) {
    it(`is noticed when the network goes silent without a word: ${role}`, async (t) => {
      const ledger = await createLedger(await server.createDatabase());
      const proxy = await Proxy.start(ledger.url);
      t.after(() => proxy.stop());
      const running = readerOf(proxy.url, { heartbeat: FAST });
      t.after(() => running.stop());
      await running.reader.start();
      const { sink } = running;
      await sink.until(() => sink.batches.length > 0, "a batch");
      await bellHeld(ledger.database);
      const asleep = sink.batches.length;
      await sink.until(() => sink.batches.length > asleep + 1, "a heartbeat in its sleep");
      const silentAtMs = performance.now();
      proxy.silence(role);
      await sink.until(() => sink.losses.length > 0, "the loss");
      const noticedMs = performance.now() - silentAtMs;
      assert.ok(noticedMs < 5_000, `noticed after ${noticedMs} ms`);
      assert.match(
        sink.losses[0] ?? "",
        role === "deltad/reader" ? /no answer from PostgreSQL within 400 ms/ : /did not hear its probe/,
      );
      await sink.until(() => sink.epochs.length === 2, "a new epoch");
      await ledger.database.query("insert into ledger (id, holder) values (1, 1)");
      await sink.until(() => sink.sums.get("1") === 1n, "a row in the new epoch");
    });
  }

  it("whose daemon is cut off, and does not even notice, gives the bell back within three heartbeats", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const proxy = await Proxy.start(ledger.url);
    t.after(() => proxy.stop());
    // As a daemon that is stopped: it neither beats nor ends its connection.
    const running = readerOf(proxy.url, { heartbeat: { ...FAST, timeoutMs: 60_000 } });
    t.after(() => running.stop());
    await running.reader.start();
    await bellHeld(ledger.database);
    proxy.silenceNew("deltad/");
    proxy.silence("deltad/");
    await bellFree(ledger.database);
    assert.deepEqual(running.sink.losses, []);
  });

  it("takes the pool's with it, which may hang on the same dead network", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const proxy = await Proxy.start(ledger.url);
    t.after(() => proxy.stop());
    const running = readerOf(proxy.url, { heartbeat: FAST });
    t.after(() => running.stop());
    await running.reader.start();
    await bellHeld(ledger.database);
    const { sink } = running;
    const asleep = sink.batches.length;
    await sink.until(() => sink.batches.length > asleep + 1, "a heartbeat in its sleep");
    proxy.silence("deltad/");
    const silentAtMs = performance.now();
    await sink.until(() => sink.epochs.length === 2, "a new epoch");
    const recoveredMs = performance.now() - silentAtMs;
    assert.ok(recoveredMs < 15_000, `recovered after ${recoveredMs} ms`);
  });

  it("is told only when the sink has taken the batch at hand: its calls never overlap", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const proxy = await Proxy.start(ledger.url);
    t.after(() => proxy.stop());
    const running = readerOf(proxy.url, { heartbeat: PATIENT });
    t.after(() => running.stop());
    const { sink } = running;
    sink.onApply = async ({ grains }) => (grains.length > 0 ? pause(100, "duration") : undefined);
    await running.reader.start();
    await bellHeld(ledger.database);
    // The session breaks when the bell is given back, which is while the sink takes the first rows.
    proxy.rewrite = (chunk) => (chunk.includes("pg_advisory_unlock") ? Buffer.from("nonsense") : chunk);
    await ledger.database.query("insert into ledger (id, holder) values (1, 1)");
    await sink.until(() => sink.losses.length > 0, "the loss");
    assert.equal(sink.sums.get("1"), 1n);
    assert.equal(sink.overlaps, 0);
    proxy.rewrite = undefined;
    await sink.until(() => sink.epochs.length > 1, "a new epoch");
  });

  it("of another daemon that died leaves nothing behind for long, also where nobody writes any more", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    await ledger.database.query("select deltad.register_reader('00000000-0000-0000-0000-000000000001')");
    const running = readerOf(ledger.url, { heartbeat: { ...FAST, pruneEveryMs: 300 } });
    t.after(() => running.stop());
    await running.reader.start();
    await ledger.database.query("insert into ledger (id, holder) values (1, 1)");
    await running.sink.until(() => running.sink.sums.has("1"), "the row");
    const beats = running.sink.batches.length;
    await running.sink.until(() => running.sink.batches.length > beats + 3, "heartbeats");
    assert.equal((await ledger.database.query("select from deltad.change_ledger")).length, 1);
    await ledger.database.query(
      "update deltad.reader set seen_at = seen_at - interval '61 s' where id = '00000000-0000-0000-0000-000000000001'",
    );
    const dead = "select from deltad.change_ledger union all select from deltad.reader where id::text like '0000%'";
    await eventually("nothing to be left", async () => (await ledger.database.query(dead)).length === 0);
  });

  it("whose lease has expired is given up: its rows may be pruned", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const running = readerOf(ledger.url, { heartbeat: { ...FAST, timeoutMs: 5_000 } });
    t.after(() => running.stop());
    await running.reader.start();
    const { sink } = running;
    await sink.until(() => sink.batches.length > 0, "a batch");
    // On a busy machine the session may end for another reason first: the next one has a lease of its own.
    await eventually("a session to be given up for its lease", async () => {
      await ledger.database.query("delete from deltad.reader");
      return sink.losses.some((reason) => /lease/.test(reason));
    });
    const read = sink.batches.length;
    await sink.until(() => sink.batches.length > read, "a batch of a new epoch");
  });

  it("is tried for again and again while the triggers are not as they must be", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const running = readerOf(ledger.url, { heartbeat: { ...FAST, timeoutMs: 5_000 } });
    t.after(() => running.stop());
    const { sink, findings } = running;
    findings.push(finding("trigger_disabled", "trigger i of ledger is disabled"));
    await running.reader.start();
    await sink.until(() => sink.losses.length > 1, "two refusals");
    assert.deepEqual([sink.epochs, sink.losses[0]], [[], "trigger i of ledger is disabled [trigger_disabled]"]);
    findings.length = 0;
    await sink.until(() => sink.epochs.length === 1, "to be live");
    findings.push(finding("trigger_missing", "trigger i of ledger is missing"));
    await ledger.database.query(TOUCHED);
    await sink.until(() => sink.losses.at(-1) === "trigger i of ledger is missing [trigger_missing]", "the check");
  });

  it("is none where the check of the triggers meets a table that is being altered: it is made again", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    let checks = 0;
    const check = async (): Promise<never[]> => {
      checks += 1;
      if (checks === 2) throw Object.assign(new Error("canceling statement due to lock timeout"), { code: "55P03" });
      return [];
    };
    const running = readerOf(ledger.url, { check, heartbeat: { ...FAST, timeoutMs: 5_000 } });
    t.after(() => running.stop());
    await running.reader.start();
    await running.sink.until(() => checks === 3, "the check that is made again");
    await running.sink.until(() => running.sink.batches.length > 5, "heartbeats");
    assert.deepEqual([running.sink.losses, checks], [[], 3]);
  });

  it("L11 Stop is bounded, idempotent, and leaves no session behind in the database", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const proxy = await Proxy.start(ledger.url);
    t.after(() => proxy.stop());

    const asleep = readerOf(ledger.url);
    await asleep.reader.start();
    await bellHeld(ledger.database);
    await Promise.all([asleep.stop(), asleep.stop()]);
    assert.deepEqual(await sessions(ledger.database), []);
    assert.deepEqual(await ledger.database.query("select from deltad.reader"), []);
    await asleep.stop();

    const starting = readerOf(ledger.url);
    const started = starting.reader.start();
    await starting.stop();
    await started.catch(() => undefined);
    assert.deepEqual(await sessions(ledger.database), []);

    const unheard = readerOf(ledger.url, { heartbeat: FAST });
    await unheard.reader.start();
    await terminate(ledger.database, "deltad/listener");
    await unheard.stop();
    assert.deepEqual(await sessions(ledger.database), []);

    const stuck = readerOf(proxy.url);
    stuck.sink.onCut = () => new Promise(() => undefined);
    stuck.sink.cutWanted = true;
    await stuck.reader.start();
    await stuck.sink.until(() => stuck.sink.cuts.length > 0, "a cut that does not end");
    proxy.silence("deltad/");
    const beganMs = performance.now();
    await stuck.stop();
    assert.ok(performance.now() - beganMs < 12_000, "a silent peer and a sink that hangs do not hold it up");
  });
});

async function terminate(database: TestDatabase, name: string): Promise<void> {
  await database.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and datname = current_database()",
    [name],
  );
}

async function sessions(database: TestDatabase): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `select application_name as name from pg_stat_activity
      where application_name like 'deltad/%' and datname = current_database()`,
  );
  return rows.map(({ name }) => name);
}
