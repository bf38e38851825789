/** A daemon of two is killed: whoever was at it leaves once, and types no more. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { freePort } from "../../daemon/database/cluster.ts";
import { DeltadProgram } from "../support/deltad-program.ts";
import { presenceAt } from "../support/presence-at.ts";
import { eventually } from "../support/real-time.ts";
import { come, openRooms, ROOMS_CONFIG } from "../support/rooms.ts";
import { onEachServer } from "../support/servers.ts";
import { SECRET } from "../support/tokens.ts";

const ROWS = `
  insert into accounts values (7);
  insert into rooms (id, account_id, name) values (1, 7, 'r');
  insert into room_members (room_id, user_id) select 1, unnest(array['ana', 'bob', 'cid', 'dee']);`;
const TOPIC = "room:1";
/** Of the law, and how late a busy machine may be. */
const END_MS = 30_000;
const LATE_MS = 30_000;

await onEachServer("a daemon that is killed", (server) => {
  it("is a leave of each of its users, once, though not of those who are back at another; and nobody types on", async (t) => {
    const rooms = await openRooms(server, ROWS);
    t.after(() => rooms.daemon.stop());
    const port = await freePort();
    const program = await DeltadProgram.make({
      DATABASE_URL: rooms.database.url,
      DELTAD_CONFIG: ROOMS_CONFIG,
      DELTAD_JWT_SECRET: SECRET,
      DELTAD_PORT: String(port),
    });
    t.after(() => program.remove());
    const other = program.start("start");
    await other.says(/listening/);

    const ana = await come(rooms, { sub: "ana" }, TOPIC);
    const shown = () => presenceAt(ana, TOPIC);
    const users = (): string => shown().names.join();
    const theirs = await Promise.all(["bob", "cid", "dee"].map((sub) => come({ ...rooms, port }, { sub }, TOPIC)));
    await eventually("all to be shown", () => users() === "ana,bob,cid,dee");
    theirs[0]?.say({ type: "typing", topic: TOPIC, on: true });
    await eventually("bob to type", () => shown().typing.join() === "bob");

    const ends = theirs.map(async (socket) => socket.closed);
    other.child.kill("SIGKILL");
    await Promise.all(ends);
    const dee = await come(rooms, { sub: "dee" }, TOPIC);
    await eventually("bob to type no more", () => shown().typing.length === 0);
    await eventually("the leaves", () => users() === "ana,dee", { withinMs: END_MS + LATE_MS });
    assert.deepEqual(
      shown()
        .news.filter((each) => each.startsWith("-"))
        .toSorted(),
      ["-bob", "-cid"],
    );
    for (const socket of [ana, dee]) socket.terminate();
  });
});
