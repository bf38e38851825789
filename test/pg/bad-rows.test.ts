/** Rows that mean nothing, on the whole daemon: they harm no other row, and no other owner. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import type { JsonObject } from "../../protocol/json.ts";
import { ownerTopic, parseTopic } from "../../protocol/topic.ts";
import { microsecondsOf } from "../support/microseconds.ts";
import { DEMO, oracleDocuments } from "../support/oracle.ts";
import { type MarketplaceDaemon, openMarketplace } from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";
import { type DownOf, TestSocket } from "../support/socket.ts";

/** An owner that was watched stays loaded for a while: to see a load, a test takes one of its own. */
const OWNERS = ["1", "2", "3", "4", "5"];

await onEachServer("A bad row", (server) => {
  let database: TestDatabase;
  let daemon: MarketplaceDaemon;
  let port: number;

  before(async () => {
    ({ database, daemon, port } = await openMarketplace(
      server,
      `insert into owners (id, name, time_zone) values (1, 'Ana', 'America/Sao_Paulo'), (2, 'Rui', 'UTC'), (3, 'Eva', 'Mars/Olympus'),
        (4, 'Zé', 'America/Havana'), (5, 'Lia', 'Asia/Kathmandu');
      insert into listings (id, owner_id, hangar_number, status) select id, id, 'H' || id, 'active' from owners`,
    ));
  });
  after(() => daemon.stop());

  const connect = () => TestSocket.welcomed(port, daemon.token({ owners: OWNERS }));
  const readiness = async () => (await fetch(`${daemon.url}readyz`)).status;
  const metricsStatus = async (owner: string) => {
    const headers = { authorization: `Bearer ${daemon.token({ ownerId: owner })}` };
    return (await fetch(`${daemon.url}v1/topics/owner:${owner}`, { headers })).status;
  };

  function book(owner: number, columns: Readonly<Record<string, string>> = {}): string {
    const row = {
      listing_id: String(owner),
      owner_id: String(owner),
      guest_name: "'guest'",
      status: "'confirmed'",
      payment_status: "'paid'",
      payment_amount: "10.25",
      check_in: "now() - interval '1 hour'",
      check_out: "now() + interval '1 day'",
      created_at: "now()",
      paid_at: "now()",
      ...columns,
    };
    return `insert into bookings (${Object.keys(row).join(", ")}) values (${Object.values(row).join(", ")});`;
  }

  /** Resolves once a frame about this owner shows as many bookings. */
  async function untilBookings(socket: TestSocket, owner: string, total: number): Promise<void> {
    for (;;) {
      const { topic, data } = await socket.next("metrics_updated");
      if (topic === ownerTopic(owner) && (data["bookings"] as JsonObject | undefined)?.["total"] === total) return;
    }
  }

  async function assertTrue({ topic, asOf, data }: DownOf<"snapshot">): Promise<void> {
    const owner = parseTopic(topic)?.key ?? "";
    const oracle = await oracleDocuments(DEMO, database, microsecondsOf(asOf), [owner]);
    assert.deepEqual(data, oracle.get(owner));
  }

  async function snapshot(socket: TestSocket, owner: string): Promise<DownOf<"snapshot">> {
    socket.say({ type: "snapshot", id: "again", topic: ownerTopic(owner) });
    return socket.next("snapshot");
  }

  it("with an unknown time zone: that owner is stale, the others go on; mended, it is live and right", async () => {
    const socket = await connect();
    await socket.subscribe("1");
    socket.say({ type: "subscribe", id: "3", topic: "owner:3" });
    const { topic, reason } = await socket.next("stale");
    assert.deepEqual([topic, reason], ["owner:3", "time_zone"]);
    assert.deepEqual([await metricsStatus("3"), await metricsStatus("1"), await readiness()], [503, 200, 200]);

    await database.query(book(3) + book(1));
    await untilBookings(socket, "1", 1);

    await database.query("update owners set time_zone = 'Nowhere/Land' where id = 1");
    assert.equal((await socket.next("stale")).topic, "owner:1");
    await assertTrue(await socket.subscribe("2"));
    await database.query(book(2));
    await untilBookings(socket, "2", 1);

    for (const [id, zone] of [
      ["3", "Pacific/Kiritimati"],
      ["1", "America/Havana"],
    ] as const) {
      await database.query("update owners set time_zone = $1 where id = $2", [zone, id]);
      const mended = await socket.next("snapshot");
      assert.equal(mended.topic, ownerTopic(id));
      assert.equal((await socket.next("live")).topic, ownerTopic(id));
      await assertTrue(mended);
      assert.equal(await metricsStatus(id), 200);
    }
    socket.terminate();
  });

  it("with infinity or NaN counts as the oracle says: loaded, written while watched, and taken away", async () => {
    const odd = [
      { payment_amount: "'NaN'" },
      { paid_at: "'infinity'", created_at: "'-infinity'" },
      { check_in: "'-infinity'", check_out: "'infinity'" },
      { check_out: "'294276-12-31 23:59Z'", created_at: "'4713-01-01 BC'" },
      { paid_at: "null", check_out: "'-infinity'" },
    ].map((columns) => book(4, columns));
    await database.query(
      `${odd.join("")} insert into payouts (owner_id, amount, status, due_on)
       values (4, 'NaN', 'pending', 'infinity'), (4, 7.5, 'pending', '-infinity'), (4, 1, 'pending', current_date + 2)`,
    );
    const socket = await connect();
    await assertTrue(await socket.subscribe("4"));

    await database.query(`${odd.join("")} update payouts set due_on = 'infinity' where owner_id = 4 and amount = 1`);
    await untilBookings(socket, "4", 2 * odd.length);
    await assertTrue(await snapshot(socket, "4"));

    await database.query(
      "delete from bookings where owner_id = 4 and (payment_amount = 'NaN' or not isfinite(created_at)); delete from payouts where owner_id = 4",
    );
    await untilBookings(socket, "4", 2 * odd.length - 4);
    await assertTrue(await snapshot(socket, "4"));
    socket.terminate();
  });

  it("whose stay ends before it begins occupies nothing, until it is put right", async () => {
    const socket = await connect();
    const inverted = { check_in: "now() + interval '1 day'", check_out: "now() - interval '1 hour'" };
    await database.query(book(5, inverted));
    const loaded = await socket.subscribe("5");
    assert.equal((loaded.data["occupancy"] as JsonObject)["booked"], 0);
    await database.query(book(5, inverted));
    await untilBookings(socket, "5", 2);
    await assertTrue(await snapshot(socket, "5"));
    await database.query("update bookings set check_in = check_out, check_out = check_in where owner_id = 5");
    for (let booked: unknown; booked !== 1; ) {
      const { data } = await socket.next("metrics_updated");
      booked = (data["occupancy"] as JsonObject | undefined)?.["booked"];
    }
    await assertTrue(await snapshot(socket, "5"));
    socket.terminate();
  });
});
