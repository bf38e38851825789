/** One owner's import: what others' changes wait for is the numbers that it makes, never its events; and its readers lose none of them. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { MOST_CHANGES } from "../../../daemon/plan/row-tag.ts";
import type { Published } from "../../../daemon/owners/published.ts";
import { DEMO } from "../../support/oracle.ts";
import { OwnersOnDatabase } from "../../support/owners-on-database.ts";
import { eventually } from "../../support/real-time.ts";
import { book, ReturningMarketplace, SEASON, shown, told } from "../../support/returning-client.ts";
import { onEachServer } from "../../support/servers.ts";

const ROWS = 700;
const FIRST = 10_000;
const START = Date.UTC(2026, 4, 8, 12) * 1000;

/** Bookings of owner 1, in one statement. */
const imported = (first: number, rows: number): string => `
  insert into bookings (id, listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
  select n, 10, 1, 'guest ' || n, 'pending', 'unpaid', 10, now() + interval '30 days', now() + interval '31 days'
    from generate_series(${first}, ${first + rows - 1}) n`;

const created = (first: number, rows: number): string[] =>
  Array.from({ length: rows }, (_, at) => `booking_created ${first + at}`);

const isEvents = (update: Published) => update.kind === "events";

await onEachServer("an owner's import", (server) => {
  it("is folded and published with the batch, beside the whole of another owner's change; its events follow by pages", async () => {
    const database = await server.createDatabase();
    const running = await OwnersOnDatabase.open(database, DEMO, START);
    try {
      await database.query(SEASON);
      await running.watch("1", "2");
      running.published.length = 0;
      await database.query(`begin; ${imported(FIRST, ROWS)}; ${book(5, 2)}; commit`);
      await running.read();
      assert.ok(running.lastRows < 40, `${running.lastRows} rows of one batch`);
      const batch = running.published.splice(0).map((update) => {
        const { kind, owner } = update;
        const owes = "owes" in update && update.owes ? ", and owes events" : "";
        return `${kind} of ${owner}${owes}`;
      });
      assert.deepEqual(new Set(batch), new Set(["patch of 1, and owes events", "events of 2", "patch of 2"]));
      const pages: number[] = [];
      const ids: unknown[] = [];
      for (let owes = true; owes; ) {
        await eventually("a page", () => running.published.length > 0, { everyMs: 5 });
        for (const page of running.published.splice(0).filter(isEvents)) {
          pages.push(page.events.length);
          ids.push(...page.events.map(({ data }) => data["bookingId"]));
          owes = page.owes ?? false;
        }
        await running.advanceTo(running.t + 50_000);
      }
      assert.ok(Math.max(...pages) <= 50, `${pages.join(", ")} events in a page`);
      assert.deepEqual(
        ids,
        Array.from({ length: ROWS }, (_, at) => String(FIRST + at)),
      );
    } finally {
      await running.stop();
    }
  });

  it(`of ${MOST_CHANGES} rows is told with its batch, of one more it is not`, async () => {
    const database = await server.createDatabase();
    const running = await OwnersOnDatabase.open(database, DEMO, START);
    try {
      await database.query(SEASON);
      await running.watch("1");
      for (const [rows, isWithheld] of [
        [MOST_CHANGES, false],
        [MOST_CHANGES + 1, true],
      ] as const) {
        running.published.length = 0;
        await database.query(imported(FIRST * rows, rows));
        await running.read();
        const patch = running.published.find(({ kind }) => kind === "patch");
        assert.equal(patch && "owes" in patch && patch.owes, isWithheld);
      }
    } finally {
      await running.stop();
    }
  });
});

await onEachServer("readers of an import", (server) => {
  let market: ReturningMarketplace;

  before(async () => {
    market = await ReturningMarketplace.open(await server.createDatabase());
  });
  after(() => market.stopDaemon());

  it("get each of its events once, after the metrics and in order, and what happens next after them", async () => {
    const { socket } = await market.come();
    const before = socket.frames.length;
    await market.database.query(imported(FIRST, ROWS));
    await market.database.query(`update bookings set status = 'completed' where id = ${FIRST}`);
    await market.write(`update bookings set status = 'completed' where id = ${FIRST + 1}`);
    await socket.settle();
    const after = [`booking_completed ${FIRST}`, `booking_completed ${FIRST + 1}`];
    assert.deepEqual(told(socket).map(shown), [...created(FIRST, ROWS), ...after]);
    assert.equal(socket.frames[before]?.type, "metrics_updated");
    socket.terminate();
  });

  it("that are cut off again and again while it is told get each of its events once", async () => {
    const from = FIRST + 4 * ROWS;
    let { socket } = await market.come();
    const got: string[] = [];
    let cursor: string | undefined;
    await market.database.query(imported(from, ROWS));
    for (let cuts = 0; got.length < ROWS; cuts += 1) {
      const wanted = Math.min(100, ROWS - got.length);
      await eventually("events", () => told(socket).length >= wanted, { everyMs: 5 });
      socket.terminate();
      const events = told(socket).slice(0, wanted);
      got.push(...events.map(shown));
      cursor = events.at(-1)?.cursor;
      const { socket: next, snapshot } = await market.come(cursor);
      assert.equal(snapshot.recovered, true, `cut ${cuts}`);
      socket = next;
    }
    await socket.settle();
    assert.deepEqual(got, created(from, ROWS));
    socket.terminate();
  });

  it("that come back while it is told, from before it, get each of its events once", async () => {
    const [from, rows] = [FIRST + 6 * ROWS, 3_000];
    const staying = await market.come();
    const before = staying.snapshot.cursor;
    await market.database.query(imported(from, rows));
    // More than is read at once.
    await eventually("events", () => told(staying.socket).length >= ROWS, { everyMs: 5 });
    const { socket, snapshot } = await market.come(before);
    assert.equal(snapshot.recovered, true);
    await eventually("the rest", () => told(socket).length >= rows, { everyMs: 5 });
    await socket.settle();
    assert.deepEqual(told(socket).map(shown), created(from, rows));
    for (const reader of [staying.socket, socket]) reader.terminate();
  });

  it("that are cut off anywhere in it come back to all the rest", async () => {
    const staying = await market.come();
    const from = FIRST + 2 * ROWS;
    await market.write(imported(from, ROWS));
    await staying.socket.settle();
    const all = told(staying.socket);
    assert.equal(all.length, ROWS);
    for (const place of [0, 199, 200, ROWS - 2]) {
      const { socket, snapshot } = await market.come(all[place]?.cursor);
      assert.equal(snapshot.recovered, true);
      const left = (): string[] => told(socket).map(shown);
      await eventually("the rest", () => left().length >= ROWS - place - 1, { everyMs: 5 });
      const rest = left();
      assert.deepEqual(rest, created(from + place + 1, ROWS - place - 1));
      // With the same ids as those who stayed.
      const ids = new Set(told(socket).map(({ id }) => id));
      assert.ok(all.slice(place + 1).every(({ id }) => ids.has(id)));
      socket.terminate();
    }
    staying.socket.terminate();
  });
});
