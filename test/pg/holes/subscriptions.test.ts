/**
 * Tables that a subscription of logical replication fills, on a server of its own. Its worker fires row triggers, and of statement
 * triggers those of TRUNCATE alone; the first COPY fires both. Whoever writes, a client of the running daemon shows what SQL says.
 */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { install, LIMITS } from "../../support/install.ts";
import { eventually } from "../../support/real-time.ts";
import { followsLocal, followsPublished, ReplicationRig, subscribe, untilFed } from "../../support/replication-rig.ts";
import { databaseOn, onEachMajor } from "../../support/servers.ts";
import { WAYS } from "../../support/shop-rig.ts";
import { STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

/** What is written at the publisher. */
const PUBLISHED = [
  "insert into payments (id, shop_id, amount) select 6000 + n, 1 + n % 2, n from generate_series(1, 20) n",
  "update payments set amount = amount + 1 where id % 3 = 0",
  "update payments set shop_id = 3 - shop_id where id % 5 = 0",
  "update payments set id = id + 100000 where id % 7 = 0",
  "delete from payments where id % 4 = 0",
  "begin; insert into payments (id, shop_id, amount) values (7000, 1, 1); update payments set amount = 2 where id = 7000; savepoint s; delete from payments; rollback to s; commit",
  "insert into payments (id, shop_id, amount) select 10000 + n, 1 + n % 2, n from generate_series(1, 6000) n",
  "begin; truncate payments; insert into payments (id, shop_id, amount) values (8000, 1, 8), (8001, 2, 9); commit",
];

/** What is written at the subscriber itself. */
const LOCAL = [
  "insert into payments (id, shop_id, amount) select 1000 + n, 1, n from generate_series(1, 10) n",
  "update payments set amount = amount + 1 where id < 1005",
  "delete from payments where id between 1003 and 1007",
];

await onEachMajor("a subscription that fills a watched table", (major) => {
  let replication: ReplicationRig;

  before(async () => {
    replication = await ReplicationRig.start(major);
  });
  after(() => replication.stop());

  for (const { way, prepare } of WAYS) {
    it(`comes later, of another owner than the table: stale until apply, then every row is captured once; and so until it goes (${way})`, async (t) => {
      const source = await replication.published("payments");
      const rig = await replication.shop(prepare);
      t.after(() => rig.stop());
      const clerk = `clerk_${rig.database.name}`;
      await rig.database.query(
        `create role ${clerk}; grant create on schema public to ${clerk}; alter table payments owner to ${clerk}`,
      );
      await subscribe(rig, source);
      await rig.untilStale();
      await rig.untilLogged(
        /A subscription fills public.payments, .*: run `deltad migrate apply`\..*\[table_subscribed\]/,
      );
      assert.equal(await rig.readyz(), 503);
      await untilFed(source, rig, "payments");
      assert.deepEqual(await rig.apply(), ["watch", "rights"]);
      await rig.untilTrue();
      assert.equal(await rig.readyz(), 200);
      if (prepare === "") assert.deepEqual(await rig.apply(), []);
      const told = rig.staleFrames.length;
      await followsPublished(source, rig, "payments", prepare === "" ? PUBLISHED : PUBLISHED.slice(-3));
      await followsLocal(rig, LOCAL);
      assert.equal(rig.staleFrames.length, told, "nothing is told but changes");

      await rig.database.query(
        "alter table payments enable trigger all; insert into payments (shop_id, amount) values (1, 44)",
      );
      await rig.untilStale();
      await rig.untilLogged(/\[rows_captured_twice\]/);
      assert.deepEqual(await rig.apply(), ["watch", "rights"]);
      await rig.untilTrue();

      await rig.database.query("drop subscription feed");
      await rig.untilTrue();
      const slower = await rig.database.query<{ trigger_name: string }>(
        "select trigger_name from deltad.armed_triggers('payments', 'payments') where not armed and not needed",
      );
      assert.deepEqual(
        slower.map(({ trigger_name }) => trigger_name),
        ["deltad_delete", "deltad_insert", "deltad_update", "zz_deltad_row"],
      );
      await rig.database.query("delete from payments where id > 1000");
      await followsLocal(rig, LOCAL);
      assert.deepEqual(await rig.apply(), ["watch", "rights"]);
      await rig.database.query("delete from payments where id > 1000");
      await followsLocal(rig, LOCAL);
      const [triggers] = await rig.database.query<{ triggers: string }>(
        "select triggers from deltad.status where source = 'payments'",
      );
      assert.equal(triggers?.triggers, "4 of 4 always");
    });
  }

  it("whose worker prepares transactions: none of it fails because a daemon sleeps", {
    skip: major < 15 && "PostgreSQL 15 has such workers",
  }, async (t) => {
    const source = await databaseOn(replication.publisher.cluster);
    await source.query(`${STAYS_SCHEMA} create publication feed for table stay`);
    const slot = `feed_${source.name}`;
    await source.query("select pg_create_logical_replication_slot($1, 'pgoutput', false, true)", [slot]);
    const fed = await databaseOn(replication.publisher.cluster);
    await fed.query(STAYS_SCHEMA);
    await fed.query(
      `create subscription feed connection '${source.url}' publication feed
           with (create_slot = false, slot_name = '${slot}', copy_data = false, two_phase = true)`,
    );
    t.after(() => fed.query("drop subscription feed"));
    await install(fed, STAYS, { ...LIMITS, twoPhase: false });
    const sleeper = await fed.client();
    await sleeper.query("select pg_advisory_lock(1684368500, 1)");
    await eventually("two phases", async () => {
      const [row] = await fed.query<{ state: string }>(
        "select subtwophasestate as state from pg_subscription where subname = 'feed'",
      );
      return row?.state === "e";
    });
    await source.query("begin; insert into stay (id, host_id) values (1, 1); prepare transaction 'one'");
    await source.query("commit prepared 'one'");
    await eventually(
      "the row and its image",
      async () => (await fed.query("select from deltad.change_stays")).length === 1,
    );
  });
});
