/** Two daemons behind one address, restarted one after the other, and killed: the clients of each come back on the other. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { WebSocket } from "ws";
import { createClient } from "../../client/client.ts";
import { BookingWriter } from "../support/event-ledger/booking-writer.ts";
import { Fleet } from "../support/fleet.ts";
import { DEMO } from "../support/oracle.ts";
import { eventually, pause } from "../support/real-time.ts";
import { createHangars } from "../support/running-daemon.ts";
import { onEachServer } from "../support/servers.ts";
import { token } from "../support/tokens.ts";
import { untilRight } from "../support/until-right.ts";

const OWNERS = ["1", "2", "3"];
const CLIENTS = 24;
/** The window that a daemon gives so few clients; and how late a busy machine may be. */
const RETURN_MS = { first: 500, last: 2_500, late: 5_000 };

await onEachServer("daemons behind a balancer", (server) => {
  // Nothing here depends on PostgreSQL's version, and the window of a return takes its time.
  if (server.major < 18) return;
  it("send their clients to each other when they are restarted one by one, or killed; all end with the right numbers", async (t) => {
    const database = await server.createDatabase();
    await createHangars(database, OWNERS.length);
    const fleet = await Fleet.start(database, 2);
    t.after(() => fleet.stop());
    const { accepted } = fleet.balancer;

    const clients = Array.from({ length: CLIENTS }, () =>
      createClient({
        url: fleet.url,
        getToken: () => token({ owners: OWNERS }, Date.now()),
        environment: { WebSocket },
      }),
    );
    t.after(() => clients.forEach((client) => client.close()));
    const owners = clients.map((client, at) => client.owner(OWNERS[at % OWNERS.length] ?? ""));
    for (const owner of owners) owner.subscribe(() => undefined);
    for (const client of clients) client.connect();
    const allRight = (): Promise<unknown> => Promise.all(owners.map((owner) => untilRight(owner, DEMO, database)));
    await allRight();

    const enough = new AbortController();
    const writing = (async () => {
      const writer = new BookingWriter("w", await database.client(), OWNERS);
      for (; !enough.signal.aborted; await pause(5, "duration")) await writer.write();
    })();

    const before = accepted.length;
    const toldMs = performance.now();
    await fleet.restart(0, "SIGTERM");
    const returned = (): number[] =>
      accepted.slice(before).flatMap(({ atMs, target }) => (target === -1 ? [] : [atMs - toldMs]));
    const left = CLIENTS / 2;
    await eventually("those that left to return", () => returned().length >= left, { everyMs: 50 });
    const after = returned().toSorted((a, b) => a - b);
    const { first, last, late } = RETURN_MS;
    assert.ok((after[0] ?? 0) >= first, `the first came back after ${after[0]} ms`);
    assert.ok((after.at(-1) ?? 0) <= last + late, `the last came back after ${after.at(-1)} ms`);
    const spreadMs = (after.at(-1) ?? 0) - (after[0] ?? 0);
    assert.ok(spreadMs > (last - first) / 3, `all came back within ${spreadMs} ms`);

    await fleet.restart(1, "SIGTERM");
    await fleet.restart(0, "SIGKILL");
    enough.abort();
    await writing;
    await allRight();
    assert.ok(accepted.some(({ target }) => target === 0) && accepted.some(({ target }) => target === 1));
  });
});
