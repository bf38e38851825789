/**
 * Rows that change without a trigger: whatever is done to the tables, a client of the running daemon shows what SQL says, or is told
 * that nobody vouches for it. Each once where DDL tells of itself by event triggers, and once where the heartbeat has to notice.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { microsecondsOf } from "../../support/microseconds.ts";
import { ShopRig, WAYS } from "../../support/shop-rig.ts";
import { onEachServer } from "../../support/servers.ts";

/** Statements, each sent by itself since some can't run in a transaction; `apply` is `deltad migrate apply`. */
type Deed = readonly string[];

const DEEDS: Readonly<Record<string, Deed>> = {
  "a partition that is detached": ["alter table orders detach partition orders_january"],
  "a partition that is detached concurrently": ["alter table orders detach partition orders_february concurrently"],
  "a partition that is dropped": ["drop table orders_march"],
  "a partition that comes back after deletes": [
    `begin; alter table orders detach partition orders_april; delete from orders_april where id % 4 = 0;
     alter table orders attach partition orders_april for values from ('2026-04-01') to ('2026-05-01'); commit`,
  ],
  "a table that is filled, attached and armed": [
    "create table orders_july (like orders including all excluding identity)",
    "insert into orders_july (id, shop_id, amount, placed_on) select 1000 + n, 1, n, '2026-07-05' from generate_series(1, 100) n",
    "alter table orders attach partition orders_july for values from ('2026-07-01') to ('2026-08-01')",
    "apply",
  ],
  "a table that is filled and attached": [
    `create table orders_august (like orders including all excluding identity);
     insert into orders_august (id, shop_id, amount, placed_on) select 2000 + n, 1, n, '2026-08-05' from generate_series(1, 100) n;
     alter table orders attach partition orders_august for values from ('2026-08-01') to ('2026-09-01')`,
  ],
  "a restore without triggers, and apply": [
    "alter table payments disable trigger all",
    "insert into payments (shop_id, amount) select 1, n from generate_series(1, 50) n",
    "alter table payments enable trigger all",
    "apply",
  ],
  "tables that are swapped by renaming, and apply": [
    `begin; create table payments_new (like payments including all); insert into payments_new select * from payments where id % 3 = 0;
     alter table payments rename to payments_old; alter table payments_new rename to payments; commit`,
    "apply",
  ],
  "a table that is renamed away and back": [
    "alter table payments rename to payments_away",
    "insert into payments_away (shop_id, amount) values (1, 99)",
    "alter table payments_away rename to payments",
  ],
  "an enum label that is renamed": ["alter type order_status rename value 'paid' to 'settled'"],
  "values that are rewritten with the type, and apply": [
    "drop view deltad.guard_payments",
    "alter table payments alter column amount type numeric(15, 2) using amount * 2",
    "apply",
  ],
  "values that are rewritten with the type": [
    "drop view deltad.guard_payments",
    "alter table payments alter column amount type numeric(12, 2) using amount * 2",
  ],
  "triggers that are disabled, and as they were again": [
    "alter table payments disable trigger all",
    "delete from payments where id % 4 = 0",
    "alter table payments enable always trigger deltad_insert, enable always trigger deltad_update, enable always trigger deltad_delete, enable always trigger deltad_truncate",
  ],
};

/** In one database after another deed, each. */
await onEachServer("changes that no trigger sees", (server) => {
  for (const { way, prepare } of WAYS) {
    describe(way, () => {
      let rig: ShopRig;

      before(async () => {
        rig = await ShopRig.open(await server.createDatabase(), prepare);
      });
      after(() => rig.stop());

      for (const [title, deed] of Object.entries(DEEDS)) {
        it(`${title}: the client shows what is so`, async () => {
          const was = await rig.truth();
          const told = rig.staleFrames.length;
          let doneAtUs = 0;
          for (const [index, step] of deed.entries()) {
            await (step === "apply" ? rig.apply() : rig.database.query(step));
            if (index === 0) doneAtUs = await rig.databaseClock();
          }
          assert.notDeepEqual(await rig.truth(), was);
          await rig.untilTrue();
          if (way === "event triggers") return;
          const stale = rig.staleFrames[told];
          if (!deed.includes("apply")) assert.ok(stale, "nobody vouched for the numbers since the last comparison");
          if (deed.length === 1 && stale)
            assert.ok(microsecondsOf(stale.since) <= doneAtUs, `stale since ${stale.since} only`);
        });
      }

      if (way === "event triggers") {
        it("DDL tells of itself: nothing is noticed afterwards, but for the two transactions of a detachment", () => {
          const unseen = rig.logged.filter((line) => line.includes("rows may have changed unseen"));
          assert.ok(unseen.length <= 1, unseen.join("\n"));
        });
      }
    });
  }
});
