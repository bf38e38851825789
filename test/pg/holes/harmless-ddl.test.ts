/** What a DBA does every day: nobody is told of it, or of no more than a moment. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { ShopRig, WAYS } from "../../support/shop-rig.ts";
import { onEachServer } from "../../support/servers.ts";

const EVERYDAY: readonly string[] = [
  "vacuum (analyze) payments",
  "vacuum (full, analyze) payments",
  "vacuum full orders_january",
  "vacuum freeze orders",
  "cluster payments using payments_pkey",
  "reindex table payments",
  "analyze",
  "create index on payments (note)",
  "create index concurrently on orders_january (note)",
  "comment on table orders is 'orders'; comment on column payments.amount is 'money'",
  "grant select on orders, payments to public",
  "alter table payments set (autovacuum_vacuum_scale_factor = 0.1)",
  "alter table payments add column remark text default 'none'",
  "alter table payments drop column remark",
  "alter table payments alter column note set default ''",
  "create table bystander (id int primary key); alter table bystander add column n int; drop table bystander",
  "truncate payments",
  "insert into payments (shop_id, amount) values (1, 5)",
];

await onEachServer("everyday DDL", (server) => {
  for (const { way, prepare } of WAYS) {
    it(`makes no owner stale and no number wrong [${way}]`, async (t) => {
      const rig = await ShopRig.open(await server.createDatabase(), prepare);
      t.after(() => rig.stop());
      for (const statement of EVERYDAY) {
        await rig.database.query(statement);
        await rig.heartbeats(1);
        assert.deepEqual(rig.staleFrames, [], statement);
      }
      await rig.untilTrue();
      const epochs = new Set(rig.socket.frames.flatMap((frame) => (frame.type === "snapshot" ? [frame.epoch] : [])));
      assert.equal(epochs.size, 1);
    });
  }

  it("what can't be told from a change of rows makes them stale for a moment: a default, a grant, a label more", async (t) => {
    const [, { prepare }] = WAYS;
    const rig = await ShopRig.open(await server.createDatabase(), prepare);
    t.after(() => rig.stop());
    for (const statement of [
      "alter table payments alter column amount set default 0",
      "grant usage on schema public to public",
      "alter type order_status add value 'late'",
    ]) {
      await rig.database.query(statement);
      await rig.untilStale();
      await rig.untilTrue();
    }
  });

  for (const { way, prepare } of WAYS) {
    it(`a new partition needs no apply, by whatever name its rows are written, and its events are told [${way}]`, async (t) => {
      const rig = await ShopRig.open(await server.createDatabase(), prepare);
      t.after(() => rig.stop());
      const { database, socket } = rig;
      await database.query(
        "create table orders_july partition of orders for values from ('2026-07-01') to ('2026-08-01')",
      );
      await rig.heartbeats();
      await rig.untilTrue();
      if (way === "event triggers") assert.deepEqual(rig.staleFrames, []);
      const before = rig.staleFrames.length;
      await database.query("insert into orders (shop_id, amount, placed_on) values (1, 7, '2026-07-02')");
      assert.deepEqual((await socket.nextEvent("order_placed")).data["amount"], "7.00");
      await database.query(
        "insert into orders_july (id, shop_id, amount, placed_on) values (1000, 1, 8, '2026-07-03')",
      );
      assert.deepEqual((await socket.nextEvent("order_placed")).data["amount"], "8.00");
      await rig.untilTrue();
      await database.query(
        "update orders set amount = amount + 1 where placed_on > '2026-06-20'; delete from orders_july where id = 1000",
      );
      await rig.untilTrue();
      assert.equal(await rig.readyz(), 200);
      assert.equal(rig.staleFrames.length, before);
      // No trigger sees this one.
      await database.query("truncate orders_july");
      await rig.untilTrue();
      assert.deepEqual(await rig.apply(), ["watch", "rights"]);
      await rig.untilTrue();
    });
  }
});
