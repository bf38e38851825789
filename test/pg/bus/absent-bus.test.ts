import assert from "node:assert/strict";
import { it } from "node:test";
import { freePort } from "../../../daemon/database/cluster.ts";
import { eventually } from "../../support/real-time.ts";
import { enter, openRooms } from "../../support/rooms.ts";
import { onEachServer } from "../../support/servers.ts";

await onEachServer("a bus that is away", (server) => {
  it("keeps neither rows nor /readyz: the log says why once, without the password", async () => {
    const nowhere = await freePort();
    const lines: string[] = [];
    const line = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
    const log = { debug: line, info: line, warn: line, error: line };
    const busUrl = `redis://ana:hunter2@127.0.0.1:${nowhere}`;
    const rooms = await openRooms(
      server,
      "insert into accounts values (7); insert into rooms (id, account_id, host, name) values (1, 7, 'ana', 'one')",
      { DELTAD_BUS_URL: busUrl },
      log,
    );
    const ready = async (): Promise<boolean> => (await fetch(`${rooms.daemon.url}readyz`)).status === 200;
    await eventually("the daemon to be ready", ready);
    const told = (): string[] => lines.filter((each) => each.startsWith("other daemons can't be heard"));
    await eventually("the log to say that others can't be heard", () => told().length > 0);
    const socket = await enter(rooms, { sub: "ana", role: "admin" });
    socket.say({ type: "subscribe", id: "s", topic: "room:1" });
    await eventually("the room", () => socket.frames.some(({ type }) => type === "rows"));
    await rooms.database.query("insert into notes values ('a', 1, 'goes on')");
    await eventually("its new row", () => Buffer.concat(socket.bytes).includes("goes on"));
    assert.equal(await ready(), true);
    assert.equal(told().length, 1);
    assert.match(told()[0] ?? "", /ECONNREFUSED/);
    assert.ok(!lines.some((each) => each.includes("hunter2")));
    socket.terminate();
    await rooms.daemon.stop();
  });
});
