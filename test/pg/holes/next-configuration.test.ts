/** Another configuration is applied to a database while a daemon with the present one runs. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { onEachServer } from "../../support/servers.ts";
import { NEXT_SHOP_CONFIG } from "../../support/shop-database.ts";
import { ShopRig, WAYS } from "../../support/shop-rig.ts";

const REFUNDS = "create table refunds (id bigint primary key, shop_id bigint not null)";
const ORDER = "insert into orders (shop_id, amount, status, placed_on) values (1, 10, 'paid', '2026-02-02')";

await onEachServer("the next configuration", (server) => {
  for (const { way, prepare } of WAYS) {
    it(`with a column and a source more is applied under a daemon that stays live, and right, by ${way}`, async (t) => {
      const rig = await ShopRig.open(await server.createDatabase(), prepare);
      t.after(() => rig.stop());
      // A server that is slow to answer may cost a session, and with it a moment of stale; the configuration may not.
      const isSlow = (): boolean => rig.logged.some((line) => line.includes("timeout"));
      const log = (): string => rig.logged.join("\n");
      await rig.database.query(REFUNDS);
      assert.deepEqual(await rig.apply(NEXT_SHOP_CONFIG), ["watch", "rights"]);
      assert.ok((await rig.readyz()) === 200 || isSlow(), log());
      await rig.database.query(ORDER);
      await rig.untilTrue();
      await rig.heartbeats();
      await rig.database.query(
        "update orders set note = 'x', amount = 11 where shop_id = 1; insert into refunds values (1, 1)",
      );
      await rig.untilTrue();
      assert.equal(await rig.readyz(), 200);
      assert.ok(rig.staleFrames.length === 0 || isSlow(), log());
      assert.doesNotMatch(log(), /DDL has changed|is not captured by/);
      // As one who restarts a daemon of before would have it.
      await assert.rejects(rig.apply(), {
        name: "ConfigError",
        message:
          'The database has the configuration "default"; applying "default" takes away its source refunds (public.refunds): apply with --replace if that is meant, or put the sources of both into one configuration.',
      });
      await rig.untilTrue();
    });
  }
});
