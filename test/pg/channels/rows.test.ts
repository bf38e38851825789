import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import type { Down } from "../../../protocol/down.ts";
import { eventually } from "../../support/real-time.ts";
import { enter, openRooms, type Rooms, ShownRows } from "../../support/rooms.ts";
import { onEachServer } from "../../support/servers.ts";
import type { TestSocket } from "../../support/socket.ts";

const ROWS = `
  insert into accounts values (7), (8);
  insert into rooms (id, account_id, host, name) values (1, 7, 'ana', 'one'), (2, 7, 'bob', 'two'), (3, 8, null, 'three');
  insert into room_members (room_id, user_id) values (1, 'ana'), (1, 'bob'), (2, 'ana');
  insert into messages (id, room_id, author, body, created_at)
  select n, 1, 'ana', 'old ' || n, timestamptz '2026-01-01' + make_interval(secs => n) from generate_series(1, 8) n;
  insert into notes values ('a', 1, 'first'), ('b', 1, 'second'), ('c', 2, 'third');
  select setval(pg_get_serial_sequence('messages', 'id'), 100);`;

await onEachServer("rows of a channel", (server) => {
  let rooms: Rooms;
  let socket: TestSocket;

  before(async () => {
    rooms = await openRooms(server, ROWS);
    socket = await enter(rooms, { sub: "ana" });
  });
  after(() => rooms.daemon.stop());

  const keys = (set = "messages"): string[] => ShownRows.of(socket.heard, "room:1", set).items.map(([key]) => key);
  const shows = (...expected: string[]): Promise<void> =>
    eventually(
      () => `${expected.join(" ")}; shown are ${keys().join(" ")}`,
      () => keys().join(" ") === expected.join(" "),
    );
  const subscribe = async (on: TestSocket, topic: string): Promise<Down> => {
    const id = `${topic}-${on.heard.length}`;
    on.say({ type: "subscribe", id, topic });
    await eventually(
      () => `an answer about ${topic}: ${on.heard.map(({ type }) => type).join(" ")}`,
      () => on.frames.some((frame) => "id" in frame && frame.id === id),
    );
    return on.frames.find((frame) => "id" in frame && frame.id === id) ?? assert.fail();
  };

  it("a subscriber gets the newest rows, each whole, in order, and where they begin", async () => {
    const frame = await subscribe(socket, "room:1");
    assert.ok(frame.type === "rows");
    const { messages, notes } = frame.sets;
    assert.deepEqual(
      messages?.items.map(([key]) => key),
      ["4", "5", "6", "7", "8"],
    );
    assert.equal(messages?.from, messages?.items[0]?.[1]);
    assert.deepEqual(messages?.items[4]?.[2], {
      author: "ana",
      body: "old 8",
      stars: null,
      tags: [],
      extra: null,
      createdAt: "2026-01-01T00:00:08.000000Z",
    });
    assert.deepEqual(notes, {
      items: [
        ["a", "61", { body: "first" }],
        ["b", "62", { body: "second" }],
      ],
      from: null,
    });
  });

  it("an insert, an edit, a soft delete and a removal each arrive as what they are", async () => {
    await rooms.database.query(
      `insert into messages (id, room_id, author, body, stars, tags, extra)
       values (9, 1, 'bob', 'new', 5, '{x,y}', '{"a": [1, null]}')`,
    );
    await shows("4", "5", "6", "7", "8", "9");
    await rooms.database.query("update messages set body = 'edited' where id = 9");
    await rooms.database.query("update messages set deleted_at = now() where id = 8");
    await rooms.database.query("delete from messages where id = 7");
    await shows("4", "5", "6", "9");
    await rooms.database.query("update messages set deleted_at = null where id = 8");
    await shows("4", "5", "6", "8", "9");
    assert.deepEqual(ShownRows.of(socket.heard, "room:1", "messages").items[4]?.[1], {
      author: "bob",
      body: "edited",
      stars: 5,
      tags: ["x", "y"],
      extra: { a: [1, null] },
      createdAt: (
        await rooms.database.query<{ at: string }>(
          `select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at from messages where id = 9`,
        )
      )[0]?.at,
    });
  });

  it("a column that data does not name never leaves the database", () => {
    assert.ok(!Buffer.concat(socket.bytes).includes("canary"));
  });

  it("a row that moves is deleted in one channel and inserted in the other", async () => {
    await subscribe(socket, "room:2");
    await rooms.database.query("update messages set room_id = 2 where id = 6");
    await shows("4", "5", "8", "9");
    await eventually("the row in room 2", () =>
      ShownRows.of(socket.heard, "room:2", "messages").items.some(([key]) => key === "6"),
    );
  });

  it("a bulk statement and a TRUNCATE are a snapshot", async () => {
    const before = socket.frames.filter(({ type }) => type === "rows").length;
    await rooms.database.query(
      "insert into messages (room_id, author, body) select 1, 'ana', 'bulk ' || n from generate_series(1, 5001) n",
    );
    await shows("5097", "5098", "5099", "5100", "5101");
    await rooms.database.query("truncate messages");
    await shows();
    assert.equal(socket.frames.filter(({ type }) => type === "rows").length, before + 3);
  });

  it("who is no member hears the same of a room that exists and of one that does not", async () => {
    const other = await enter(rooms, { sub: "eve" });
    const answers = [await subscribe(other, "room:1"), await subscribe(other, "room:99")];
    assert.deepEqual(
      answers.map((answer) => answer.type === "nack" && [answer.code, answer.message]),
      [1, 99].map(() => ["forbidden", "the token does not name this topic"]),
    );
    assert.ok(!Buffer.concat(other.bytes).includes("first"));
  });
});
