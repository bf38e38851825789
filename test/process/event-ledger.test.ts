/**
 * Every event of every commit, under one id, in the order of each row's commits, to clients that lose their sockets all the time, from
 * two daemons that are restarted and killed one after the other.
 */
import assert from "node:assert/strict";
import { it } from "node:test";
import { BookingWriter } from "../support/event-ledger/booking-writer.ts";
import { EventLedger, heard } from "../support/event-ledger/ledger.ts";
import { ResumingClient } from "../support/event-ledger/resuming-client.ts";
import { Fleet } from "../support/fleet.ts";
import { eventually, pause } from "../support/real-time.ts";
import { createHangars } from "../support/running-daemon.ts";
import { onEachServer } from "../support/servers.ts";

/** The nightly size: DELTAD_TEST_LEDGER=10000,20 is 10,000 events under 20 rolling restarts. */
const [EVENTS = 300, RESTARTS = 1] = (process.env["DELTAD_TEST_LEDGER"] ?? "300,1").split(",").map(Number);
const OWNERS = ["1", "2", "3"];
const WRITERS = 3;
const CUT_AFTER_MS = 1_500;
/** Between two transactions of one writer, at most. */
const PAUSE_MS = 30;
const SETTLED_MS = 30_000;

await onEachServer("events", (server) => {
  it("come once each, in the order of commits, whoever is cut off, restarted or killed meanwhile", async (t) => {
    const database = await server.createDatabase();
    await createHangars(database, OWNERS.length);
    const fleet = await Fleet.start(database, 2);
    t.after(() => fleet.stop());
    // The second of each owner's two loses its socket only with a daemon.
    const clients = OWNERS.flatMap((owner) =>
      [CUT_AFTER_MS, Number.POSITIVE_INFINITY].map(
        (cutAfterMs) => new ResumingClient({ url: fleet.url, owner, cutAfterMs }),
      ),
    );
    t.after(() => clients.forEach((client) => client.stop()));
    await Promise.all(clients.map(({ ready }) => ready));

    const ledger = new EventLedger();
    const enough = new AbortController();
    const writers = Array.from({ length: WRITERS }, async (_, at) => {
      const writer = new BookingWriter(`w${at}`, await database.client(), OWNERS);
      while (!enough.signal.aborted || ledger.events < EVENTS) {
        ledger.commit(await writer.write());
        await pause(Math.random() * PAUSE_MS, "chance");
      }
    });
    for (let restart = 0; restart < RESTARTS * 2; restart += 1) {
      await pause(Math.random() * 500, "chance");
      await fleet.restart(restart % 2, restart % 4 === 1 ? "SIGKILL" : "SIGTERM");
    }
    enough.abort();
    await Promise.all(writers);

    const lacksNothing = (): boolean => clients.every(({ owner, events }) => events.size >= ledger.eventsOf(owner));
    // What is still lacking then is told below.
    await eventually("all events", lacksNothing, { everyMs: 50, withinMs: SETTLED_MS }).catch(() => undefined);
    // Whatever should not come has time to.
    await pause(200, "silence");
    for (const client of clients) {
      const { owner, events, resumes, contradictions } = client;
      assert.deepEqual(heard(events.values()), ledger.owedTo(owner), `owner ${owner}`);
      assert.equal(contradictions, 0, "an id is of one event");
      assert.equal(resumes.refused, 0, "every cursor was good");
    }
    for (const owner of OWNERS) {
      const ids = clients.filter((client) => client.owner === owner).map(({ events }) => [...events.keys()].toSorted());
      assert.deepEqual(ids[0], ids[1], "every daemon gives an event the same id");
    }
    const resumes = clients.reduce((sum, client) => sum + client.resumes.recovered, 0);
    const repeated = clients.reduce((sum, client) => sum + client.repeated, 0);
    assert.ok(resumes > clients.length, "clients did come back");
    assert.equal(repeated, 0, "nothing comes twice");
    t.diagnostic(`${ledger.events} events, ${RESTARTS * 2} restarts, ${resumes} resumes`);
  });
});
