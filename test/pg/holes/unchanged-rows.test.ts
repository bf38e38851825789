/** An UPDATE that changes nothing that deltad shows, as a migration tool's backfill that sets a key to itself: no page hears of it. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { ShopRig } from "../../support/shop-rig.ts";
import { onEachServer } from "../../support/servers.ts";

const UNCHANGED: readonly string[] = [
  "update payments set id = id where id = 1",
  "update payments set id = id, amount = amount",
  "update payments set note = 'backfilled'",
  "update orders set shop_id = shop_id, status = status",
  "update shops set id = id",
  "begin; update payments set amount = amount + 1; update payments set amount = amount - 1; commit",
  "begin; delete from payments where id = 1; rollback",
];

await onEachServer("an UPDATE that changes nothing", (server) => {
  it("sends no frame, and the next one that changes something does", async (t) => {
    const rig = await ShopRig.open(await server.createDatabase());
    t.after(() => rig.stop());
    for (const statement of UNCHANGED) {
      const before = rig.socket.frames.length;
      await rig.database.query(statement);
      await rig.heartbeats(2);
      const patches = rig.socket.frames.slice(before).filter(({ type }) => type === "metrics_updated");
      assert.deepEqual(patches, [], statement);
    }
    await rig.database.query("update payments set amount = amount + 1");
    await rig.untilTrue();
  });
});
