import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import type { DownFrame } from "../../../protocol/down.ts";
import { TestEventStream } from "../../support/event-stream.ts";
import { eventually } from "../../support/real-time.ts";
import { another, openRooms, type Rooms, ShownRows } from "../../support/rooms.ts";
import { onEachServer } from "../../support/servers.ts";
import { availableTransports } from "../../support/transports.ts";

const transports = await availableTransports();
const ROWS = `
  insert into accounts values (7);
  insert into rooms (id, account_id, name) values (1, 7, 'one');
  insert into room_members (room_id, user_id) values (1, 'ana'), (1, 'bob');
  insert into notes values ('a', 1, 'first');`;

await onEachServer("a channel as server-sent events", (server) => {
  let rooms: Rooms;

  before(async () => {
    rooms = await openRooms(server, ROWS);
  });
  after(() => rooms.daemon.stop());

  for (const transport of transports)
    it(`shows rows, tells what becomes of them, and ends for who is removed, over ${transport}`, async () => {
      const { port, daemon } = await another(rooms, { DELTAD_TRANSPORT: transport });
      const follow = (sub: string, topic = "room:1"): Promise<TestEventStream> =>
        TestEventStream.open(port, `?topic=${topic}`, { authorization: `Bearer ${daemon.token({ sub })}` });
      const ana = await follow("ana");
      const bob = await follow("bob");
      const shown = ({ messages }: TestEventStream): string => {
        const frames: DownFrame[] = messages.map(({ frame }) => frame);
        return ShownRows.of(frames, "room:1", "notes")
          .items.map(([key, row]) => `${key} ${String(row["body"])}`)
          .join(", ");
      };
      const shows = (stream: TestEventStream, expected: string): Promise<void> =>
        eventually(
          () => `${expected}; shown is ${shown(stream)}`,
          () => shown(stream) === expected,
        );
      for (const stream of [ana, bob]) await shows(stream, "a first");
      await rooms.database.query(`insert into notes values ('b', 1, 'over ${transport}')`);
      for (const stream of [ana, bob]) await shows(stream, `a first, b over ${transport}`);
      await rooms.database.query(
        "begin; insert into notes values ('c', 1, 'not for bob'); delete from room_members where user_id = 'bob'; commit",
      );
      assert.equal((await bob.next("topic_closed")).frame.reason, "removed");
      await shows(ana, `a first, b over ${transport}, c not for bob`);
      assert.ok(!bob.text.includes("not for bob"));
      await rooms.database.query("insert into room_members (room_id, user_id) values (1, 'bob')");
      assert.equal((await bob.next("topic_available")).frame.topic, "room:1");
      assert.equal((await follow("eve")).response.status, 403);
      await rooms.database.query("delete from notes where slug in ('b', 'c')");
      await shows(ana, "a first");
      for (const stream of [ana, bob]) stream.leave();
      await daemon.stop();
    });
});
