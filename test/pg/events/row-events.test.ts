import assert from "node:assert/strict";
import { after, before, beforeEach, it } from "node:test";
import type { Batch, BatchEvent } from "../../../daemon/capture/batch.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import { BatchReader } from "../../support/batch-reader.ts";
import { install } from "../../support/install.ts";
import { DEMO } from "../../support/oracle.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const plan = compile(DEMO.config);
const ANA = "1";
const CANARY = "2";

/** The demo's marketplace with two owners; a statement that changes more than twenty rows is a bulk statement. */
const SEASON = `
  insert into owners (id, name, time_zone, currency) values (1, 'Ana', 'America/Havana', 'BRL'), (2, 'canary', 'UTC', 'CAN');
  insert into listings (id, owner_id, hangar_number, status) values (10, 1, 'H-10', 'active'), (11, 1, 'H-11', 'active'), (20, 2, 'canary', 'active');`;

await onEachServer("row events", (server) => {
  let database: TestDatabase;
  let reader: BatchReader;

  before(async () => {
    database = await server.createDatabase();
    await database.query(DEMO.schema);
    await install(database, plan.tables, { bulkRows: 20, twoPhase: true });
    await database.query(SEASON);
    reader = await BatchReader.open(database.url, plan, ["UTC", "America/Havana"]);
  });
  after(() => reader.close());
  beforeEach(async () => {
    await database.query("delete from bookings where id < 1000");
    await database.query("truncate bookings");
    await reader.read();
  });

  const written = async (...statements: readonly string[]): Promise<Batch> => {
    for (const statement of statements) await database.query(statement);
    return reader.read();
  };
  const events = async (...statements: readonly string[]): Promise<readonly BatchEvent[]> =>
    (await written(...statements)).events;
  /** `name booking` of each event. */
  const told = async (...statements: readonly string[]): Promise<string[]> => shown(await events(...statements));

  it("an inserted row gives one event with its data, in the forms that are declared", async () => {
    const [event, ...more] = await events(booking({ id: 1, listing_id: 10 }));
    assert.deepEqual(more, []);
    assert.deepEqual([event?.owner, event?.name], [ANA, "booking_created"]);
    assert.equal(event?.id, `bookings.${event?.xid}.1`);
    assert.deepEqual(event?.data, {
      bookingId: "1",
      listingId: "10",
      hangarNumber: "H-10",
      guestName: "Guest",
      amount: "120.50",
      currency: "BRL",
      // From 23:30 to 00:30 in Havana.
      duration: 1,
      checkInDate: "2025-06-01T03:30:00.123456Z",
      checkOutDate: "2025-06-01T04:30:00.000000Z",
      status: "pending",
      previousStatus: null,
    });
  });

  it("a booking inserted as paid gives booking_created and revenue_received, under different identities", async () => {
    const made = await events(booking({ id: 1, payment_status: "paid" }));
    assert.deepEqual(shown(made), ["booking_created 1", "revenue_received 1"]);
    assert.deepEqual(await told("update bookings set guest_name = 'X'"), ["booking_updated 1"]);
    assert.deepEqual(await told("update bookings set payment_status = 'refunded'"), []);
    assert.deepEqual(await told("update bookings set payment_status = 'paid'"), ["revenue_received 1"]);
  });

  it("an update to completed gives booking_completed alone; another status tells the one before", async () => {
    await written(booking({ id: 1 }));
    const [confirmed] = await events("update bookings set status = 'confirmed'");
    assert.deepEqual(
      [confirmed?.name, confirmed?.data["previousStatus"], confirmed?.data["status"]],
      ["booking_updated", "pending", "confirmed"],
    );
    assert.deepEqual(await told("update bookings set status = 'completed', guest_name = 'X'"), ["booking_completed 1"]);
    assert.deepEqual(await told("update bookings set guest_name = 'Y'"), ["booking_updated 1"]);
  });

  it("an update that changes none of the declared columns gives nothing", async () => {
    await written(booking({ id: 1 }));
    assert.deepEqual(await told("update bookings set created_at = now(), paid_at = now(), status = status"), []);
  });

  it("a row is told once per commit, whatever the number of statements, savepoints and triggers", async () => {
    await written(booking({ id: 1 }), booking({ id: 2 }));
    const made = await events(`do $$ begin
      insert into bookings select 3, listing_id, owner_id, 'three', status, payment_status, 1, check_in, check_out from bookings where id = 1;
      update bookings set status = 'confirmed' where id in (1, 3);
      begin
        update bookings set status = 'cancelled';
        raise 'rolled back to the savepoint';
      exception when raise_exception then null;
      end;
      update bookings set guest_name = 'Z' where id = 1;
    end $$`);
    assert.deepEqual(shown(made), ["booking_created 3", "booking_updated 1"]);
    assert.deepEqual(
      made.map(({ data }) => [data["status"], data["previousStatus"], data["guestName"]]),
      [
        ["confirmed", null, "three"],
        ["confirmed", "pending", "Z"],
      ],
    );
  });

  it("what ends as it began, or never was, gives nothing", async () => {
    await written(booking({ id: 1 }));
    const there = "update bookings set status = 'confirmed' where id = 1";
    const back = "update bookings set status = 'pending' where id = 1";
    assert.deepEqual(await told(`do $$ begin ${there}; ${back}; end $$`), []);
    assert.deepEqual(await told(`do $$ begin ${booking({ id: 2 })}; delete from bookings where id = 2; end $$`), []);
    assert.deepEqual(await told("begin", booking({ id: 3 }), "rollback"), []);
  });

  it("two transactions on one row are two events, in the order of their commits", async () => {
    await written(booking({ id: 1 }), booking({ id: 2 }));
    const [first, second] = [await database.client(), await database.client()];
    // The one that begins first, and takes the first number, commits last.
    await second.query("begin");
    await second.query("update bookings set guest_name = 'early' where id = 2");
    await first.query("update bookings set status = 'confirmed' where id = 1");
    await second.query("update bookings set status = 'cancelled' where id = 1");
    await second.query("commit");
    const made = (await reader.read()).events;
    assert.deepEqual(
      made.filter(({ data }) => data["bookingId"] === "1").map(({ data }) => data["previousStatus"]),
      ["pending", "confirmed"],
    );
    assert.deepEqual(shown(made), ["booking_updated 1", "booking_updated 2", "booking_updated 1"]);
  });

  it("a nested trigger that changes the same row again adds to the one event", async () => {
    await database.query(`create function confirm() returns trigger language plpgsql as $$ begin
        update bookings set status = 'confirmed' where id = new.id and status = 'pending'; return null; end $$;
      create trigger a_confirm after insert on bookings for each row execute function confirm()`);
    const made = await events(booking({ id: 1 }));
    await database.query("drop trigger a_confirm on bookings");
    assert.deepEqual(shown(made), ["booking_created 1"]);
    assert.equal(made[0]?.data["status"], "confirmed");
  });

  it("a changed primary key is a row that went and one that came", async () => {
    await written(booking({ id: 1 }));
    assert.deepEqual(await told("update bookings set id = 5 where id = 1"), ["booking_created 5"]);
  });

  it("a row that goes to another owner tells that one of an insertion, and nothing of the one before", async () => {
    await written(booking({ id: 1, owner_id: CANARY, listing_id: 20, guest_name: "canary" }));
    const made = await events(
      "update bookings set owner_id = 1, guest_name = 'Ana''s', status = 'confirmed' where id = 1",
    );
    assert.deepEqual(
      made.map(({ owner, name }) => [owner, name]),
      [[ANA, "booking_created"]],
    );
    // Its listing is still the other owner's: nothing of it is told.
    assert.equal(made[0]?.data["hangarNumber"], null);
    assert.doesNotMatch(JSON.stringify(made.map(({ data }) => data)), /canary|CAN/);
  });

  it("only the owners that are asked for are told of", async () => {
    await database.query(booking({ id: 1 }));
    await database.query(booking({ id: 2, owner_id: CANARY, listing_id: 20 }));
    assert.deepEqual(
      (await reader.read([ANA])).events.map(({ owner }) => owner),
      [ANA],
    );
  });

  it("a listing that was deleted is looked up as it last was; one that was renamed, as it is now", async () => {
    await written("insert into listings (id, owner_id, hangar_number, status) values (12, 1, 'H-12', 'active')");
    await written(booking({ id: 1, listing_id: 12 }));
    const [gone] = await events(
      "update listings set hangar_number = 'H-12b' where id = 12",
      "begin; update bookings set guest_name = 'gone' where id = 1; set local session_replication_role = replica; delete from listings where id = 12; commit",
    );
    assert.deepEqual([gone?.data["guestName"], gone?.data["hangarNumber"]], ["gone", "H-12b"]);
  });

  it("a bulk statement suppresses what the same transaction tells of that table, and counts each owner's rows", async () => {
    const many = `insert into bookings select n, 10, 1, 'many', 'pending', 'unpaid', 1, now(), now() from generate_series(100, 120) n`;
    const { events: made, resets } = await written(
      `do $$ begin ${booking({ id: 1 })}; ${many}; ${booking({ id: 2, owner_id: CANARY, listing_id: 20 })}; end $$`,
    );
    assert.deepEqual(shown(made), ["booking_created 2"]);
    assert.deepEqual(
      resets.map(({ source, owner, rows }) => [source, owner, rows]),
      [["bookings", ANA, 21]],
    );
    const updated = await written("update bookings set guest_name = 'all' where id >= 100");
    assert.deepEqual([updated.events, updated.resets[0]?.rows], [[], 21]);
    const both = await written(`do $$ begin ${many.replaceAll("100, 120", "200, 220")}; truncate bookings; end $$`);
    assert.deepEqual(
      both.resets.map(({ owner }) => owner),
      [undefined],
    );
    const truncated = await written(`do $$ begin ${booking({ id: 3 })}; truncate bookings; end $$`);
    assert.deepEqual(
      [truncated.events, truncated.resets[0]?.owner, truncated.resets[0]?.rows],
      [[], undefined, undefined],
    );
  });

  it("the columns of a stay and of an active listing reach the occupants, with the transaction that touched them", async () => {
    const [occupants] = plan.occupants;
    assert.ok(occupants);
    const { grains } = await written(
      booking({ id: 1, status: "confirmed", guest_name: 'Zoë "Z"' }),
      "insert into listings (id, owner_id, hangar_number, status) values (13, 1, 'H-13', 'active')",
    );
    const keys = (projection: number): unknown[] =>
      grains.filter((grain) => grain.projection === projection).map(({ key = "" }) => JSON.parse(key) as unknown);
    assert.deepEqual(keys(occupants.stays.projection), [["10", "1", 'Zoë "Z"']]);
    assert.deepEqual(keys(occupants.groups.projection), [["13", { listingId: "13", hangarNumber: "H-13" }]]);
    const [stay] = grains.filter(({ projection }) => projection === occupants.stays.projection);
    const [{ xid } = { xid: "" }] = await database.query<{ xid: string }>("select xmin::text as xid from bookings");
    assert.deepEqual(stay?.values, [1n, BigInt(xid)]);
  });
});

function shown(events: readonly BatchEvent[]): string[] {
  return events.map(({ name, data }) => `${name} ${data["bookingId"] as string}`);
}

function booking(given: Readonly<Record<string, string | number>>): string {
  const row = {
    listing_id: 10,
    owner_id: 1,
    guest_name: "Guest",
    status: "pending",
    payment_status: "unpaid",
    payment_amount: "120.5",
    check_in: "2025-06-01T03:30:00.123456Z",
    check_out: "2025-06-01T04:30:00Z",
    ...given,
  };
  return `insert into bookings (${Object.keys(row).join(", ")}) values (${Object.values(row)
    .map((value) => `'${String(value)}'`)
    .join(", ")})`;
}
