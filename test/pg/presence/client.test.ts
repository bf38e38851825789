import assert from "node:assert/strict";
import { after, afterEach, before, it } from "node:test";
import { WebSocket } from "ws";
import { type Channel, openChannel } from "../../../client/channels/channel.ts";
import { type Client, createClient } from "../../../client/client.ts";
import { eventually } from "../../support/real-time.ts";
import { openRooms, type Rooms, startRooms } from "../../support/rooms.ts";
import { onEachServer } from "../../support/servers.ts";

const ROWS = `
  insert into accounts values (7);
  insert into rooms (id, account_id, name) select i, 7, 'r' from generate_series(1, 4) i;
  insert into room_members (room_id, user_id) select i, unnest(array['ana', 'bob']) from generate_series(1, 4) i;`;

await onEachServer("a client's presence", (server) => {
  let rooms: Rooms;
  let clients: Client[] = [];

  before(async () => {
    rooms = await openRooms(server, ROWS);
  });
  after(() => rooms.daemon.stop());
  afterEach(() => {
    for (const client of clients) client.close();
    clients = [];
  });

  const errors: string[] = [];
  /** A connected client of a user, and a room of its. */
  function enter(sub: string, key: number, kind = "room"): Channel<Record<string, object>> {
    const client = createClient({
      url: rooms.daemon.url,
      getToken: () => rooms.daemon.token({ sub }),
      onError: (error) => errors.push(String(error)),
      environment: { WebSocket },
    });
    clients.push(client);
    client.connect();
    return openChannel(client, kind, key);
  }
  /** Each user with their state. */
  const shown = ({ presence }: Pick<Channel<never>, "presence">): string =>
    (presence.getSnapshot().users ?? []).map(({ user, state }) => `${user} ${JSON.stringify(state)}`).join(", ");
  const shows = (room: Channel<Record<string, object>>, expected: string): Promise<void> =>
    eventually(
      () => `${expected}; shown is ${shown(room)}`,
      () => shown(room) === expected,
    );
  const types = ({ typing }: Pick<Channel<never>, "typing">, ...users: string[]): Promise<void> =>
    eventually(`${users.join()} typing`, () => typing.getSnapshot().users.join() === users.join());

  it("who listens to it alone is there, and hears what others say of themselves, and who types", async () => {
    const [ana, bob] = [enter("ana", 1), enter("bob", 1)];
    const leave = ana.presence.subscribe(() => undefined);
    bob.presence.subscribe(() => undefined);
    bob.present({ mood: "good" });
    await shows(ana, 'ana undefined, bob {"mood":"good"}');
    assert.equal(ana.presence.getSnapshot().count, 2);
    bob.type();
    await types(ana, "bob");
    bob.type(false);
    await types(ana);
    bob.present(null);
    await shows(ana, "ana undefined, bob undefined");
    ana.type();
    await types(bob, "ana");
    // Whoever goes types no more.
    leave();
    await types(bob);
  });

  it("what a client says of its user is said to the next daemon too, unasked", async () => {
    const [ana, bob] = [enter("ana", 2), enter("bob", 2)];
    ana.present("kept");
    for (const room of [ana, bob]) room.presence.subscribe(() => undefined);
    await shows(bob, 'ana "kept", bob undefined');
    await rooms.daemon.stop();
    await eventually("the end", () => bob.presence.getSnapshot().connection.state !== "live");
    assert.equal(shown(bob), 'ana "kept", bob undefined');
    rooms = { ...rooms, daemon: await startRooms(rooms.database, rooms.port) };
    for (const client of clients) client.connect();
    await eventually("the next daemon", () => bob.presence.getSnapshot().connection.state === "live");
    await shows(bob, 'ana "kept", bob undefined');
  });

  it("says no more than is taken, and ends with what was said last", async () => {
    const [ana, bob] = [enter("ana", 3), enter("bob", 3)];
    for (const room of [ana, bob]) room.presence.subscribe(() => undefined);
    await shows(ana, "ana undefined, bob undefined");
    for (let at = 1; at <= 7; at += 1) bob.present(at);
    await shows(ana, "ana undefined, bob 7");
    assert.deepEqual(errors, []);
  });

  it("is an error to whoever uses it of a kind of channels that has none, and no matter else", async () => {
    await rooms.database.query("update rooms set host = 'ana'");
    const desk = enter("ana", 4, "desk");
    desk.presence.subscribe(() => undefined);
    await eventually("the desk", () => desk.presence.getSnapshot().connection.state === "live");
    desk.present("here");
    await eventually("the error", () => errors.length > 0);
    assert.deepEqual(errors.splice(0), ["Error: desk:4: no_presence"]);
    assert.equal(desk.presence.getSnapshot().count, undefined);
  });
});
