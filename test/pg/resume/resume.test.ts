/** A client that was away gets what it missed: all of it, in order, once; or is told that nobody can say. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, beforeEach, it } from "node:test";
import { pause } from "../../support/real-time.ts";
import { book, ReturningMarketplace, told } from "../../support/returning-client.ts";
import { onEachServer } from "../../support/servers.ts";

await onEachServer("resume", (server) => {
  let market: ReturningMarketplace;
  let cursor: string;
  let next = 100;
  const write = (...statements: readonly string[]): Promise<void> => market.write(...statements);

  before(async () => {
    // Each transport with one of the servers.
    const transport = server.major === 15 ? "ws" : "auto";
    market = await ReturningMarketplace.open(await server.createDatabase(), { DELTAD_TRANSPORT: transport });
  });
  after(() => market.stopDaemon());

  /** A client that has heard of one booking, and then goes. */
  beforeEach(async () => {
    const { socket } = await market.come();
    cursor = await market.hear(socket, book((next += 1)));
    socket.terminate();
  });

  it("the events between going and coming back, in order of commit, each once; and then what happens next", async () => {
    const [a, b] = [(next += 1), (next += 1)];
    await write(book(a), book(b), `update bookings set status = 'completed' where id = ${a}`);
    const { socket, snapshot, events } = await market.come(cursor);
    assert.equal(snapshot.recovered, true);
    assert.deepEqual(events, [`booking_created ${a}`, `booking_created ${b}`, `booking_completed ${a}`]);
    await market.hear(socket, `update bookings set status = 'completed' where id = ${b}`);
    assert.equal(new Set(told(socket).map(({ id }) => id)).size, 4);
    socket.terminate();
  });

  it("nothing, where nothing happened: the event that the cursor came with is not sent again", async () => {
    const { socket, snapshot, events } = await market.come(cursor);
    assert.deepEqual([snapshot.recovered, events], [true, []]);
    socket.terminate();
  });

  it("transactions that were open when it went come too, before those that waited for them", async () => {
    const [late, id] = [(next += 1), (next += 1)];
    const open = await market.database.client();
    await open.query(`begin; ${book(late)}`);
    const watching = await market.come();
    const since = await market.hear(watching.socket, book(id));
    watching.socket.terminate();
    await open.query(`update bookings set status = 'cancelled' where id = ${id}; commit`);
    await write(`update bookings set guest_name = 'other' where id = ${late}`);
    const { socket, snapshot, events } = await market.come(since);
    assert.equal(snapshot.recovered, true);
    assert.deepEqual(events, [`booking_created ${late}`, `booking_updated ${id}`, `booking_updated ${late}`]);
    socket.terminate();
  });

  it("the rest of a commit whose first events alone arrived", async () => {
    const watching = await market.come();
    const [a, b, c] = [(next += 1), (next += 1), (next += 1)];
    await market.database.query(`${book(a)}; ${book(b)}; ${book(c)}`);
    await write();
    await watching.socket.settle();
    const [first] = told(watching.socket);
    watching.socket.terminate();
    const { socket, events } = await market.come(first?.cursor);
    assert.deepEqual(events, [`booking_created ${b}`, `booking_created ${c}`]);
    socket.terminate();
  });

  it("the same events under the same ids as those who stayed, after the daemon was replaced as well", async () => {
    const staying = await market.come();
    const [a, b] = [(next += 1), (next += 1)];
    await market.hear(staying.socket, book(a), book(b));
    const ids = told(staying.socket).map(({ id }) => id);
    staying.socket.terminate();
    await market.stopDaemon();
    const c = (next += 1);
    await market.database.query(book(c));
    await market.startDaemon();
    const { socket, snapshot, events } = await market.come(cursor);
    assert.equal(snapshot.recovered, true);
    assert.deepEqual(events.at(-1), `booking_created ${c}`);
    assert.deepEqual(
      told(socket)
        .slice(0, 2)
        .map(({ id }) => id),
      ids,
    );
    socket.terminate();
  });

  it("another owner's events are in no resume, nor does its cursor open one", async () => {
    const [mine, theirs] = [(next += 1), (next += 1)];
    await write(book(mine), book(theirs, 2, "canary-guest"));
    const { socket, events } = await market.come(cursor);
    assert.deepEqual(events, [`booking_created ${mine}`]);
    assert.ok(!Buffer.concat(socket.bytes).includes("canary"));
    socket.terminate();
    const other = await market.come(cursor, "2");
    assert.deepEqual([other.snapshot.recovered, other.events], [false, []]);
    other.socket.terminate();
  });

  it("a cursor that was not made here is answered with a snapshot, and `recovered: false`", async () => {
    const flipped = `${cursor.slice(0, -2)}${cursor.at(-2) === "A" ? "B" : "A"}${cursor.at(-1)}`;
    for (const forged of ["", "x", flipped, randomBytes(60).toString("base64url"), "A".repeat(9_000), "\u0000"]) {
      const { socket, snapshot, events } = await market.come(forged);
      assert.deepEqual([snapshot.recovered, events], [false, []]);
      socket.terminate();
    }
  });

  it("after a bulk statement nobody can say what was missed", async () => {
    await write(book((next += 1)), "truncate payouts");
    const kept = await market.come(cursor);
    assert.deepEqual([kept.snapshot.recovered, kept.events.length], [true, 1], "a source of no event says nothing");
    kept.socket.terminate();
    await write("insert into deltad.reset (source, link, owner, rows) values ('bookings', 'owner_id', '1', 9000)");
    const { socket, snapshot, events } = await market.come(cursor);
    assert.deepEqual([snapshot.recovered, events], [false, []]);
    socket.terminate();
  });

  it("who came and went, by a write or by the clock: the difference between then and now", async () => {
    const [here, soon, gone] = [(next += 1), (next += 1), (next += 1)];
    const stay = (id: number, from: string, until: string): string =>
      book(id)
        .replace("'pending'", "'confirmed'")
        .replace("now() + interval '30 days'", `now() + interval '${from}'`)
        .replace("now() + interval '31 days'", `now() + interval '${until}'`);
    // Known before it goes: one who arrives in a moment.
    const { socket: away } = await market.come();
    const before = await market.hear(away, stay(soon, "300 milliseconds", "20 days"));
    away.terminate();
    await pause(400, "duration");
    await write(stay(gone, "-2 days", "1 day"), `delete from bookings where id = ${gone}`);
    const first = await market.come(before);
    assert.equal(first.snapshot.recovered, true);
    const arrival = told(first.socket).find(({ type }) => type === "occupancy_changed")?.data;
    assert.deepEqual(
      [arrival?.["isNowOccupied"], arrival?.["previousOccupant"], arrival?.["newOccupant"]],
      [true, null, `guest ${soon}`],
    );
    assert.equal(first.events.filter((event) => event.startsWith("occupancy_changed")).length, 1);
    const cursorThen = await market.hear(first.socket, book((next += 1)));
    first.socket.terminate();
    // By a write: the guest goes, another is there.
    await write(`delete from bookings where id = ${soon}`, stay(here, "-1 hour", "1 day"));
    const second = await market.come(cursorThen);
    assert.equal(second.snapshot.recovered, true);
    const swap = told(second.socket).find(({ type }) => type === "occupancy_changed")?.data;
    assert.deepEqual(
      [swap?.["isNowOccupied"], swap?.["previousOccupant"], swap?.["newOccupant"]],
      [true, `guest ${soon}`, `guest ${here}`],
    );
    second.socket.terminate();
    await write(`delete from bookings where id = ${here}`);
  });

  it("after the changes were removed nobody can say what was missed", async () => {
    await write(book((next += 1)));
    await market.stopDaemon();
    await market.database.query("select deltad.prune(100000)");
    await market.startDaemon();
    const { socket, snapshot, events } = await market.come(cursor);
    assert.deepEqual([snapshot.recovered, events], [false, []]);
    socket.terminate();
  });
});
