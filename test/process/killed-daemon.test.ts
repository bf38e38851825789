/** The real daemon, killed again and again in the middle of a stream of writes: clients come back, and end with the right numbers. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { WebSocket } from "ws";
import { type Client, createClient } from "../../client/client.ts";
import { freePort } from "../../daemon/database/cluster.ts";
import type { DemoProcess } from "../support/demo-clone.ts";
import { DeltadProgram, demoOn } from "../support/deltad-program.ts";
import { bellFree } from "../support/held-bell.ts";
import { DEMO } from "../support/oracle.ts";
import { pause } from "../support/real-time.ts";
import { createHangars } from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";
import { token } from "../support/tokens.ts";
import { untilRight } from "../support/until-right.ts";

const OWNERS = ["1", "2", "3"];
const KILLS = 3;
/** Before each kill: long enough that the daemon is live and changes flow, and never the same moment of its work. */
const ALIVE_MS = 250;

/** One transaction of several statements; some are rolled back. */
async function write(database: Awaited<ReturnType<TestDatabase["client"]>>, round: number): Promise<void> {
  const owner = 1 + (round % 3);
  await database.query("begin");
  await database.query(
    `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, paid_at)
     values ($1, $1, 'guest', 'confirmed', 'paid', $2, now() - interval '1 hour', now() + interval '1 day', now())`,
    [owner, round + 0.25],
  );
  await database.query(
    "update bookings set status = 'cancelled' where id = (select max(id) - 3 from bookings where owner_id = $1)",
    [owner],
  );
  if (round % 5 === 0)
    await database.query("update bookings set owner_id = 1 + owner_id % 3 where id = (select min(id) from bookings)");
  await database.query(round % 7 === 0 ? "rollback" : "commit");
}

function clientOf(port: number): Client {
  return createClient({
    url: `http://127.0.0.1:${port}`,
    getToken: () => token({ owners: OWNERS }, Date.now()),
    // Comes back soon: the test is about what it comes back to.
    environment: { WebSocket, random: () => 0.02 },
  });
}

await onEachServer("a daemon killed in mid-stream", (server) => {
  it("starts again with the right numbers, and its clients with it", async (t) => {
    const database = await server.createDatabase();
    await createHangars(database, OWNERS.length);
    const port = await freePort();
    const program = await DeltadProgram.make({ ...demoOn(database.url), DELTAD_PORT: String(port) });
    t.after(() => program.remove());
    const start = async (): Promise<DemoProcess> => {
      const daemon = program.start("start");
      await daemon.says(/listening/);
      return daemon;
    };

    let daemon = await start();
    const clients = OWNERS.map(() => clientOf(port));
    t.after(() => clients.forEach((client) => client.close()));
    const owners = clients.map((client, at) => client.owner(OWNERS[at] ?? ""));
    for (const owner of owners) owner.subscribe(() => undefined);
    for (const client of clients) client.connect();

    const enough = new AbortController();
    const writers = [0, 1].map(async (writer) => {
      const session = await database.client();
      let round = writer;
      for (; !enough.signal.aborted; round += 2) await write(session, round);
      return round;
    });
    for (let kill = 1; kill <= KILLS; kill += 1) {
      await pause(ALIVE_MS * kill, "duration");
      daemon.child.kill("SIGKILL");
      await daemon.exited;
      // Who writes now waits for nobody and notifies nobody.
      await bellFree(database);
      daemon = await start();
    }
    await pause(ALIVE_MS, "duration");
    enough.abort();
    const rounds = await Promise.all(writers);
    assert.ok(Math.min(...rounds) > 20, "writes went on while the daemon was away");

    await Promise.all(owners.map((owner) => untilRight(owner, DEMO, database)));
    daemon.child.kill("SIGTERM");
    assert.equal(await daemon.exited, 0, daemon.output);
    const bells =
      "select count(*)::int as held from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())";
    assert.deepEqual(await database.query(bells), [{ held: 0 }], "no bell is left that would make writers notify");
  });
});
