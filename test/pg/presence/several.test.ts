import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { presenceAt, showsTyping, showsUsers } from "../../support/presence-at.ts";
import { eventually } from "../../support/real-time.ts";
import { another, come, openRooms, type Rooms } from "../../support/rooms.ts";
import { onEachServer } from "../../support/servers.ts";
import type { TestSocket } from "../../support/socket.ts";

const ROOMS = 5;
/** In each room, at each of two daemons. */
const CLIENTS = 20;
const ROWS = `
  insert into accounts values (7);
  insert into rooms (id, account_id, host, name) select i, 7, 'ana', 'r' from generate_series(1, 30) i;
  insert into room_members (room_id, user_id) select i, unnest(array['ana', 'bob', 'cid']) from generate_series(1, 30) i;`;

await onEachServer("presence over two daemons", (server) => {
  let first: Rooms;
  let second: Rooms;

  before(async () => {
    first = await openRooms(server, ROWS);
    second = await another(first);
  });
  after(() => Promise.all([first.daemon.stop(), second.daemon.stop()]));

  it("users of both are shown by both, with what their clients say, and who types", async () => {
    const ana = await come(first, { sub: "ana" }, "room:1");
    const bob = await come(second, { sub: "bob" }, "room:1");
    await showsUsers(ana, "room:1", "ana", "bob");
    await showsUsers(bob, "room:1", "ana", "bob");
    bob.say({ type: "present", id: "p", topic: "room:1", state: "here", away: true });
    await eventually(
      "what bob said",
      () => JSON.stringify(presenceAt(ana, "room:1").users?.get("bob")) === '{"state":"here","away":true}',
    );
    bob.say({ type: "typing", topic: "room:1", on: true });
    await showsTyping(ana, "room:1", "bob");
    bob.say({ type: "typing", topic: "room:1", on: false });
    await showsTyping(ana, "room:1");
    const ends = [
      (cid: TestSocket) => cid.say({ type: "unsubscribe", id: "u", topic: "room:1" }),
      (cid: TestSocket) => cid.terminate(),
    ];
    for (const end of ends) {
      const cid = await come(second, { sub: "cid" }, "room:1");
      cid.say({ type: "typing", topic: "room:1", on: true });
      await showsTyping(ana, "room:1", "cid");
      end(cid);
      await showsTyping(ana, "room:1");
      cid.terminate();
    }
    bob.terminate();
    await showsUsers(ana, "room:1", "ana");
    ana.terminate();
  });

  it("a user who is at both is there once, and stays until both are left; one who is removed is gone from both at once", async () => {
    const ana = await come(first, { sub: "ana" }, "room:2");
    const [one, two] = [await come(first, { sub: "bob" }, "room:2"), await come(second, { sub: "bob" }, "room:2")];
    const cid = await come(second, { sub: "cid" }, "room:2");
    for (const socket of [ana, cid]) await showsUsers(socket, "room:2", "ana", "bob", "cid");
    one.terminate();
    await first.database.query("delete from room_members where room_id = 2 and user_id = 'bob'");
    for (const socket of [ana, cid]) await showsUsers(socket, "room:2", "ana", "cid");
    for (const socket of [ana, cid])
      assert.deepEqual(
        presenceAt(socket, "room:2").news.filter((each) => each === "-bob"),
        ["-bob"],
      );
    for (const socket of [ana, two, cid]) socket.terminate();
  });

  it("a deploy is no leave: the clients of a daemon that is told to stop come back at the other, and nobody hears of it", async () => {
    const third = await another(first);
    await first.database.query(`insert into room_members (room_id, user_id)
      select r, 'u' || r || '_' || i from generate_series(11, ${10 + ROOMS}) r, generate_series(0, ${2 * CLIENTS - 1}) i`);
    const topics = Array.from({ length: ROOMS }, (_, at) => `room:${11 + at}`);
    const all = topics.flatMap((topic, room) =>
      Array.from({ length: 2 * CLIENTS }, (_, at) => ({ topic, user: `u${11 + room}_${at}`, isMoving: at < CLIENTS })),
    );
    const sockets = new Map<string, TestSocket>();
    for (const { topic, user, isMoving } of all)
      sockets.set(user, await come(isMoving ? third : second, { sub: user }, topic));
    const expected = (topic: string): string[] => all.flatMap((one) => (one.topic === topic ? one.user : []));
    for (const { topic, user } of all) await showsUsers(sockets.get(user) as TestSocket, topic, ...expected(topic));
    const staying = all.filter(({ isMoving }) => !isMoving);
    for (const { user } of staying) (sockets.get(user) as TestSocket).forget();

    const stopped = third.daemon.stop();
    await Promise.all(
      all.map(async ({ topic, user, isMoving }) => {
        if (!isMoving) return;
        assert.equal((await (sockets.get(user) as TestSocket).closed).code, 1012);
        const back = await come(second, { sub: user }, topic);
        sockets.set(user, back);
        await showsUsers(back, topic, ...expected(topic));
        assert.deepEqual(presenceAt(back, topic).news, []);
      }),
    );
    await stopped;
    // Whom nobody heard of by now has left: of a user who leaves, all are told, as of one who comes.
    const witness = await come(second, { sub: "ana" }, "room:20");
    const leaving = await come(second, { sub: "bob" }, "room:20");
    leaving.terminate();
    await eventually("a leave that came later", () => presenceAt(witness, "room:20").news.includes("-bob"));
    for (const { user } of staying) {
      const told = (sockets.get(user) as TestSocket).frames.filter(({ type }) => type === "presence");
      assert.deepEqual(told, []);
    }
    for (const socket of [...sockets.values(), witness]) socket.terminate();
  });

  it("while the bus is lost presence is partial and nobody leaves, rows go on; then all is told again", async () => {
    const [ana, bob] = [await come(first, { sub: "ana" }, "room:3"), await come(second, { sub: "bob" }, "room:3")];
    await showsUsers(ana, "room:3", "ana", "bob");
    const lost = () => ana.frames.some((frame) => frame.type === "presence" && frame.partial === true);
    await eventually("a lost bus to be told", async () => {
      await first.database.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'deltad/bus' and datname = current_database()",
      );
      return lost();
    });
    await first.database.query("insert into notes values ('m', 3, 'rows go on')");
    await eventually("the row", () => Buffer.concat(ana.bytes).includes("rows go on"));
    await eventually("all to be told again", () => !presenceAt(ana, "room:3").isPartial);
    await showsUsers(ana, "room:3", "ana", "bob");
    assert.ok(!presenceAt(ana, "room:3").news.includes("-bob"));
    for (const socket of [ana, bob]) socket.terminate();
  });
});
