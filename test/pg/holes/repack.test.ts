/** pg_repack swaps what a table is stored in while applications write: deltad's triggers stay, and a client sees nothing of it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { describe, it } from "node:test";
import { promisify } from "node:util";
import { ShopRig, WAYS } from "../../support/shop-rig.ts";
import { onEachServer } from "../../support/servers.ts";

const PROGRAM = "/usr/lib/postgresql/15/bin/pg_repack";
const missing = await access(PROGRAM).then(
  () => false,
  () => "pg_repack (Debian's postgresql-15-repack) is not installed",
);

await onEachServer("pg_repack", (server) => {
  if (server.major === 18) return;
  const skip = server.major === 15 ? missing : "it is run on PostgreSQL 15";
  describe("of watched tables", { skip }, () => {
    for (const { way, prepare } of WAYS) {
      it(`with a live daemon and writers beside it makes no owner stale and no number wrong [${way}]`, async (t) => {
        const rig = await ShopRig.open(await server.createDatabase(), prepare);
        t.after(() => rig.stop());
        const { database } = rig;
        await database.query("create extension pg_repack");
        const files =
          "select relname, relfilenode from pg_class where relname in ('payments', 'orders_january') order by relname";
        const before = await database.query<{ relfilenode: number }>(files);

        const { hostname, port, username, password } = new URL(database.url);
        const tables = ["payments", "orders_january"].flatMap((table) => ["-t", `public.${table}`]);
        const args = ["-h", hostname, "-p", port, "-U", username, "-d", database.name, ...tables];
        let isRepacked = false;
        const repacked = promisify(execFile)(PROGRAM, args, { env: { ...process.env, PGPASSWORD: password } }).finally(
          () => (isRepacked = true),
        );
        for (let n = 1; !isRepacked; n += 1) {
          await database.query("insert into payments (shop_id, amount) values (1, $1)", [n]);
          await database.query("update payments set amount = amount + 1 where id = (select max(id) from payments)");
          await database.query("insert into orders (shop_id, amount, placed_on) values (1, $1, '2026-01-20')", [n]);
          if (n % 3 === 0) await database.query("delete from payments where id = (select max(id) - 1 from payments)");
        }
        await repacked;
        const after = await database.query<{ relfilenode: number }>(files);
        assert.ok(
          after.every(({ relfilenode }, at) => relfilenode !== before[at]?.relfilenode),
          "both were repacked",
        );
        await rig.heartbeats();
        await rig.untilTrue();
        await database.query("insert into payments (shop_id, amount) values (1, 1000)");
        await rig.untilTrue();
        assert.deepEqual(rig.staleFrames, []);
        assert.equal(await rig.readyz(), 200);
      });
    }
  });
});
