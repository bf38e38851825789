/** A partitioned table that a subscription fills, by its own name or partition by partition: see subscriptions.test.ts. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { followsLocal, followsPublished, ReplicationRig, subscribe, untilFed } from "../../support/replication-rig.ts";
import { onEachMajor } from "../../support/servers.ts";

/** What is written at the publisher. */
const PUBLISHED = [
  "insert into orders (id, shop_id, amount, placed_on) select 6000 + n, 1 + n % 2, n, date '2026-01-20' + n from generate_series(1, 20) n",
  "update orders set status = 'paid', amount = amount * 2 where id % 3 = 0",
  "update orders set placed_on = placed_on + 30 where id % 2 = 0 and placed_on < '2026-03-15'",
  "update orders set shop_id = 3 - shop_id, placed_on = '2026-04-02' where id % 5 = 0",
  "delete from orders where id % 4 = 0",
  "truncate orders",
  "insert into orders (id, shop_id, amount, placed_on) values (8000, 1, 8, '2026-02-02'), (8001, 1, 9, '2026-03-03')",
];

/** What is written at the subscriber itself. */
const LOCAL = [
  "insert into orders (id, shop_id, amount, placed_on) select 1000 + n, 1, n, date '2026-01-25' + n from generate_series(1, 20) n",
  "insert into orders_march (id, shop_id, amount, placed_on) values (1100, 1, 5, '2026-03-20')",
  "update orders set amount = amount + 1 where id < 1010",
  "update orders set placed_on = placed_on + 31 where id in (1001, 1100)",
  "delete from orders_february where id between 1003 and 1020",
];

await onEachMajor("a subscription that fills a tree of partitions", (major) => {
  let replication: ReplicationRig;

  before(async () => {
    replication = await ReplicationRig.start(major);
  });
  after(() => replication.stop());

  for (const [way, publication] of Object.entries({
    "by its own name": "orders with (publish_via_partition_root)",
    "partition by partition": "orders with (publish_via_partition_root = false)",
  })) {
    it(`${way}, from the first COPY on: every row is captured once`, async (t) => {
      const source = await replication.published(publication);
      const rig = await replication.shop();
      t.after(() => rig.stop());
      await subscribe(rig, source, ", enabled = false");
      await rig.untilStale();
      await rig.untilLogged(/A subscription fills public\.orders_\w+, .*\[table_subscribed\]/);
      assert.deepEqual(await rig.apply(), ["watch", "rights"]);
      await rig.untilTrue();
      await rig.database.query("alter subscription feed enable");
      await untilFed(source, rig, "orders");
      await rig.untilTrue();
      const told = rig.staleFrames.length;
      await followsPublished(source, rig, "orders", PUBLISHED);
      await followsLocal(rig, LOCAL);
      assert.equal(rig.staleFrames.length, told, "nothing is told but changes");
      await rig.database.query("drop subscription feed");
    });
  }
});
