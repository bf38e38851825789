/** A captured column is renamed or dropped beside a daemon and writers: no write fails by it where DDL tells of itself, and nobody is shown a wrong number. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { ShopRig, WAYS } from "../../support/shop-rig.ts";
import { onEachServer } from "../../support/servers.ts";

const [TOLD, UNTOLD] = WAYS;

interface Case {
  readonly ddl: string;
  /** Statements that write meanwhile. */
  readonly writes: readonly string[];
  readonly told: RegExp;
  /** What brings it back. */
  readonly back: string;
  /** Whether the capture functions are the configuration's again without apply. */
  readonly undone: boolean;
}

const CASES: Readonly<Record<string, Case>> = {
  "renamed and renamed back": {
    ddl: "alter table payments rename column amount to total",
    writes: [
      "insert into payments (shop_id, total) values (1, 7)",
      "update payments set total = total + 1 where id < 5",
      "delete from payments where id = 6",
    ],
    told: /Writes to public\.payments go on without .* captured column amount is renamed or dropped\. Let the configuration follow, then run `deltad migrate apply`\. \[column_gone\]/,
    back: "alter table payments rename column total to amount",
    undone: true,
  },
  "of a tree of partitions renamed and renamed back": {
    ddl: "alter table orders rename column shop_id to shop",
    writes: [
      "insert into orders (shop, amount, placed_on) values (1, 7, '2026-01-03'), (2, 8, '2026-03-03')",
      "update orders set amount = amount + 1 where placed_on < '2026-02-01'",
      "insert into orders_fresh (id, shop, amount, placed_on) select max(id) + 1, 1, 3, '2026-05-03' from orders",
      "update orders set placed_on = '2026-04-03' where placed_on = '2026-05-03'",
      "delete from orders_january where amount < 4",
    ],
    told: /Writes to public\.orders go on without .* column shop_id is renamed or dropped/,
    back: "alter table orders rename column shop to shop_id",
    undone: true,
  },
  "dropped with its guard": {
    ddl: "alter table payments drop column amount cascade",
    writes: [
      "insert into payments (shop_id) values (1)",
      "update payments set shop_id = 2 where id < 5",
      "delete from payments where id = 6",
    ],
    told: /Writes to public\.payments go on without .* column amount is renamed or dropped/,
    back: "alter table payments add column amount numeric(12, 2) not null default 3",
    undone: false,
  },
  "dropped with its type": {
    ddl: "drop type order_status cascade",
    writes: [
      "insert into orders (shop_id, amount, placed_on) values (1, 7, '2026-01-03')",
      "delete from orders where amount < 4",
    ],
    told: /Writes to public\.orders go on without .* column status is renamed or dropped/,
    back: "create type order_status as enum ('open', 'paid'); alter table orders add column status order_status not null default 'open'",
    undone: false,
  },
};

await onEachServer("a captured column", (server) => {
  for (const [title, { ddl, writes, told, back, undone }] of Object.entries(CASES)) {
    it(`${title}: writes go on, the page is stale, and ${undone ? "live again by itself" : "apply mends it"}`, async (t) => {
      const rig = await ShopRig.open(await server.createDatabase(), TOLD.prepare);
      t.after(() => rig.stop());
      await rig.database.query(
        "create table orders_fresh partition of orders for values from ('2026-05-01') to ('2026-06-01')",
      );
      await rig.database.query(ddl);
      for (const statement of writes) await rig.database.query(statement);
      await rig.untilStale();
      await rig.untilLogged(told);
      assert.equal(await rig.readyz(), 503);
      for (const statement of writes) await rig.database.query(statement);
      await rig.database.query(back);
      if (!undone) assert.ok((await rig.apply()).includes("watch"));
      await rig.untilTrue();
      await rig.database.query(
        "insert into payments (shop_id, amount) values (1, 11); insert into orders (shop_id, amount, placed_on) values (1, 12, '2026-01-04')",
      );
      await rig.untilTrue();
    });
  }

  it("that is renamed in one transaction with writes, and back in the next, is followed both times", async (t) => {
    const rig = await ShopRig.open(await server.createDatabase(), TOLD.prepare);
    t.after(() => rig.stop());
    await rig.database.query(`begin; alter table payments rename column amount to total; insert into payments (shop_id, total) values (1, 5);
      alter table payments rename column total to sum; insert into payments (shop_id, sum) values (1, 6); commit`);
    await rig.database.query(
      `begin; insert into payments (shop_id, sum) values (1, 7); alter table payments rename column sum to amount; commit`,
    );
    await rig.untilTrue();
    const functions = await rig.database.query(
      "select from pg_proc where pronamespace = 'deltad'::regnamespace and prosrc ~ '(total|sum)\"::'",
    );
    assert.deepEqual(functions, []);
  });

  it("that is swapped with another one is followed, and daemons stay stale until apply", async (t) => {
    const rig = await ShopRig.open(await server.createDatabase(), TOLD.prepare);
    t.after(() => rig.stop());
    await rig.database.query(`alter table payments add column net numeric(12, 2) not null default 1;
      begin; alter table payments rename column amount to gross; alter table payments rename column net to amount; commit`);
    await rig.database.query("insert into payments (shop_id, gross) values (1, 5)");
    await rig.untilLogged(
      /capture functions of public\.payments are not as they were applied: run `deltad migrate apply`/,
    );
    assert.ok(rig.shown.stale);
    assert.ok((await rig.apply()).includes("watch"));
    await rig.untilTrue();
  });

  it("without event triggers: writes fail, the log names within a heartbeat the statement that lets them pass, and it does", async (t) => {
    const rig = await ShopRig.open(await server.createDatabase(), UNTOLD.prepare);
    t.after(() => rig.stop());
    await rig.database.query("alter table payments rename column amount to total");
    const write = "insert into payments (shop_id, total) values (1, 7)";
    await assert.rejects(rig.database.query(write), /column r\.amount does not exist/);
    await rig.untilLogged(
      /Every write to public\.payments fails: .*Let the configuration follow.*: select deltad\.follow_columns\('payments'\)\. \[column_gone_writes_fail\]/,
    );
    assert.deepEqual(await rig.database.query("select deltad.follow_columns('payments') as gone"), [
      { gone: ["amount"] },
    ]);
    await rig.database.query(write);
    await rig.untilLogged(/Writes to public\.payments go on without/);
    await rig.database.query("alter table payments rename column total to amount");
    assert.ok((await rig.apply()).includes("watch"));
    await rig.untilTrue();
  });
});
