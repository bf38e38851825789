/** The client that applications import, cut off from real daemons while transactions commit: its callbacks hear of each event once, in order. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { WebSocket } from "ws";
import { createClient } from "../../client/client.ts";
import type { Owner } from "../../client/owner.ts";
import type { AnyStreamTypes } from "../../client/stream-types.ts";
import { Balancer } from "../support/balancer.ts";
import { BookingWriter } from "../support/event-ledger/booking-writer.ts";
import { EventLedger, heard } from "../support/event-ledger/ledger.ts";
import type { Told } from "../support/event-ledger/resuming-client.ts";
import { Fleet } from "../support/fleet.ts";
import { DEMO } from "../support/oracle.ts";
import { eventually } from "../support/real-time.ts";
import { createHangars } from "../support/running-daemon.ts";
import { onEachServer } from "../support/servers.ts";
import { token } from "../support/tokens.ts";
import { untilRight } from "../support/until-right.ts";

const OWNER = "1";
const TRANSACTIONS = 15;
const SETTLED_MS = 30_000;

/** One socket of an application, over a line of its own. */
class Application {
  readonly told: Told[] = [];
  readonly created: string[] = [];
  gaps = 0;
  readonly line: Balancer;
  readonly owner: Owner<AnyStreamTypes>;
  readonly close: () => void;

  private constructor(line: Balancer) {
    const client = createClient({
      url: `http://127.0.0.1:${line.port}`,
      getToken: () => token({ ownerId: OWNER, sub: "one and the same" }, Date.now()),
      // Comes back soon: the test is about what it comes back to.
      environment: { WebSocket, random: () => 0.02 },
    });
    this.line = line;
    this.close = client.close;
    this.owner = client.owner(OWNER);
    this.owner.on("*", ({ type, id, data }) => this.told.push({ name: type, id, data }));
    this.owner.on("booking_created", ({ id }) => this.created.push(id));
    this.owner.onGap(() => (this.gaps += 1));
    client.connect();
  }

  static async start(fleet: Fleet): Promise<Application> {
    return new Application(await Balancer.start([fleet.balancer.port]));
  }

  get ids(): readonly string[] {
    return this.told.map(({ id }) => id);
  }

  async until(isSo: () => boolean): Promise<void> {
    const heard = (): string => `more: it heard of ${this.told.length} events, and of ${this.gaps} gaps`;
    await eventually(heard, isSo, { everyMs: 10, withinMs: SETTLED_MS });
  }

  async stop(): Promise<void> {
    this.close();
    await this.line.stop();
  }
}

await onEachServer("an application's client", (server) => {
  // Nothing here depends on PostgreSQL's version, and each restart takes its time.
  if (server.major < 18) return;
  it("hears of each event once and in order, wherever it was cut off; of what can't be had any more it hears that", async (t) => {
    const database = await server.createDatabase();
    await createHangars(database, 1);
    const fleet = await Fleet.start(database, 1);
    t.after(() => fleet.stop());
    const [away, staying] = await Promise.all([Application.start(fleet), Application.start(fleet)]);
    t.after(() => Promise.all([away.stop(), staying.stop()]));
    const both = [away, staying];
    const right = (): Promise<unknown> => Promise.all(both.map(({ owner }) => untilRight(owner, DEMO, database)));
    await right();

    const ledger = new EventLedger();
    const writer = new BookingWriter("w", await database.client(), [OWNER]);
    const write = async (): Promise<void> => {
      for (let n = 0; n < TRANSACTIONS; n += 1) ledger.commit(await writer.write());
    };
    const assertWhole = async (): Promise<void> => {
      for (const each of both) await each.until(() => each.told.length >= ledger.events);
      await right();
      for (const { told, ids, created, gaps } of both) {
        assert.deepEqual(heard(told), ledger.owedTo(OWNER));
        assert.equal(new Set(ids).size, told.length);
        assert.deepEqual(
          created,
          told.filter(({ name }) => name === "booking_created").map(({ id }) => id),
        );
        assert.equal(gaps, 0);
      }
      assert.deepEqual(away.ids, staying.ids, "one writer's commits have one order");
    };

    await write();
    await assertWhole();
    // The other socket of the same subject hears on.
    away.line.cut();
    await write();
    away.line.mend();
    await assertWhole();
    // The daemon is another process meanwhile.
    away.line.cut();
    await write();
    await Promise.all([fleet.restart(0, "SIGKILL"), write()]);
    away.line.mend();
    await assertWhole();
    await Promise.all([fleet.restart(0, "SIGTERM"), write()]);
    await assertWhole();

    away.line.cut();
    await database.query(`insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
      select 1, 1, 'many', 'pending', 'unpaid', 1, now(), now() from generate_series(1, 6000)`);
    // Who comes back before the daemon has read them hears `bulk_changed` itself.
    await staying.until(() => staying.told.length > ledger.events);
    away.line.mend();
    await away.until(() => away.gaps === 1);
    assert.equal(staying.told.at(-1)?.name, "bulk_changed");
    const before = ledger.events;
    await write();
    await away.until(() => away.told.length >= ledger.events);
    await staying.until(() => staying.told.length > ledger.events);
    await right();
    assert.ok(ledger.events > before);
    assert.deepEqual(away.ids.slice(before), staying.ids.slice(before + 1));
    assert.deepEqual([away.gaps, staying.gaps], [1, 0]);
  });
});
