import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, it } from "node:test";
import { rawSubscriber } from "../../support/raw-subscriber.ts";
import { type MarketplaceDaemon, openMarketplace } from "../../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { TestSocket } from "../../support/socket.ts";

const CANARY = "canary of owner 8";

const SEASON = `
  insert into owners (id, name, time_zone, currency) values (7, 'Ana', 'UTC', 'BRL'), (8, '${CANARY}', 'UTC', 'BRL');
  insert into listings (id, owner_id, hangar_number, status) values (70, 7, 'H-70', 'active'), (80, 8, '${CANARY}', 'active');`;

const booking = (owner: number, guest: string, from: string, until: string): string =>
  `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
   values (${owner * 10}, ${owner}, '${guest}', 'confirmed', 'unpaid', 1, ${from}, ${until})`;

await onEachServer("events of the whole daemon", (server) => {
  let database: TestDatabase;
  let daemon: MarketplaceDaemon;
  let port: number;

  before(async () => {
    ({ database, daemon, port } = await openMarketplace(server, SEASON));
  });
  after(() => daemon.stop());

  it("a booking that is inserted by SQL arrives as metrics, then booking_created, in one flush", async () => {
    const socket = await rawSubscriber(port, daemon.token({ ownerId: 7 }));
    await database.query(booking(7, "Rosa", "now() + interval '1 day'", "now() + interval '2 days'"));
    let bytes: Buffer = Buffer.alloc(0);
    // A heartbeat may come in between.
    while (!bytes.includes('"metrics_updated"'))
      [bytes] = (await once(socket, "data", { signal: AbortSignal.timeout(20_000) })) as [Buffer];
    assert.ok(bytes.indexOf('"booking_created"') > bytes.indexOf('"metrics_updated"'));
    socket.destroy();
  });

  it("a guest arrives within 100 ms of the instant of check-in, with no write", async () => {
    const socket = await TestSocket.welcomed(port, daemon.token({ ownerId: 7 }));
    await socket.subscribe("7");
    const lateness: number[] = [];
    // The machine may be busy for a moment.
    for (let attempt = 0; attempt < 3 && !lateness.some((ms) => ms >= 0 && ms < 100); attempt += 1) {
      const [row] = await database.query<{ check_in: Date; ahead: number }>(
        "select clock_timestamp() + interval '700 ms' as check_in, extract(epoch from clock_timestamp())::float8 * 1000 as ahead",
      );
      const atMs = row?.check_in.getTime() ?? 0;
      const offsetMs = (row?.ahead ?? 0) - Date.now();
      const from = `to_timestamp(${atMs} / 1000.0)`;
      await database.query(booking(7, `Guest ${attempt}`, from, `${from} + interval '300 ms'`));
      await socket.nextEvent("booking_created");
      const { data } = await socket.nextEvent("occupancy_changed");
      lateness.push(Date.now() + offsetMs - atMs);
      assert.deepEqual(data, {
        listingId: "70",
        hangarNumber: "H-70",
        isNowOccupied: true,
        previousOccupant: null,
        newOccupant: `Guest ${attempt}`,
      });
      assert.equal((await socket.nextEvent("occupancy_changed")).data["isNowOccupied"], false);
    }
    assert.ok(
      lateness.some((ms) => ms >= 0 && ms < 100),
      `${lateness.join(", ")} ms`,
    );
    socket.terminate();
  });

  it("no byte of another owner's events reaches an owner, also when rows go from one to the other", async () => {
    const [seven, eight] = await Promise.all(
      [7, 8].map((ownerId) => TestSocket.welcomed(port, daemon.token({ ownerId }))),
    );
    assert.ok(seven && eight);
    await Promise.all([seven.subscribe("7"), eight.subscribe("8")]);
    await database.query(booking(8, CANARY, "now()", "now() + interval '1 day'"));
    await eight.nextEvent("occupancy_changed");
    await database.query(`update bookings set guest_name = '${CANARY} again', status = 'cancelled' where owner_id = 8`);
    await eight.nextEvent("booking_updated");
    await database.query(
      "insert into bookings select 1000 + n, 70, 7, 'own', 'pending', 'unpaid', 1, now(), now() from generate_series(1, 6000) n",
    );
    assert.equal((await seven.nextEvent("bulk_changed")).data["rows"], 6_000);
    await database.query("update listings set owner_id = 8, hangar_number = 'shared' where id = 70");
    await database.query(booking(8, CANARY, "now()", "now() + interval '1 day'"));
    await eight.nextEvent("booking_created");
    await Promise.all([seven.settle(), eight.settle()]);
    assert.ok(Buffer.concat(eight.bytes).includes(CANARY));
    assert.ok(!Buffer.concat(seven.bytes).includes("canary"));
    for (const socket of [seven, eight]) socket.terminate();
  });
});
