/** The marketplace with its daemon, and a client of it that goes away and comes back with its cursor. */
import assert from "node:assert/strict";
import { applyPatch, fromSnapshot, type Materialised } from "../../client/materialised.ts";
import type { Down } from "../../protocol/down.ts";
import type { EventFrame } from "../../protocol/down/event.ts";
import { freePort } from "../../daemon/database/cluster.ts";
import { ownerTopic } from "../../protocol/topic.ts";
import { DEMO } from "./oracle.ts";
import { eventually } from "./real-time.ts";
import { createMarketplace, type MarketplaceDaemon, startMarketplaceDaemon } from "./running-daemon.ts";
import type { TestDatabase } from "./servers.ts";
import { type DownOf, TestSocket } from "./socket.ts";
import { token } from "./tokens.ts";

export const SEASON = `
  insert into owners (id, name, time_zone) values (1, 'Ana', 'America/Havana'), (2, 'canary-owner', 'UTC');
  insert into listings (id, owner_id, hangar_number, status) values (10, 1, 'H-10', 'active'), (20, 2, 'canary-hangar', 'active')`;

/** A booking of next month: nobody's stay is touched by it. */
export const book = (id: number, owner = 1, guest = `guest ${id}`): string => `
  insert into bookings (id, listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
  values (${id}, ${owner * 10}, ${owner}, '${guest}', 'pending', 'unpaid', 10, now() + interval '30 days', now() + interval '31 days')`;

/** Bookings from this number on only say that everything before them has been read. */
const FENCES = 1_000_000;

export interface Returned {
  readonly socket: TestSocket;
  readonly snapshot: DownOf<"snapshot">;
  /** All that came after the snapshot, as `name booking`. */
  readonly events: readonly string[];
}

export class ReturningMarketplace {
  readonly database: TestDatabase;
  readonly #environment: Readonly<Record<string, string>>;
  #daemon: MarketplaceDaemon | undefined;
  #port = 0;
  #watcher: TestSocket | undefined;
  #fence = FENCES;

  private constructor(database: TestDatabase, environment: Readonly<Record<string, string>>) {
    this.database = database;
    this.#environment = environment;
  }

  static async open(
    database: TestDatabase,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ReturningMarketplace> {
    await createMarketplace(database, DEMO);
    await database.query(SEASON);
    return ReturningMarketplace.on(database, environment);
  }

  /** In a database that has its tables, rows and deltad's objects. */
  static async on(
    database: TestDatabase,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ReturningMarketplace> {
    const marketplace = new ReturningMarketplace(database, environment);
    const [row] = await database.query<{ last: number }>(
      `select greatest(max(id), ${FENCES})::int as last from bookings`,
    );
    marketplace.#fence = row?.last ?? FENCES;
    await marketplace.startDaemon();
    return marketplace;
  }

  async startDaemon(): Promise<void> {
    this.#port = await freePort();
    this.#daemon = await startMarketplaceDaemon(this.database, DEMO, this.#port, this.#environment);
    this.#watcher = await this.#connect();
    await this.#watcher.subscribe("1");
  }

  async stopDaemon(): Promise<void> {
    this.#watcher?.terminate();
    await this.#daemon?.stop();
  }

  /** Subscribes to an owner, from a cursor if there is one; returns once every event of before has come. */
  async come(resume?: string, owner = "1"): Promise<Returned> {
    const socket = await this.#connect();
    socket.say({ type: "subscribe", id: "s", topic: ownerTopic(owner), ...(resume === undefined ? {} : { resume }) });
    const snapshot = await socket.next("snapshot");
    await this.#pass();
    await socket.settle();
    return { socket, snapshot, events: told(socket).map(shown) };
  }

  /** Writes, one transaction each; returns once the daemon has read it. */
  async write(...statements: readonly string[]): Promise<void> {
    for (const statement of statements) await this.database.query(statement);
    await this.#pass();
  }

  async #pass(): Promise<void> {
    const watcher = this.#watcher;
    if (watcher === undefined) return;
    const fence = (this.#fence += 1);
    await this.database.query(book(fence));
    // Its own event: those of the writes before it may still be on their way.
    const isTold = (): boolean => watcher.events.some(({ data }) => data["bookingId"] === String(fence));
    await eventually(`booking ${fence}`, isTold, { everyMs: 5 });
  }

  #connect(): Promise<TestSocket> {
    return TestSocket.welcomed(this.#port, token({ owners: ["1", "2"] }, Date.now()));
  }

  /** Writes, one transaction each, and waits until the socket has heard of the last. Returns the cursor that it then has. */
  async hear(socket: TestSocket, ...statements: readonly string[]): Promise<string> {
    const before = socket.events.length;
    for (const statement of statements) await this.database.query(statement);
    const isHeard = (): boolean => socket.events.length >= before + statements.length;
    await eventually(`the events of ${statements.join("; ")}`, isHeard, { everyMs: 5 });
    return socket.events.at(-1)?.cursor ?? "";
  }
}

/** What it heard of, but for fences. */
export function told(socket: TestSocket): EventFrame[] {
  return socket.events.filter(({ data }) => !(Number(data["bookingId"]) > FENCES));
}

export function shown({ type, data }: EventFrame): string {
  const { bookingId } = data;
  return `${type} ${typeof bookingId === "string" ? bookingId : ""}`.trimEnd();
}

/** What it shows after all that came. */
export function shownBy(socket: TestSocket): Materialised {
  const shown = socket.frames.reduce(afterFrame, undefined);
  assert.ok(shown);
  return shown;
}

function afterFrame(shown: Materialised | undefined, frame: Down): Materialised | undefined {
  if (frame.type === "snapshot") return fromSnapshot(frame);
  if (frame.type !== "metrics_updated") return shown;
  const after = applyPatch(shown, frame);
  assert.ok(after !== "gap");
  return after;
}
