import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { eventually } from "../../support/real-time.ts";
import { another, answerTo, enter, openRooms, type Rooms, ShownRows } from "../../support/rooms.ts";
import { onEachServer } from "../../support/servers.ts";
import type { TestSocket } from "../../support/socket.ts";

const ROWS = `
  insert into accounts values (7), (8);
  insert into rooms (id, account_id, host, name) values (1, 7, 'ana', 'one'), (2, 8, 'bob', 'two');
  insert into room_members (room_id, user_id) select 1, unnest(array['ana', 'bob', 'cid', 'cid', 'dee']);
  insert into notes values ('a', 1, 'first');`;

await onEachServer("who may see a channel", (server) => {
  let rooms: Rooms;
  let second: Rooms;
  let count = 0;

  before(async () => {
    rooms = await openRooms(server, ROWS);
    second = await another(rooms);
  });
  after(() => Promise.all([rooms.daemon.stop(), second.daemon.stop()]));

  /** The type of the answer, or the code of the refusal. */
  const subscribe = (socket: TestSocket, topic: string): Promise<string> =>
    answerTo(socket, { type: "subscribe", id: `s${(count += 1)}`, topic });
  const hears = (socket: TestSocket, what: string): Promise<void> =>
    eventually(
      () => `${what}; came ${socket.heard.map(({ type }) => type).join(" ")}`,
      () => Buffer.concat(socket.bytes).includes(what),
    );

  it("a table of members, the row's user, an owner, a claim and everyone each let in whom they say", async () => {
    const cases = [
      [{ sub: "ana" }, { "room:1": "rows", "room:2": "forbidden", "desk:1": "rows", "desk:2": "forbidden" }],
      [{ sub: "ana" }, { "office:1": "forbidden", "club:1": "forbidden", "plaza:1": "rows", "plaza:9": "forbidden" }],
      [
        { sub: "x", ownerId: 7 },
        { "office:1": "rows", "office:2": "forbidden", "room:1": "forbidden" },
      ],
      [
        { sub: "x", clubs: [1, "02", "9"] },
        { "club:1": "rows", "club:2": "rows", "club:9": "forbidden" },
      ],
      [
        { sub: "x", topics: ["room:1", "club:1"] },
        { "room:1": "forbidden", "club:1": "forbidden" },
      ],
      [{ ownerId: 7 }, { "office:1": "rows", "room:1": "forbidden", "plaza: 01": "rows" }],
      [
        { sub: "root", role: "admin" },
        { "room:1": "rows", "desk:2": "rows", "room:9": "unknown_topic" },
      ],
    ] as const;
    for (const [claims, expected] of cases) {
      const socket = await enter(rooms, claims);
      for (const [topic, answer] of Object.entries(expected))
        assert.equal(await subscribe(socket, topic), answer, `${JSON.stringify(claims)} ${topic}`);
      socket.terminate();
    }
  });

  for (const [order, statements] of [
    [
      "removal first",
      ["delete from room_members where user_id = 'bob'", "insert into notes values ('x1', 1, 'not for bob 1')"],
    ],
    [
      "removal last",
      ["insert into notes values ('x2', 1, 'not for bob 2')", "delete from room_members where user_id = 'bob'"],
    ],
  ] as const) {
    it(`C2 Membership is a row: who is removed gets no row of the transaction that removes them, on two daemons: ${order}`, async () => {
      const sockets = await Promise.all([rooms, second].map(async (at) => enter(at, { sub: "bob" })));
      const staying = await enter(rooms, { sub: "ana" });
      for (const socket of [...sockets, staying]) assert.equal(await subscribe(socket, "room:1"), "rows");
      await rooms.database.query(statements.join(";"));
      const secret = order === "removal first" ? "not for bob 1" : "not for bob 2";
      await hears(staying, secret);
      for (const socket of sockets) {
        const { reason } = await socket.next("topic_closed");
        assert.equal(reason, "removed");
        assert.equal(await subscribe(socket, "room:1"), "forbidden");
        assert.ok(!Buffer.concat(socket.bytes).includes(secret));
      }
      // Who is let in again hears of it, and finds what came meanwhile.
      await rooms.database.query("insert into room_members (room_id, user_id) values (1, 'bob')");
      for (const socket of sockets) {
        assert.equal((await socket.next("topic_available")).topic, "room:1");
        assert.equal(await subscribe(socket, "room:1"), "rows");
        assert.ok(Buffer.concat(socket.bytes).includes(secret));
        socket.terminate();
      }
      await rooms.database.query("delete from notes where slug like 'x%'");
    });
  }

  it("of two rows that name a user, the last one must go", async () => {
    const socket = await enter(rooms, { sub: "cid" });
    assert.equal(await subscribe(socket, "room:1"), "rows");
    await rooms.database.query(
      "delete from room_members where ctid = (select max(ctid) from room_members where user_id = 'cid')",
    );
    await rooms.database.query("insert into notes values ('y', 1, 'still here')");
    await hears(socket, "still here");
    await rooms.database.query("delete from room_members where user_id = 'cid'");
    assert.equal((await socket.next("topic_closed")).reason, "removed");
  });

  it("a change of the row's user closes for the one and opens for the other", async () => {
    const [ana, eve] = [await enter(rooms, { sub: "ana" }), await enter(rooms, { sub: "eve" })];
    assert.equal(await subscribe(ana, "desk:1"), "rows");
    assert.equal(await subscribe(eve, "desk:1"), "forbidden");
    await rooms.database.query("update rooms set host = 'eve' where id = 1");
    assert.equal((await ana.next("topic_closed")).topic, "desk:1");
    assert.equal((await eve.next("topic_available")).topic, "desk:1");
    assert.equal(await subscribe(eve, "desk:1"), "rows");
  });

  it("who may see an owner by their token hears of a channel that becomes the owner's, and nobody else does", async () => {
    const [seven, both, eight, root] = await Promise.all(
      [{ ownerId: 7 }, { owners: [8, 7] }, { ownerId: 8 }, { role: "admin", sub: "root" }].map(async (claims) =>
        enter(rooms, { sub: "x", ...claims }),
      ),
    );
    assert.ok(seven && both && eight && root);
    await rooms.database.query("insert into rooms (id, account_id, name) values (8, 7, 'eight')");
    for (const socket of [seven, both]) assert.equal((await socket.next("topic_available")).topic, "office:8");
    // A second one, of the other owner: what came before it has come.
    await rooms.database.query("insert into rooms (id, account_id, name) values (9, 8, 'nine')");
    for (const socket of [eight, both]) assert.equal((await socket.next("topic_available")).topic, "office:9");
    root.say({ type: "ping", id: "p" });
    await root.next("ack");
    const heard = (socket: TestSocket): number => socket.heard.filter(({ type }) => type === "topic_available").length;
    assert.deepEqual([seven, both, eight, root].map(heard), [1, 2, 1, 0]);
    for (const socket of [seven, both, eight, root]) socket.terminate();
    await rooms.database.query("delete from rooms where id in (8, 9)");
  });

  it("members that go by TRUNCATE, which leaves no images, get no row of its transaction", async () => {
    const socket = await enter(rooms, { sub: "dee" });
    assert.equal(await subscribe(socket, "room:1"), "rows");
    await rooms.database.query(
      "begin; insert into notes values ('z', 1, 'too late'); truncate room_members; insert into room_members values (1, 'ana'); commit",
    );
    assert.equal((await socket.next("topic_closed")).reason, "removed");
    assert.ok(!Buffer.concat(socket.bytes).includes("too late"));
  });

  it("a channel ends with its row", async () => {
    const socket = await enter(rooms, { sub: "x" });
    await rooms.database.query("insert into rooms (id, account_id, name) values (5, 7, 'five')");
    assert.equal(await subscribe(socket, "plaza:5"), "rows");
    await rooms.database.query("delete from rooms where id = 5");
    assert.equal((await socket.next("topic_closed")).reason, "deleted");
    assert.equal(await subscribe(socket, "plaza:5"), "forbidden");
    assert.equal(ShownRows.of(socket.heard, "plaza:5", "messages").isOpen, false);
  });

  it("and is not kept by a user who is NULL", async () => {
    await rooms.database.query("insert into rooms (id, account_id, host, name) values (6, 7, null, 'six')");
    const socket = await enter(rooms, { sub: "root", role: "admin" });
    assert.equal(await subscribe(socket, "desk:6"), "rows");
    await rooms.database.query("delete from rooms where id = 6");
    assert.equal((await socket.next("topic_closed")).reason, "deleted");
  });

  it("a token that is refreshed keeps its channels, but those that the new one's claims no longer name", async () => {
    const socket = await enter(rooms, { sub: "ana", clubs: ["1"] });
    assert.equal(await subscribe(socket, "club:1"), "rows");
    assert.equal(await subscribe(socket, "room:1"), "rows");
    socket.say({
      type: "refresh",
      token: rooms.daemon.token({ sub: "ana", exp: Math.floor(Date.now() / 1000) + 7200 }),
    });
    assert.equal((await socket.next("topic_closed")).topic, "club:1");
    await rooms.database.query("insert into notes values ('r', 1, 'after the refresh')");
    await hears(socket, "after the refresh");
  });
});
