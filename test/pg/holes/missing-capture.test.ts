/** Where something that captures is missing, owners are stale until it is there again, and the log says what mends it. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ShopRig, WAYS } from "../../support/shop-rig.ts";
import { onEachServer } from "../../support/servers.ts";

const LACKS: Readonly<Record<string, { readonly done: string; readonly told: RegExp }>> = {
  "a trigger that is disabled": {
    done: "alter table payments disable trigger deltad_insert; insert into payments (shop_id, amount) values (1, 77)",
    told: /deltad_insert on public.payments is not enabled always: run `deltad migrate apply`/,
  },
  "a trigger that is dropped": {
    done: "drop trigger deltad_delete on payments; delete from payments where id < 9",
    told: /deltad_delete on public.payments is missing or different: run `deltad migrate apply`/,
  },
  "a capture function that is replaced": {
    done: `create or replace function deltad.capture_delete_payments() returns trigger language plpgsql as 'begin return null; end';
      delete from payments where id < 9`,
    told: /capture functions of public.payments are not as they were applied: run `deltad migrate apply`/,
  },
  "a table that was swapped in by renaming": {
    done: `begin; create table fresh (like payments including all); alter table payments rename to old; alter table fresh rename to payments; commit`,
    told: /deltad_insert on public.payments is missing or different: run `deltad migrate apply`/,
  },
};

await onEachServer("capture that lacks something", (server) => {
  for (const { way, prepare } of WAYS) {
    describe(way, () => {
      let rig: ShopRig;

      before(async () => {
        rig = await ShopRig.open(await server.createDatabase(), prepare);
      });
      after(() => rig.stop());

      for (const [title, { done, told }] of Object.entries(LACKS)) {
        it(`${title}: stale until apply, which the log names`, async () => {
          await rig.database.query(done);
          assert.equal((await rig.untilStale()).reason, "database");
          await rig.untilLogged(told);
          assert.equal(await rig.readyz(), 503);
          assert.ok(rig.shown.stale, "stale stays");
          assert.ok((await rig.apply()).includes("watch"));
          await rig.untilTrue();
          assert.equal(await rig.readyz(), 200);
        });
      }
    });
  }

  it("an inheritance child: stale until it goes", async (t) => {
    const rig = await ShopRig.open(await server.createDatabase());
    t.after(() => rig.stop());
    await rig.database.query(
      "create table part () inherits (payments); insert into part (id, shop_id, amount) values (999, 1, 1)",
    );
    await rig.untilStale();
    await rig.untilLogged(/Other tables inherit from public.payments/);
    await rig.database.query("drop table part");
    await rig.untilTrue();
  });
});
