/** A client of one owner that was away while very much happened, and whose daemon is killed before and while it hears of that. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { once } from "node:events";
import { WebSocket } from "ws";
import { PROTOCOL, STREAM_PATH } from "../../protocol/version.ts";
import { Fleet } from "../support/fleet.ts";
import { createHangars } from "../support/running-daemon.ts";
import { onEachServer } from "../support/servers.ts";
import { token } from "../support/tokens.ts";

const MISSED = 50_002;
/** Of these in one transaction: more than is read at once, and much more than a cursor can name. */
const IN_ONE = 2_000;
/** In each of the other transactions, by one statement. */
const IN_EACH = 4;
/** How far it gets before the daemon is killed again. */
const CUT_AT = [15_000, 35_777];

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly cursor?: string;
  readonly recovered?: boolean;
  readonly data?: Record<string, unknown>;
}

/** What it heard over all its connections. */
class Returner {
  readonly ids: string[] = [];
  readonly bookings: number[] = [];
  readonly guests: unknown[] = [];
  readonly recovered: (boolean | undefined)[] = [];
  cursor: string | undefined;

  /** Stays until it has heard enough, and then breaks off. */
  async listen(port: number, isEnough: () => boolean): Promise<void> {
    const headers = { authorization: `Bearer ${token({ ownerId: "1" }, Date.now())}` };
    const socket = new WebSocket(`ws://127.0.0.1:${port}${STREAM_PATH}`, PROTOCOL, { headers });
    socket.on("error", () => undefined);
    const closed = once(socket, "close");
    socket.on("message", (bytes: Buffer) => {
      if (socket.readyState !== WebSocket.OPEN) return;
      const message = JSON.parse(bytes.toString()) as Message;
      if (message.type === "welcome") this.#subscribe(socket);
      this.#take(message);
      if (this.cursor !== undefined && isEnough()) socket.terminate();
    });
    await closed;
  }

  #subscribe(socket: WebSocket): void {
    const resume = this.cursor === undefined ? {} : { resume: this.cursor };
    socket.send(JSON.stringify({ type: "subscribe", id: "s", topic: "owner:1", ...resume }));
  }

  #take({ type, id = "", cursor, recovered, data }: Message): void {
    this.cursor = cursor ?? this.cursor;
    if (type === "snapshot") this.recovered.push(recovered);
    else if (type === "booking_created") this.bookings.push(Number(data?.["bookingId"]));
    else if (type === "occupancy_changed") this.guests.push(data?.["newOccupant"]);
    if (type === "booking_created" || type === "occupancy_changed") this.ids.push(id);
  }
}

const book = (status: string, from: string, times = 1): string =>
  `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
   select 1, 1, 'guest', '${status}', 'unpaid', 10, now() + interval '${from}', now() + interval '40 days'
     from generate_series(1, ${times})`;

await onEachServer("a long absence", (server) => {
  it(`50,000 missed events arrive whole, in order of commit, exactly once, over daemons that are killed`, async (t) => {
    const database = await server.createDatabase();
    await createHangars(database, 1);
    const fleet = await Fleet.start(database, 1);
    t.after(() => fleet.stop());
    const { port } = fleet.balancer;
    const client = new Returner();
    await client.listen(port, () => true);

    // Transaction by transaction but for one with many, while another is open from before the first until after the last.
    const open = await database.client();
    await open.query(`begin; ${book("pending", "30 days")}`);
    const loop = (times: number, body: string): Promise<unknown> =>
      database.query(`do $$ begin for i in 1..${times} loop ${body}; end loop; end $$`);
    const writeMany = (bookings: number): Promise<unknown> =>
      loop(bookings / IN_EACH, `${book("pending", "30 days", IN_EACH)}; commit`);
    await database.query(book("confirmed", "-1 day"));
    await writeMany(20_000);
    await loop(IN_ONE, book("pending", "30 days"));
    await open.query("commit");
    const killed = fleet.restart(0, "SIGKILL");
    await writeMany(MISSED - IN_ONE - 20_002);
    await killed;

    for (const cut of CUT_AT) {
      await client.listen(port, () => client.bookings.length >= cut);
      await fleet.restart(0, "SIGKILL");
    }
    await client.listen(port, () => client.bookings.length >= MISSED && client.guests.length > 0);
    assert.ok(
      client.recovered.slice(1).every((recovered) => recovered === true),
      client.recovered.join(),
    );
    const committed = await database.query<{ id: string }>("select b.id::text from bookings b order by b.id");
    // Of the one that was open all the time the number is the first; it committed after others.
    const [first, ...others] = committed.map(({ id }) => Number(id));
    const place = client.bookings.indexOf(first ?? 0);
    assert.ok(place >= 0);
    assert.deepEqual(client.bookings.toSpliced(place, 1), others);
    assert.equal(new Set(client.ids).size, MISSED + 1);
    assert.deepEqual(client.guests, ["guest"]);
  });
});
