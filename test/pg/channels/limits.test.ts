import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { applyFile } from "../../support/install.ts";
import { eventually } from "../../support/real-time.ts";
import {
  another,
  answerTo,
  enter,
  openRooms,
  type Rooms,
  ROOMS_CONFIG,
  ROOMS_SCHEMA,
  ShownRows,
} from "../../support/rooms.ts";
import { onEachServer } from "../../support/servers.ts";
import type { TestSocket } from "../../support/socket.ts";
import { startMarketplaceDaemon } from "../../support/running-daemon.ts";

const ROWS = `
  insert into accounts values (7);
  insert into rooms (id, account_id, name) select n, 7, 'room' from generate_series(1, 1000) n;
  insert into messages (room_id, author, body) select n, 'ana', 'hello' from generate_series(1, 1000) n;
  insert into notes select 'n' || n, 1, 'note' from generate_series(1, 1001) n;
  insert into room_members (room_id, user_id) values (1, 'ana'), (2, 'ana');`;

await onEachServer("limits of channels", (server) => {
  let rooms: Rooms;

  before(async () => {
    rooms = await openRooms(server, ROWS);
  });
  after(() => rooms.daemon.stop());

  const answer = (socket: TestSocket, topic: string): Promise<string> =>
    answerTo(socket, { type: "subscribe", id: `${topic} ${socket.heard.length}`, topic });

  it("C5 Nothing is dropped without a word: a channel that holds too much says so, at first and later", async () => {
    const socket = await enter(rooms, { sub: "ana" });
    assert.equal(await answer(socket, "room:1"), "too_large");
    assert.equal(await answer(socket, "room:2"), "rows");
    await rooms.database.query("insert into notes values ('big', 2, repeat('x', 70000))");
    assert.equal((await socket.next("topic_closed")).reason, "too_large");
    assert.equal(await answer(socket, "room:2"), "too_large");
  });

  it("an operator's limits are for other numbers of rows and bytes", async () => {
    const wide = await another(rooms, { DELTAD_MAX_ROWS: "1001", DELTAD_MAX_ROW_BYTES: "100000" });
    const socket = await enter(wide, { sub: "ana" });
    assert.equal(await answer(socket, "room:1"), "rows");
    assert.equal(await answer(socket, "room:2"), "rows");
    await rooms.database.query(
      "insert into notes values ('n1002', 1, 'one too many'), ('bigger', 2, repeat('x', 110000))",
    );
    const closed = [await socket.next("topic_closed"), await socket.next("topic_closed")];
    assert.deepEqual(closed.map(({ topic, reason }) => `${topic} ${reason}`).toSorted(), [
      "room:1 too_large",
      "room:2 too_large",
    ]);
    // Once they have gone, both are read again.
    await rooms.database.query("delete from notes where slug in ('n1002', 'bigger')");
    for (const topic of ["room:1", "room:2"]) {
      let last = "";
      // The daemon has not read of it at once.
      while (last !== "rows") last = await answer(socket, topic);
    }
    await wide.daemon.stop();
  });

  it("1,000 channels that are subscribed to at once all come", async () => {
    const socket = await enter(rooms, { sub: "x" });
    for (let n = 1; n <= 1000; n += 1) socket.say({ type: "subscribe", id: `s${n}`, topic: `plaza:${n}` });
    await eventually(
      () => `1,000 channels; ${socket.frames.filter(({ type }) => type === "rows").length} came`,
      () => socket.frames.filter(({ type }) => type === "rows").length === 1000,
    );
    assert.equal(ShownRows.of(socket.heard, "plaza:999", "messages").items[0]?.[1]["body"], "hello");
  });

  it("an index that is missing (channel_index_missing) is told at start, with the statement that makes it", async () => {
    const database = await server.createDatabase();
    await database.query(ROOMS_SCHEMA);
    await applyFile(database.url, ROOMS_CONFIG);
    await database.query("drop index messages_room_id_created_at_id_idx");
    await assert.rejects(
      startMarketplaceDaemon(database, { configFile: ROOMS_CONFIG }, 0),
      /channels\.room\.rows\.messages: no index over all of public\.messages begins with room_id, created_at/,
    );
  });
});
