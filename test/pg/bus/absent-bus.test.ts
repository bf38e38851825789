import assert from "node:assert/strict";
import { it } from "node:test";
import { freePort } from "../../../daemon/database/cluster.ts";
import { applyFile } from "../../support/install.ts";
import { eventually } from "../../support/real-time.ts";
import { ROOMS_CONFIG, ROOMS_SCHEMA, startRooms } from "../../support/rooms.ts";
import { onEachServer } from "../../support/servers.ts";
import { TestSocket } from "../../support/socket.ts";

await onEachServer("a bus that is away", (server) => {
  it("keeps neither rows nor /readyz: the log says why once, without the password", async () => {
    const database = await server.createDatabase();
    await database.query(ROOMS_SCHEMA);
    await applyFile(database.url, ROOMS_CONFIG);
    await database.query(
      "insert into accounts values (7); insert into rooms (id, account_id, host, name) values (1, 7, 'ana', 'one')",
    );
    const [port, nowhere] = [await freePort(), await freePort()];
    const lines: string[] = [];
    const line = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
    const log = { debug: line, info: line, warn: line, error: line };
    const busUrl = `redis://ana:hunter2@127.0.0.1:${nowhere}`;
    const daemon = await startRooms(database, port, { DELTAD_BUS_URL: busUrl }, log);
    const ready = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200;
    await eventually("the daemon to be ready", ready);
    const told = (): string[] => lines.filter((each) => each.startsWith("other daemons can't be heard"));
    await eventually("the log to say that others can't be heard", () => told().length > 0);
    const socket = await TestSocket.welcomed(port, daemon.token({ sub: "ana", role: "admin" }));
    socket.say({ type: "subscribe", id: "s", topic: "room:1" });
    await eventually("the room", () => socket.frames.some(({ type }) => type === "rows"));
    await database.query("insert into notes values ('a', 1, 'goes on')");
    await eventually("its new row", () => Buffer.concat(socket.bytes).includes("goes on"));
    assert.equal(await ready(), true);
    assert.equal(told().length, 1);
    assert.match(told()[0] ?? "", /ECONNREFUSED/);
    assert.ok(!lines.some((each) => each.includes("hunter2")));
    socket.terminate();
    await daemon.stop();
  });
});
