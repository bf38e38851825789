/** Capture that is switched off and on again: whatever was written meanwhile and by whom, no client is shown what is not so as if it were. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type pg from "pg";
import { eventually } from "../../support/real-time.ts";
import { databaseOn, onEachMajor, onEachServer, startCluster, type TestDatabase } from "../../support/servers.ts";
import { applyShop, NEXT_SHOP_CONFIG, SHOP_CONFIG, SHOP_SCHEMA } from "../../support/shop-database.ts";
import { ShopRig } from "../../support/shop-rig.ts";

/** What is done while capture is off. */
const WRITES: Readonly<Record<string, string>> = {
  "single rows":
    "insert into payments (shop_id, amount) values (1, 77); delete from payments where id = (select min(id) from payments)",
  "rows of partitions, one of which moves": `insert into orders (shop_id, amount, placed_on) values (1, 5, '2026-02-02');
    update orders set placed_on = placed_on + 40 where id = (select min(id) from orders where shop_id = 1 and placed_on < '2026-03-01')`,
  "a statement over many rows": "insert into payments (shop_id, amount) select 1, 1 from generate_series(1, 6000)",
  "a truncated table": "truncate payments",
};

/** Takes the second step of coming back, as daemons do: who may still write unrecorded, or "nobody" where capture is back. */
async function awaited(database: TestDatabase): Promise<string> {
  const [row] = await database.query<{ left: string | null }>('select deltad.return_capture() as "left"');
  return row?.left ?? "nobody";
}

await onEachServer("capture that is switched off", (server) => {
  describe("whatever is written meanwhile", () => {
    let rig: ShopRig;

    before(async () => {
      rig = await ShopRig.open(await server.createDatabase());
    });
    after(() => rig.stop());

    for (const [title, writes] of Object.entries(WRITES)) {
      it(`${title}: stale while it is off, nothing is recorded, and right once it is on`, async () => {
        await rig.database.query("select deltad.switch_off()");
        await rig.untilStale();
        await rig.untilLogged(
          /The capture of public.orders is switched off by \w+ at .*: run `deltad migrate on public.orders`/,
        );
        assert.equal(await rig.readyz(), 503);
        const [before] = await rig.database.query<{ xmax: string }>(
          "select pg_snapshot_xmax(pg_current_snapshot())::text as xmax",
        );
        await rig.database.query(writes);
        const recorded = await rig.database.query(
          `select from (select change_xid from deltad.reset union all select change_xid from deltad.change_payments
                        union all select change_xid from deltad.change_orders) c where change_xid >= $1::xid8`,
          [before?.xmax],
        );
        assert.deepEqual(recorded, []);
        await rig.heartbeats();
        assert.ok(rig.shown.stale, "stale stays");
        await rig.database.query("select deltad.switch_on()");
        await rig.untilTrue();
        assert.equal(await rig.readyz(), 200);
      });
    }
  });

  describe("whoever writes meanwhile", () => {
    let rig: ShopRig;
    let second: ShopRig;
    let writer: pg.Client;

    before(async () => {
      rig = await ShopRig.open(await server.createDatabase());
      second = await ShopRig.follow(rig.database);
      writer = await rig.database.client();
    });
    after(() => Promise.all([rig.stop(), second.stop()]));

    const isRight = (): Promise<unknown> => Promise.all([rig.untilTrue(), second.untilTrue()]);
    const switched = async (to: "off" | "on", table = "payments"): Promise<unknown> =>
      (await rig.database.query<{ switched: unknown }>(`select deltad.switch_${to}($1) as switched`, [table]))[0]
        ?.switched;
    const write = (amount: number): Promise<unknown> =>
      writer.query(`insert into payments (shop_id, amount) values (1, ${amount})`);

    it("a writer that found it on, and commits while it is off: right", async () => {
      await writer.query("begin");
      await write(11);
      await switched("off");
      await writer.query("commit");
      await rig.untilStale();
      await switched("on");
      await isRight();
    });

    it("a writer that found it off, and commits when it is on: stale until then, then right", async () => {
      await switched("off");
      await writer.query("begin");
      await write(12);
      await switched("on");
      await rig.untilLogged(/public.payments was switched on by .*, and session \d+ may still write unrecorded/);
      await rig.heartbeats();
      assert.ok(rig.shown.stale, "nobody vouches for what that session wrote");
      await writer.query("commit");
      await isRight();
    });

    it("a statement that began while it was off, and writes when it is on: right", async () => {
      await switched("off");
      const holder = await rig.database.client();
      await holder.query("select pg_advisory_lock(7)");
      const late = writer.query(
        "insert into payments (shop_id, amount) select 1, 13 from (select pg_advisory_xact_lock(7) offset 0) gate",
      );
      await eventually(
        "the statement to wait at its gate",
        async () =>
          (await rig.database.query("select from pg_locks where locktype = 'advisory' and not granted")).length > 0,
      );
      await switched("on");
      // Whoever looks first makes a note of who is awaited, and whoever looks next sees whether they have gone.
      for (let look = 0; look < 2; look += 1) assert.match(await awaited(rig.database), /^session \d+$/);
      await rig.heartbeats();
      assert.ok(rig.shown.stale);
      await holder.query("select pg_advisory_unlock(7)");
      await late;
      await isRight();
    });

    it("writers that come one after the other never keep it from coming back", async () => {
      await switched("off");
      let isOver = false;
      const others = Array.from({ length: 3 }, async () => {
        const other = await rig.database.client();
        while (!isOver)
          await other.query(
            "begin; insert into payments (shop_id, amount) values (1, 1); select pg_sleep(0.05); commit",
          );
      });
      await rig.untilStale();
      await switched("on");
      await eventually("the client to be told that the numbers are live", () => rig.shown.stale === undefined);
      isOver = true;
      await Promise.all(others);
      await isRight();
    });

    it("one that was killed before it had come back: a daemon goes on with it", async () => {
      await switched("off");
      await rig.untilStale();
      await writer.query("begin");
      await write(14);
      await switched("on");
      await rig.database.query("select deltad.return_capture()");
      await writer.query("commit");
      await isRight();
    });

    it("off once more before it has come back: stale until it is on again", async () => {
      await switched("off");
      await writer.query("begin");
      await write(15);
      await switched("on");
      assert.deepEqual(await switched("on"), [], "it comes back already");
      await switched("off");
      assert.deepEqual(await switched("off"), [], "it is off already");
      await writer.query("commit");
      await write(16);
      await rig.untilStale();
      await rig.database.query("update deltad.source set capture = 'on'");
      await rig.heartbeats();
      assert.ok(rig.shown.stale, "what the functions do counts");
      await switched("on");
      await isRight();
    });

    it("one at a time, and what brings it back has the owners read again and no client told what it missed", async () => {
      const first = await rig.database.client();
      await first.query("begin");
      await first.query("select deltad.switch_off('payments')");
      const other = writer.query("select deltad.switch_off('payments') as switched");
      await eventually(
        "the other to wait",
        async () => (await rig.database.query("select from pg_locks where not granted")).length > 0,
      );
      await first.query("commit");
      assert.deepEqual((await other).rows, [{ switched: [] }]);
      await switched("on");
      await writer.query("begin");
      await writer.query("select deltad.return_capture()");
      const { rows } = await writer.query(
        `select r.source, pg_snapshot_xmax(f.upto) > r.change_xid as is_floor
           from deltad.reset r, deltad.floor f where r.change_xid = pg_current_xact_id()`,
      );
      assert.deepEqual(rows, [{ source: "payments", is_floor: true }]);
      await writer.query("commit");
      await isRight();
    });

    it("apply leaves off what is off, whatever it changes", async () => {
      await switched("off");
      await rig.untilStale();
      assert.deepEqual(await rig.apply(SHOP_CONFIG), []);
      await rig.database.query("create table refunds (id bigint primary key, shop_id bigint not null)");
      assert.ok((await rig.apply(NEXT_SHOP_CONFIG)).includes("watch"));
      await write(17);
      assert.deepEqual(await rig.database.query("select amount from deltad.change_payments where amount = 17"), []);
      await switched("on");
      await isRight();
      assert.deepEqual(await rig.apply(NEXT_SHOP_CONFIG), []);
    });

    it("one table by any of its names, and no other", async () => {
      const client = await rig.database.client();
      await client.query("begin; select deltad.switch_off('public.payments')");
      const resets = await client.query("select source from deltad.reset where change_xid = pg_current_xact_id()");
      assert.deepEqual(resets.rows, [{ source: "payments" }]);
      await client.query("commit");
      assert.deepEqual(
        await rig.database.query("select source from deltad.status where capture like 'off since 20%'"),
        [{ source: "payments" }],
      );
      assert.deepEqual(await switched("on", "payments"), ["payments"]);
      await assert.rejects(switched("off", "nothing"), /no watched table is called nothing/);
      await isRight();
    });
  });
});

await onEachMajor("a prepared transaction", (major) => {
  it("that found capture off is awaited under the name that it has once the server was started again", async (t) => {
    const running = await startCluster(major, { settings: { max_prepared_transactions: "10" } });
    t.after(() => running.remove());
    const before = await databaseOn(running.cluster);
    await before.query(SHOP_SCHEMA);
    await applyShop(before);
    await before.query("insert into shops (id) values (1); select deltad.switch_off()");
    const writer = await before.client();
    await writer.query("begin; insert into payments (shop_id, amount) values (1, 21)");
    await before.query("select deltad.switch_on()");
    assert.match(await awaited(before), /^session \d+$/);
    await writer.query("prepare transaction 'late'");
    await running.cluster.stop("immediate");
    await running.cluster.start();
    const after = await databaseOn(running.cluster, before.name);
    for (let look = 0; look < 2; look += 1) assert.equal(await awaited(after), "a prepared transaction");
    await after.query("commit prepared 'late'");
    assert.equal(await awaited(after), "nobody");
  });

  it("that found capture off: stale until it is committed, whoever else prepares, then right", async (t) => {
    const running = await startCluster(major, { settings: { max_prepared_transactions: "10" } });
    t.after(() => running.remove());
    const rig = await ShopRig.open(await databaseOn(running.cluster));
    t.after(() => rig.stop());
    const { database } = rig;
    const writer = await database.client();
    await database.query("select deltad.switch_off()");
    await writer.query("begin; insert into payments (shop_id, amount) values (1, 21)");
    await database.query("select deltad.switch_on()");
    await rig.untilLogged(/session \d+ may still write unrecorded/);
    assert.match(await awaited(rig.database), /^session \d+$/);
    await writer.query("prepare transaction 'late'");
    assert.equal(await awaited(rig.database), "a prepared transaction");
    await rig.untilLogged(/a prepared transaction may still write unrecorded/);
    await writer.query("begin; insert into payments (shop_id, amount) values (1, 22); prepare transaction 'other'");
    await rig.heartbeats();
    assert.ok(rig.shown.stale);
    await writer.query("commit prepared 'late'");
    await rig.untilTrue();
    await writer.query("commit prepared 'other'");
    await rig.untilTrue();
  });
});
