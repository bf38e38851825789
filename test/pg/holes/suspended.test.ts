/** Capture that suspends itself where no daemon reads, and comes back: no database fills up, no write fails, no number is wrong. */
import assert from "node:assert/strict";
import { beforeEach, it } from "node:test";
import type pg from "pg";
import { databaseCheck } from "../../../daemon/capture/check-database.ts";
import { eventually } from "../../support/real-time.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { applyShop, SHOP_CHOICES, SHOP_PLAN, SHOP_SCHEMA } from "../../support/shop-database.ts";
import { ShopRig } from "../../support/shop-rig.ts";

/** A bulk statement: who makes one looks after what nobody reads. */
const MANY = "insert into payments (shop_id, amount) select 1 + n % 2, 1 from generate_series(1, 6000) n";
/** Transactions of one small statement, up to the first whose turn it is to look. */
const untilTurn = (write: string): string => `do $$ begin
  loop ${write}; exit when pg_current_xact_id()::text::bigint % 1021 = 0; commit; end loop; end $$`;
const ONE = "insert into payments (shop_id, amount) values (1, 3)";
const AWAY = "update deltad.attendance set seen_at = seen_at - interval '25 hours'";

await onEachServer("capture that nobody reads", (server) => {
  let database: TestDatabase;
  let writer: pg.Client;

  beforeEach(async () => {
    database = await server.createDatabase();
    await database.query(SHOP_SCHEMA);
    await database.query(
      "insert into shops (id) values (1), (2); insert into orders (shop_id, amount, placed_on) values (1, 5, '2026-01-07')",
    );
    await applyShop(database);
    writer = await database.client();
  });

  const states = async (): Promise<string> =>
    (await database.query<{ capture: string }>("select distinct capture from deltad.source"))
      .map((row) => row.capture)
      .join();
  const changes = async (): Promise<number> =>
    (await database.query<{ n: number }>("select count(*)::int as n from deltad.change_payments"))[0]?.n ?? -1;

  it("suspends itself a day after the last daemon; the next daemon has it back, empty and right", async (t) => {
    await database.query(MANY);
    assert.equal(await states(), "on");
    await database.query(AWAY);
    await database.query(untilTurn(ONE));
    assert.equal(await states(), "suspended");
    assert.deepEqual(
      await database.query(
        `select source from deltad.reset where change_xid = (select change_xid from deltad.change_payments order by change_xid desc limit 1) order by source`,
      ),
      ["orders", "owner", "payments"].map((source) => ({ source })),
    );
    const findings = await databaseCheck(
      { channels: [], plans: [SHOP_PLAN], tables: SHOP_PLAN.tables },
      SHOP_CHOICES,
    )(database);
    assert.deepEqual(new Set(findings.map(({ code }) => code)), new Set(["capture_suspended"]));
    const piled = await changes();
    await database.query(`${MANY}; ${ONE}; truncate orders`);
    assert.equal(await changes(), piled, "nothing more piles up");
    assert.deepEqual(await applyShop(database), [], "apply leaves it so");

    const rig = await ShopRig.follow(database);
    t.after(() => rig.stop());
    assert.equal(await states(), "on");
    assert.equal(await changes(), 0);
    await database.query(ONE);
    await rig.untilTrue();
    assert.equal(await changes(), 1);
    await database.query(MANY);
    assert.equal(await states(), "on", "a daemon is there");
  });

  it("suspends itself after so many changes, but not for a daemon that is started again", async () => {
    await database.query("select setval('deltad.change_seq', 10000000)");
    await database.query(MANY);
    assert.equal(await states(), "on");
    await database.query("update deltad.attendance set seen_at = seen_at - interval '2 minutes'");
    await database.query(MANY);
    assert.equal(await states(), "suspended");
  });

  it("as the latest daemon has said, and never where it said so", async () => {
    await database.query("select deltad.register_reader(gen_random_uuid(), '2 hours', 20000)");
    await database.query("update deltad.attendance set seen_at = seen_at - interval '3 hours'");
    await database.query("begin");
    await database.query(MANY);
    assert.equal(await states(), "suspended");
    await database.query("rollback");
    await database.query("select deltad.register_reader(gen_random_uuid(), '0', 0)");
    await database.query(`${AWAY}; select setval('deltad.change_seq', 90000000)`);
    await database.query(MANY);
    assert.equal(await states(), "on");
    await database.query("select deltad.register_reader(gen_random_uuid(), null, 20000)");
    await database.query(`${AWAY}; select setval('deltad.change_seq', 190000000)`);
    await database.query(MANY);
    assert.equal(await states(), "suspended");
  });

  it("a heartbeat and a lease say that a daemon is there", async () => {
    await database.query("select deltad.register_reader('00000000-0000-0000-0000-000000000001')");
    await database.query(AWAY);
    await writer.query("begin; select from deltad.attendance for update");
    await database.query(
      "set lock_timeout = '1s'; select deltad.heartbeat('00000000-0000-0000-0000-000000000001', pg_current_snapshot(), 'x')",
    );
    await writer.query("commit");
    await database.query("select deltad.heartbeat('00000000-0000-0000-0000-000000000001', pg_current_snapshot(), 'x')");
    await database.query(MANY);
    assert.equal(await states(), "on");
    await database.query(AWAY);
    await database.query("select deltad.register_reader(gen_random_uuid())");
    await database.query(MANY);
    assert.equal(await states(), "on");
  });

  it("a transaction with an old snapshot does not take daemons for gone that came since, nor puts old functions back", async () => {
    await database.query(
      "update deltad.attendance set seen_at = clock_timestamp() - interval '24 hours' + interval '300 milliseconds'",
    );
    await writer.query(`begin isolation level repeatable read; ${ONE}`);
    await eventually("the day to be over", async () => {
      const rows = await database.query(
        "select from deltad.attendance where seen_at < clock_timestamp() - interval '24 hours'",
      );
      return rows.length > 0;
    });
    await writer.query(MANY);
    const { rows } = await writer.query("select distinct capture from deltad.source");
    assert.deepEqual(rows, [{ capture: "on" }]);
    await database.query("select deltad.switch_off()");
    await assert.rejects(
      writer.query("select deltad.switch_functions('payments', false)"),
      /has changed since this transaction began/,
    );
    await writer.query("rollback");
    assert.equal(await states(), "off");
  });

  it("what is rolled back suspends nothing, and nobody waits for who suspends, nor for who applies", async () => {
    await database.query(AWAY);
    await writer.query(`begin; ${MANY}`);
    assert.equal(await states(), "on", "it is not committed");
    await database.query(`set statement_timeout = '10s'; ${MANY}`);
    await writer.query("rollback");
    assert.equal(await states(), "on");
    await writer.query("begin; lock table deltad.migration in share row exclusive mode");
    await database.query(MANY);
    assert.equal(await states(), "on");
    await writer.query("commit");
    await database.query(MANY);
    assert.equal(await states(), "suspended");
  });

  it("rows of partitions without statement triggers, and marks of what is left out, count too", async () => {
    await database.query(
      "create table orders_may partition of orders for values from ('2026-05-01') to ('2026-06-01')",
    );
    await database.query(AWAY);
    await database.query("set deltad.capture = off");
    await database.query("begin");
    await database.query(ONE);
    assert.equal(await states(), "suspended");
    await database.query("rollback");
    await database.query("reset deltad.capture");
    await database.query(
      untilTurn(
        "insert into orders_may (id, shop_id, amount, placed_on) select coalesce(max(id), 0) + 1, 1, 1, '2026-05-02' from orders",
      ),
    );
    assert.equal(await states(), "suspended");
  });

  it("a daemon that comes before it is committed is told, and has it back", async (t) => {
    await database.query(AWAY);
    await writer.query(`begin; ${MANY}`);
    const rig = await ShopRig.follow(database);
    t.after(() => rig.stop());
    await database.query(ONE);
    await rig.untilTrue();
    await writer.query("commit");
    await rig.untilTrue();
    assert.equal(await states(), "on");
    await database.query(ONE);
    await rig.untilTrue();
  });

  it("several daemons that come at once, and one that is killed between the two steps: right", async (t) => {
    await database.query(AWAY);
    await database.query(MANY);
    assert.equal(await states(), "suspended");
    await writer.query(`begin; ${ONE}`);
    await database.query("select deltad.return_capture()");
    assert.equal(await states(), "returning");
    await database.query("select deltad.return_capture()");
    assert.match(await states(), /returning/, "a writer that found it suspended has not ended");
    const coming = Promise.all([ShopRig.follow(database), ShopRig.follow(database)]);
    await writer.query(`${ONE}; commit`);
    const rigs = await coming;
    t.after(() => Promise.all(rigs.map((rig) => rig.stop())));
    assert.equal(await states(), "on");
    await database.query(ONE);
    for (const rig of rigs) await rig.untilTrue();
  });
});
