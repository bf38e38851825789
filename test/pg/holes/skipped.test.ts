/** Roles and transactions whose writes are left out: the numbers are right all the same, and who may not leave anything out can't. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import pg from "pg";
import { onEachServer } from "../../support/servers.ts";
import { ShopRig } from "../../support/shop-rig.ts";

await onEachServer("writes that are left out", (server) => {
  let rig: ShopRig;
  let importer: string;
  let client: pg.Client;

  before(async () => {
    rig = await ShopRig.open(await server.createDatabase());
    importer = `importer_${rig.database.name}`;
    await rig.database.query(`create role ${importer} login password 'test'; create role other_${importer} login password 'test' in role ${importer};
      grant select, insert, update, delete on payments, orders to ${importer};
      create table orders_may partition of orders for values from ('2026-05-01') to ('2026-06-01');
      grant execute on function deltad.skip_capture(text) to ${importer}`);
    client = await rig.database.client();
  });
  after(() => rig.stop());

  /** What one transaction has left: how many images, and whose owners are read again. */
  async function left(writes: string, on = client): Promise<{ images: number; resets: string[] }> {
    await on.query("reset all; begin");
    await on.query(writes);
    const { rows } = await on.query<{ xid: string }>("select pg_current_xact_id()::text as xid");
    await on.query("commit");
    const [found] = await rig.database.query<{ images: number; resets: string[] }>(
      `select (select count(*)::int from (select change_xid from deltad.change_payments union all select change_xid from deltad.change_orders) c
                where change_xid = $1::xid8) as images,
              array(select concat_ws(' ', source, owner) from deltad.reset where change_xid = $1::xid8 order by 1) as resets`,
      [rows[0]?.xid],
    );
    await rig.untilTrue();
    return found ?? { images: -1, resets: [] };
  }

  it("a transaction leaves no images, and one mark for each source that it changed", async () => {
    assert.deepEqual(
      await left(`set local deltad.capture = off; insert into payments (shop_id, amount) values (1, 3), (1, 4);
        update payments set amount = amount + 1 where shop_id = 1; delete from payments where amount = 4`),
      { images: 0, resets: ["payments"] },
    );
    assert.deepEqual(
      await left(
        "set local deltad.capture = off; update payments set amount = 0 where false; update orders set amount = 0 where false",
      ),
      { images: 0, resets: [] },
    );
  });

  it("what the same transaction writes before and after is captured, and counted once", async () => {
    const { images, resets } =
      await left(`insert into payments (shop_id, amount) values (1, 5); set local deltad.capture = off;
      update payments set amount = 6 where amount = 5; set local deltad.capture = on; update payments set amount = 7 where amount = 6`);
    assert.ok(images > 0);
    assert.deepEqual(resets, ["payments"]);
  });

  it("what is rolled back leaves no mark", async () => {
    assert.deepEqual(
      await left(
        `set local deltad.capture = off; savepoint s; insert into payments (shop_id, amount) values (1, 8); rollback to s`,
      ),
      { images: 0, resets: [] },
    );
  });

  it("rows of partitions, with statement triggers or without, by whatever name they are written", async () => {
    for (const [index, table] of ["orders", "orders_may", "orders_january"].entries()) {
      const id = 5000 + index;
      const month = table === "orders_may" ? "05" : "01";
      assert.deepEqual(
        await left(
          `set local deltad.capture = off; insert into ${table} (id, shop_id, amount, placed_on) values (${id}, 1, 9, '2026-${month}-07')`,
        ),
        { images: 0, resets: ["orders"] },
      );
    }
    assert.deepEqual(
      await left(`set local deltad.capture = off; insert into orders (shop_id, amount, placed_on)
        select 1, n, date '2026-04-25' + n from generate_series(1, 20) n`),
      { images: 0, resets: ["orders"] },
    );
    const moved = await left(
      `set local deltad.capture = off; update orders set placed_on = '2026-05-09' where placed_on = '2026-04-28'`,
    );
    assert.ok(moved.resets.includes("orders"), String(moved.resets));
  });

  it("a role that was granted it, by its own setting or as whom another acts; and nobody else", async () => {
    const login = new URL(rig.database.url);
    login.password = "test";
    await rig.database.query(`alter role ${importer} in database ${rig.database.name} set deltad.capture = off`);
    const write = "insert into payments (shop_id, amount) values (1, 2)";
    const asRole = async (user: string, prepare: string): Promise<{ images: number; resets: string[] }> => {
      login.username = user;
      const other = new pg.Client({ connectionString: login.href });
      await other.connect();
      try {
        return await left(`${prepare}; ${write}`, other);
      } finally {
        await other.end();
      }
    };
    const leftOut = { images: 0, resets: ["payments"] };
    const captured = { images: 1, resets: [] };
    assert.deepEqual(await asRole(importer, "select 1"), leftOut);
    assert.deepEqual(await asRole(importer, "set local deltad.capture = on"), captured);
    await rig.database.query(`revoke execute on function deltad.skip_capture(text) from ${importer}`);
    assert.deepEqual(await asRole(importer, "set local deltad.capture = off"), captured);
    await rig.database.query(`grant execute on function deltad.skip_capture(text) to other_${importer}`);
    assert.deepEqual(await asRole(`other_${importer}`, "set local deltad.capture = off"), leftOut);
    assert.deepEqual(
      await asRole(`other_${importer}`, `set local deltad.capture = off; set local role ${importer}`),
      captured,
    );
    const many = "insert into payments (shop_id, amount) select 1 + n % 2, 1 from generate_series(1, 6000) n";
    const { resets } = await left(`set local role ${importer}; set local deltad.capture = off; ${many}`);
    assert.deepEqual(resets, ["payments 1", "payments 2"], "a bulk statement of who may not names its owners");
  });

  it("a setting that says something else leaves nothing out", async () => {
    for (const value of ["on", "''", "maybe"])
      assert.deepEqual(
        await left(`set local deltad.capture = ${value}; insert into payments (shop_id, amount) values (1, 2)`),
        {
          images: 1,
          resets: [],
        },
      );
  });
});
