/**
 * The database is lost while clients come back with their cursors. Nobody waits for ever, and nobody is told that nothing was missed
 * where a crash has taken the changes with it.
 */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { freePort } from "../../../daemon/database/cluster.ts";
import type { EventFrame } from "../../../protocol/down/event.ts";
import { microsecondsOf } from "../../support/microseconds.ts";
import { DEMO, oracleDocuments } from "../../support/oracle.ts";
import { Proxy } from "../../support/proxy.ts";
import { eventually } from "../../support/real-time.ts";
import { book, SEASON, shownBy } from "../../support/returning-client.ts";
import { createMarketplace, type MarketplaceDaemon, startMarketplaceDaemon } from "../../support/running-daemon.ts";
import {
  databaseOn,
  onEachMajor,
  type RunningCluster,
  startCluster,
  type TestDatabase,
} from "../../support/servers.ts";
import { TestSocket } from "../../support/socket.ts";

await onEachMajor("clients of a database that is lost", (major) => {
  let running: RunningCluster;
  let proxy: Proxy;
  let database: TestDatabase;
  let port: number;
  let daemon: MarketplaceDaemon;
  let next = 100;

  before(async () => {
    running = await startCluster(major);
    proxy = await Proxy.start(running.cluster.url("postgres"));
    database = await databaseOn(running.cluster);
    await createMarketplace(database, DEMO);
    await database.query(SEASON);
    port = await freePort();
    daemon = await startMarketplaceDaemon({ url: proxy.through(database.url) }, DEMO, port);
  });
  after(async () => {
    // The daemon would wait for sessions that are silent.
    await proxy.stop();
    await daemon.stop();
    await running.remove();
  });

  const come = async (resume?: string): Promise<TestSocket> => {
    const socket = await TestSocket.welcomed(port, daemon.token({ ownerId: 1 }));
    socket.say({ type: "subscribe", id: "s", topic: "owner:1", ...(resume !== undefined && { resume }) });
    return socket;
  };
  /** Books, and waits until each socket has heard of it. Returns the cursor that the first then has. */
  const hear = async (...sockets: readonly TestSocket[]): Promise<string> => {
    const id = (next += 1);
    await database.query(book(id));
    const frames = await Promise.all(sockets.map((socket) => bookingOf(socket, id)));
    return frames[0]?.cursor ?? "";
  };
  /** The cursor of a client that has heard of one booking, and then went. */
  const leave = async (): Promise<string> => {
    const socket = await come();
    await socket.next("snapshot");
    const cursor = await hear(socket);
    socket.terminate();
    return cursor;
  };
  const crash = (): Promise<void> => running.cluster.stop("immediate");
  /** Starts the server again, and lets the daemon come back to it once `meanwhile` is done. */
  const recover = async (meanwhile?: () => Promise<void>): Promise<void> => {
    await running.cluster.start();
    database = await databaseOn(running.cluster, database.name);
    await meanwhile?.();
    proxy.retarget(running.cluster.url("postgres"));
  };
  const assertRight = async (...sockets: readonly TestSocket[]): Promise<void> => {
    for (const socket of sockets) {
      const { asOf, data } = shownBy(socket);
      const expected = (await oracleDocuments(DEMO, database, microsecondsOf(asOf), ["1"])).get("1");
      assert.deepEqual(JSON.parse(JSON.stringify(data)), expected);
    }
  };

  it("sessions that were ended cost nobody an event: those who stayed and those who come get what happened meanwhile", async () => {
    const cursor = await leave();
    const staying = await come();
    await staying.next("snapshot");
    const id = (next += 1);
    await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'deltad/%'; ${book(id)}`,
    );
    await staying.next("stale");
    const returning = await come(cursor);
    const both = [staying, returning];
    for (const socket of both) {
      assert.equal((await socket.next("snapshot")).recovered, true);
      await bookingOf(socket, id);
    }
    await hear(...both);
    for (const socket of both) assert.deepEqual(bookingsOf(socket).slice(-2), [id, next]);
    await assertRight(...both);
    for (const socket of both) socket.terminate();
  });

  it("after a crash nobody can say what was missed: not to those who stayed, nor to those who came back while the server was gone", async () => {
    const cursor = await leave();
    const staying = await come();
    await staying.next("snapshot");
    await database.query(book((next += 1)));
    await crash();
    await staying.next("stale");
    const returning = await come(cursor);
    assert.deepEqual([(await returning.next("ack")).id, (await returning.next("stale")).reason], ["s", "database"]);
    const newcomer = await come();
    const old = await newcomer.next("snapshot");
    assert.equal((await newcomer.next("stale")).reason, "database");

    // Before the daemon is back: these changes are in nobody's batch.
    await recover(async () => void (await database.query(book((next += 1)))));
    const all = [staying, returning, newcomer];
    for (const socket of all) {
      assert.equal((await socket.next("snapshot")).recovered, false);
      await socket.next("live");
    }
    // What was shown while the server was gone is of the life before.
    const late = await come(old.cursor);
    assert.equal((await late.next("snapshot")).recovered, false);
    await hear(...all, late);
    for (const socket of [returning, newcomer, late]) assert.deepEqual(bookingsOf(socket), [next]);
    await assertRight(...all, late);
    for (const socket of [...all, late]) socket.terminate();
  });

  it("one killed backend is a crash too, though the server comes back by itself, at once and at the same place", async () => {
    const staying = await come();
    await staying.next("snapshot");
    const cursor = await hear(staying);
    const [backend] = await database.query<{ pid: number }>("select pg_backend_pid() as pid");
    process.kill(backend?.pid ?? 0, "SIGKILL");
    await staying.next("stale");
    assert.equal((await staying.next("snapshot")).recovered, false);
    const returning = await come(cursor);
    assert.equal((await returning.next("snapshot")).recovered, false);
    database = await databaseOn(running.cluster, database.name);
    await hear(staying, returning);
    await assertRight(staying, returning);
    for (const socket of [staying, returning]) socket.terminate();
  });

  it("a server that is killed while it reads what somebody missed leaves nobody waiting", async () => {
    const cursor = await leave();
    await hear(await come());
    const blocker = await database.client();
    await blocker.query("begin; lock table deltad.floor in access exclusive mode");
    const resuming = await come(cursor);
    const waiting =
      "select from pg_stat_activity where application_name = 'deltad/history' and wait_event_type = 'Lock'";
    await eventually("the read to wait", async () => (await database.query(waiting)).length > 0, { everyMs: 5 });
    await crash();
    await resuming.next("stale");
    await recover();
    await resuming.next("live");
    const told = resuming.frames.filter((frame) => frame.type === "snapshot").map(({ recovered }) => recovered);
    assert.ok(told.length > 0 && told.every((recovered) => recovered === false), told.join());
    await hear(resuming);
    assert.deepEqual(bookingsOf(resuming), [next]);
    await assertRight(resuming);
    resuming.terminate();
  });

  it("what is read from the server's next life, before the daemon knows of it, is not taken for what was missed", async () => {
    const cursor = await leave();
    await hear(await come());
    for (const role of ["reader", "listener", "pool"]) proxy.silence(`deltad/${role}`);
    await database.query(book((next += 1)));
    await crash();
    await recover();
    const resuming = await come(cursor);
    const snapshot = await resuming.next("snapshot");
    assert.equal(snapshot.recovered, false);
    assert.deepEqual(bookingsOf(resuming), []);
    resuming.terminate();
  });
});

async function bookingOf(socket: TestSocket, id: number): Promise<EventFrame> {
  for (;;) {
    const event = await socket.nextEvent("booking_created");
    if (event.data["bookingId"] === String(id)) return event;
  }
}

/** The bookings that it was told of, in order. */
function bookingsOf(socket: TestSocket): number[] {
  return socket.events.map(({ data }) => Number(data["bookingId"]));
}
