/** The database under two daemons, which is also what they tell each other by, crashes and is started again, as after a failover. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { presenceAt, showsUsers } from "../../support/presence-at.ts";
import { Proxy } from "../../support/proxy.ts";
import { eventually } from "../../support/real-time.ts";
import { another, come, openRooms } from "../../support/rooms.ts";
import { databaseOn, onEachMajor, startCluster, type TestDatabase, type TestServer } from "../../support/servers.ts";

const ROWS = `
  insert into accounts values (7);
  insert into rooms (id, account_id, name) values (1, 7, 'r');
  insert into room_members (room_id, user_id) select 1, unnest(array['ana', 'bob', 'cid']);`;
const TOPIC = "room:1";

await onEachMajor("two daemons whose database crashes", (major) => {
  it("say that there may be more meanwhile, and then hear each other by the secret of its new life: rows go on, and nobody has left", async (t) => {
    const running = await startCluster(major);
    t.after(() => running.remove());
    const proxy = await Proxy.start(running.cluster.url("postgres"));
    t.after(() => proxy.stop());
    const database = await databaseOn(running.cluster);
    const { name } = database;
    const proxied: TestDatabase = {
      name,
      url: proxy.through(database.url),
      query: (sql, params) => database.query(sql, params),
      client: () => database.client(),
      drop: () => database.drop(),
    };
    const server: TestServer = { name: String(major), major, createDatabase: () => Promise.resolve(proxied) };
    const first = await openRooms(server, ROWS);
    t.after(() => first.daemon.stop());
    const second = await another(first);
    t.after(() => second.daemon.stop());
    const [ana, bob] = [await come(first, { sub: "ana" }, TOPIC), await come(second, { sub: "bob" }, TOPIC)];
    for (const socket of [ana, bob]) await showsUsers(socket, TOPIC, "ana", "bob");

    await running.cluster.stop("immediate");
    for (const socket of [ana, bob])
      await eventually("a lost bus to be told", () => presenceAt(socket, TOPIC).isPartial);
    await running.cluster.start();
    proxy.retarget(running.cluster.url("postgres"));

    for (const socket of [ana, bob])
      await eventually("others to be heard again", () => !presenceAt(socket, TOPIC).isPartial, { withinMs: 90_000 });
    const again = await databaseOn(running.cluster, name);
    await again.query("insert into notes values ('m', 1, 'rows go on')");
    for (const socket of [ana, bob])
      await eventually("the row", () => Buffer.concat(socket.bytes).includes("rows go on"), { withinMs: 90_000 });
    const cid = await come(second, { sub: "cid" }, TOPIC);
    for (const socket of [ana, bob, cid]) await showsUsers(socket, TOPIC, "ana", "bob", "cid");
    for (const socket of [ana, bob])
      assert.deepEqual(
        presenceAt(socket, TOPIC).news.filter((each) => each.startsWith("-")),
        [],
      );
    for (const socket of [ana, bob, cid]) socket.terminate();
  });
});
