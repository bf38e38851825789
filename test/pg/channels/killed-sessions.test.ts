import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { eventually } from "../../support/real-time.ts";
import { come, enter, openRooms, type Rooms, ShownRows } from "../../support/rooms.ts";
import { onEachServer } from "../../support/servers.ts";
import type { TestSocket } from "../../support/socket.ts";

const COUNT = 60;
const ROWS = `
  insert into accounts values (7);
  insert into rooms (id, account_id, name) select n, 7, 'room' from generate_series(1, ${COUNT}) n;
  insert into room_members (room_id, user_id) values (1, 'ana'), (1, 'bob');
  insert into messages (room_id, author, body)
  select room, 'ana', 'old ' || n from generate_series(1, ${COUNT}) room, generate_series(1, 8) n;`;

await onEachServer("channels whose sessions are killed", (server) => {
  let rooms: Rooms;
  let said = 0;

  before(async () => {
    rooms = await openRooms(server, ROWS);
  });
  after(() => rooms.daemon.stop());

  const kill = (role: string): Promise<unknown> =>
    rooms.database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like $1",
      [`deltad/${role}`],
    );
  const say = (room: number): Promise<unknown> =>
    rooms.database.query("insert into messages (room_id, author, body) values ($1, 'eve', $2)", [
      room,
      `new ${(said += 1)}`,
    ]);
  /** The five newest, as the table has them. */
  const written = async (room: number): Promise<string> => {
    const [row] = await rooms.database.query<{ bodies: string }>(
      `select string_agg(body, ', ' order by created_at, id) as bodies
         from (select body, created_at, id from messages where room_id = $1 order by created_at desc, id desc limit 5) m`,
      [room],
    );
    return row?.bodies ?? "";
  };
  const shown = (socket: TestSocket, topic: string): string =>
    ShownRows.of(socket.heard, topic, "messages")
      .items.slice(-5)
      .map(([, row]) => row["body"])
      .join(", ");
  const shows = (socket: TestSocket, topic: string, expected: string): Promise<void> =>
    eventually(
      () => `${topic}: ${expected}; shown is ${shown(socket, topic)}`,
      () => shown(socket, topic) === expected,
    );

  it("the reader's session: subscribers hear that rows are stale, and then get those that there are; who was removed meanwhile gets none", async () => {
    const [ana, bob] = await Promise.all(["ana", "bob"].map(async (sub) => enter(rooms, { sub })));
    assert.ok(ana && bob);
    for (const socket of [ana, bob]) {
      socket.say({ type: "subscribe", id: "s", topic: "room:1" });
      await socket.next("rows");
    }
    await kill("reader");
    await rooms.database.query(
      "begin; insert into messages (room_id, author, body) values (1, 'eve', 'secret'); delete from room_members where user_id = 'bob'; commit",
    );
    assert.equal((await ana.next("stale")).topic, "room:1");
    await ana.next("live");
    await shows(ana, "room:1", await written(1));
    assert.equal((await bob.next("topic_closed")).reason, "removed");
    assert.ok(!Buffer.concat(bob.bytes).includes("secret"));
    await say(1);
    await shows(ana, "room:1", await written(1));
    for (const socket of [ana, bob]) socket.terminate();
  });

  it("those of loads, again and again while channels are loaded and pages read: every subscriber gets the rows that there are", async () => {
    const socket = await enter(rooms, { sub: "x" });
    for (let room = 1; room <= COUNT; room += 1) {
      socket.say({ type: "subscribe", id: `s${room}`, topic: `plaza:${room}` });
      if (room % 6 === 0) await Promise.all([kill("channels"), say(room)]);
    }
    for (let room = 1; room <= COUNT; room += 1) await shows(socket, `plaza:${room}`, await written(room));
    // A page may be refused, and is there when it is asked for again.
    const before = ShownRows.of(socket.heard, "plaza:1", "messages").from ?? assert.fail("whole");
    const answers = () => socket.heard.filter((frame) => "id" in frame && frame.id === "page");
    for (let asked = 1; answers().at(-1)?.type !== "history"; asked += 1) {
      socket.say({ type: "history", id: "page", topic: "plaza:1", rows: "messages", before, limit: 3 });
      if (asked < 3) await kill("channels");
      await eventually("an answer", () => answers().length === asked);
    }
    socket.terminate();
  });

  it("all at once: nothing is missing afterwards", async () => {
    const socket = await come(rooms, { sub: "x" }, "plaza:2");
    for (let round = 1; round <= 5; round += 1) {
      await Promise.all([kill("%"), say(2)]);
      await say(2);
      await shows(socket, "plaza:2", await written(2));
    }
    socket.terminate();
  });
});
