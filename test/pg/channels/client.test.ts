import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { WebSocket } from "ws";
import { openChannel, type RowsView } from "../../../client/channels/channel.ts";
import { createClient } from "../../../client/client.ts";
import type { ChannelTypesOf } from "../../../daemon/define/define.ts";
import type config from "../../rooms/deltad.config.ts";
import { eventually } from "../../support/real-time.ts";
import { openRooms, type Rooms, startRooms } from "../../support/rooms.ts";
import { onEachServer } from "../../support/servers.ts";

type Types = ChannelTypesOf<typeof config>;

const ROWS = `
  insert into accounts values (7);
  insert into rooms (id, account_id, name) values (1, 7, 'one');
  insert into room_members (room_id, user_id) values (1, 'ana');
  insert into messages (id, room_id, author, body, created_at)
  select n, 1, 'ana', 'old ' || n, timestamptz '2026-01-01' + make_interval(secs => n) from generate_series(1, 30) n;
  select setval(pg_get_serial_sequence('messages', 'id'), 100);`;

await onEachServer("a client's channel", (server) => {
  let rooms: Rooms;

  before(async () => {
    rooms = await openRooms(server, ROWS);
  });
  after(() => rooms.daemon.stop());

  const client = (sub: string) =>
    createClient({
      url: rooms.daemon.url,
      getToken: () => rooms.daemon.token({ sub }),
      onError: (error) => assert.fail(String(error)),
      environment: { WebSocket },
    });
  const bodies = ({ items = [] }: RowsView<Types["room"]["messages"]>): string =>
    items.map(({ row }) => row.body).join(", ");

  it("shows rows in order, older ones on demand, and what is written meanwhile, once each", async () => {
    const ana = client("ana");
    const room = openChannel<Types, "room">(ana, "room", "1");
    const messages = room.rows("messages");
    assert.equal(messages, room.rows("messages"));
    const told: string[] = [];
    const stop = room.on("messages", {
      inserted: ({ key }) => told.push(`+${key}`),
      updated: ({ key, row }) => told.push(`${key} ${row.body}`),
      deleted: ({ row }) => told.push(`-${row.body}`),
    });
    ana.connect();
    const shows = (expected: string): Promise<void> =>
      eventually(
        () => `${expected}; shown is ${bodies(messages.getSnapshot())}`,
        () => bodies(messages.getSnapshot()) === expected,
      );
    await shows("old 26, old 27, old 28, old 29, old 30");
    const before = messages.getSnapshot();
    assert.equal(before, messages.getSnapshot());
    assert.equal(before.hasOlder, true);
    assert.equal(before.connection.state, "live");

    // An edit of a row that is not held makes no phantom.
    await rooms.database.query("update messages set body = 'edited 3' where id = 3");
    await rooms.database.query("update messages set body = 'edited 30' where id = 30");
    await shows("old 26, old 27, old 28, old 29, edited 30");
    assert.equal(messages.getSnapshot().items?.[0], before.items?.[0]);
    assert.deepEqual(told, ["30 edited 30"]);

    const writing = rooms.database.query("insert into messages (room_id, author, body) values (1, 'bob', 'new')");
    await Promise.all([room.older("messages", 10), writing]);
    await room.older("messages", 100);
    const old = Array.from({ length: 29 }, (_, at) => (at === 2 ? "edited 3" : `old ${at + 1}`));
    await shows([...old, "edited 30", "new"].join(", "));
    assert.equal(messages.getSnapshot().hasOlder, false);
    // Now it is held, and changes.
    await rooms.database.query("update messages set deleted_at = now() where id = 3");
    await eventually("the deletion", () => told.includes("-edited 3"));
    stop();
    ana.close();
  });

  it("a daemon that ends and another that begins leave nothing out; what happened in between is told", async () => {
    const ana = client("ana");
    const room = openChannel<Types, "room">(ana, "room", 1);
    const told: string[] = [];
    room.on("messages", {
      inserted: ({ row }) => told.push(row.body),
      deleted: ({ row }) => told.push(`-${row.body}`),
    });
    ana.connect();
    const view = () => room.rows("messages").getSnapshot();
    await eventually("rows", () => (view().items?.length ?? 0) > 0);
    await rooms.daemon.stop();
    await rooms.database.query(
      "insert into messages (room_id, author, body) values (1, 'bob', 'meanwhile'); delete from messages where body = 'new'",
    );
    rooms = { ...rooms, daemon: await startRooms(rooms.database, rooms.port) };
    ana.connect();
    await eventually(
      () => `meanwhile; told ${told.join(" ")}`,
      () => told.join(" ") === "meanwhile -new",
    );
    assert.equal(view().connection.state, "live");
    ana.close();
  });

  it("who is let in later sees it then, on the same connection, and who is removed no more", async () => {
    const eve = client("eve");
    const room = openChannel<Types, "room">(eve, "room", "1");
    room.on("messages", {});
    eve.connect();
    const view = () => room.rows("messages").getSnapshot();
    await eventually("the refusal", () => view().connection.state === "closed");
    await rooms.database.query("insert into room_members (room_id, user_id) values (1, 'eve')");
    await eventually("rows", () => (view().items?.length ?? 0) > 0 && view().connection.state === "live");
    await rooms.database.query("delete from room_members where user_id = 'eve'");
    await eventually("the end", () => view().connection.state === "closed");
    eve.close();
  });
});
