/** More connections than the process may open files: the daemon keeps its database. */
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { it } from "node:test";
import { freePort } from "../../daemon/database/cluster.ts";
import { DeltadProgram, demoOn } from "../support/deltad-program.ts";
import { eventually } from "../support/real-time.ts";
import { createHangars } from "../support/running-daemon.ts";
import { onEachServer } from "../support/servers.ts";
import { availableTransports } from "../support/transports.ts";

/** Node alone opens some 200 while it reads the modules. */
const FILES = 320;
const FLOOD = 400;

const PIDS =
  "select pid from pg_stat_activity where application_name in ('deltad/reader', 'deltad/listener') and datname = current_database() order by pid";

await onEachServer("a daemon that may open few files", (server) => {
  it("opens its sessions again while connections ask for more files than there are, and serves whoever comes after them", async (t) => {
    const database = await server.createDatabase();
    await createHangars(database, 1);
    for (const transport of await availableTransports()) {
      const port = await freePort();
      const variables = { ...demoOn(database.url), DELTAD_PORT: String(port), DELTAD_TRANSPORT: transport };
      const program = await DeltadProgram.make(variables);
      t.after(() => program.remove());
      const daemon = program.startWithFiles(FILES, "start");
      await daemon.says(/there is room for 220 connections only.*to 20100/);
      await daemon.says(/listening/);
      const isReady = async (): Promise<boolean> =>
        fetch(`http://127.0.0.1:${port}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        );
      await eventually("the daemon to be ready", isReady);

      const flood: Socket[] = [];
      let held = 0;
      for (let count = 0; count < FLOOD; count++) {
        const socket = connect(port, "127.0.0.1");
        socket.on("error", () => {}).on("connect", () => held++);
        socket.on("close", () => held--).resume();
        flood.push(socket);
      }
      await daemon.says(/ended connections for want of files/);
      const before = await database.query(PIDS);
      await database.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'deltad/%' and datname = current_database()",
      );
      await eventually("new sessions, with as many connections as may be", async () => {
        const now = await database.query(PIDS);
        return now.length === before.length && !now.some(({ pid }) => before.some((old) => old["pid"] === pid));
      });
      assert.ok(held > 100, "the flood still holds what it may");
      for (const socket of flood) socket.destroy();
      await eventually("the daemon to be ready again", isReady);
      daemon.child.kill("SIGTERM");
      assert.equal(await daemon.exited, 0, daemon.output);
    }
  });
});
