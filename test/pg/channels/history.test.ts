import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import type { Down } from "../../../protocol/down.ts";
import { eventually } from "../../support/real-time.ts";
import { come, openRooms, type Rooms, ShownRows } from "../../support/rooms.ts";
import { onEachServer } from "../../support/servers.ts";
import type { TestSocket } from "../../support/socket.ts";

const ROWS = `
  insert into accounts values (7);
  insert into rooms (id, account_id, name) values (1, 7, 'one');
  insert into room_members (room_id, user_id) values (1, 'ana');
  insert into messages (id, room_id, author, body, created_at, deleted_at)
  select n, 1, 'ana', 'old ' || n, timestamptz '2026-01-01' + make_interval(secs => n / 2),
         case when n % 5 = 0 then now() end from generate_series(1, 30) n;`;

await onEachServer("older rows of a channel", (server) => {
  let rooms: Rooms;
  let socket: TestSocket;
  let asked = 0;

  before(async () => {
    rooms = await openRooms(server, ROWS);
    socket = await come(rooms, { sub: "ana" }, "room:1");
  });
  after(() => rooms.daemon.stop());

  const page = async (before: string, limit: number, rows = "messages"): Promise<Down> => {
    const id = `h${(asked += 1)}`;
    socket.say({ type: "history", id, topic: "room:1", rows, before, limit });
    const answer = () => socket.frames.find((frame) => "id" in frame && frame.id === id);
    await eventually("a page", () => answer() !== undefined);
    return answer() ?? assert.fail();
  };
  const from = (): string => ShownRows.of(socket.heard, "room:1", "messages").from ?? assert.fail("whole");

  it("pages follow each other to the first row, without a gap, a double or a row that is deleted", async () => {
    const found: string[] = [];
    let before: string | null = from();
    while (before !== null) {
      const answer = await page(before, 7);
      assert.ok(answer.type === "history");
      found.unshift(...answer.items.map(([key]) => key));
      before = answer.from;
    }
    const shown = ShownRows.of(socket.heard, "room:1", "messages").items.map(([key]) => key);
    const live = Array.from({ length: 30 }, (_, at) => at + 1).filter((n) => n % 5 !== 0);
    assert.deepEqual([...found, ...shown], live.map(String));
  });

  it("a page is as the channel is at the version that it names, whatever is written meanwhile", async () => {
    for (let round = 0; round < 20; round += 1) {
      const writing = rooms.database.query(`update messages set body = 'round ${round}' where id in (3, 8, 13)`);
      const answer = await page(from(), 100);
      await writing;
      assert.ok(answer.type === "history");
      const held = new Map(answer.items.map(([key, , row]) => [key, row["body"]]));
      // Of one statement all or nothing.
      assert.equal(
        new Set([held.get("3"), held.get("8"), held.get("13")].filter((body) => String(body).startsWith("round")))
          .size <= 1,
        true,
      );
      const before = socket.heard.slice(0, socket.heard.indexOf(answer));
      const versions = before.flatMap((frame) =>
        "version" in frame && frame.type !== "history" ? [frame.version] : [],
      );
      assert.equal(answer.version, versions.at(-1));
      const told = before.findLast((frame) => frame.type === "rows_changed" && "changes" in frame);
      if (told !== undefined && "changes" in told) {
        const row = told.changes.find((change) => change[2] === "3");
        assert.equal(row?.length === 5 && row[4]["body"], held.get("3"));
      }
    }
  });

  it("what is no set and no position is refused, and so is a page of too many rows", async () => {
    for (const [before, rows] of [
      ["", "messages"],
      ["zz", "messages"],
      [from(), "letters"],
      [`${"z".repeat(13)}.${"0".repeat(13)}`, "messages"],
    ] as const) {
      const answer = await page(before, 5, rows);
      assert.ok(answer.type === "nack");
      assert.equal(answer.code, "unknown_rows");
    }
    assert.equal((await page(from(), 101)).type, "error");
  });

  it("the same by HTTP, for who may see the channel", async () => {
    const url = `${rooms.daemon.url}v1/topics/room:1/rows/messages?limit=3&before=${from()}`;
    const ask = (sub: string): Promise<Response> =>
      fetch(url, { headers: { authorization: `Bearer ${rooms.daemon.token({ sub })}` } });
    const answer = await ask("ana");
    assert.equal(answer.status, 200);
    const { items } = (await answer.json()) as { items: [string][] };
    assert.deepEqual(
      items.map(([key]) => key),
      ["21", "22", "23"],
    );
    assert.equal((await ask("eve")).status, 403);
    const topic = await fetch(`${rooms.daemon.url}v1/topics/room:1`, {
      headers: { authorization: `Bearer ${rooms.daemon.token({ sub: "ana" })}` },
    });
    assert.equal(((await topic.json()) as { type: string }).type, "rows");
  });
});
