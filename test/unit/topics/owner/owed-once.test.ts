/** A client of an owner whose imports are told over many flushes: however often it is slow, cut off and back, it gets each event once. */
import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import type { Frame } from "../../../../daemon/hub/frame.ts";
import { Hub } from "../../../../daemon/hub/hub.ts";
import type { Published } from "../../../../daemon/owners/published.ts";
import { CachedHistory } from "../../../../daemon/resume/history-cache.ts";
import { replayKnown } from "../../../../daemon/resume/owner-replay.ts";
import { ReplayPath } from "../../../../daemon/resume/replay-path.ts";
import { Cursors, writeCursor } from "../../../../daemon/stream/cursor.ts";
import { formatSnapshot, parseSnapshot } from "../../../../daemon/stream/snapshot.ts";
import type { RowsPosition } from "../../../../daemon/stream/stream-position.ts";
import { ownerTopics } from "../../../../daemon/topics/owner/owner-topic.ts";
import { cases } from "../../../support/cases.ts";
import { settled } from "../../../support/held-loader.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const LIFE = "ab".repeat(16);
const TOPIC = "owner:7";
const ignore = (): void => undefined;

interface Transaction {
  readonly xid: bigint;
  readonly events: number;
}

interface Made {
  readonly xid: bigint;
  readonly event: { readonly id: string; readonly name: string; readonly data: Record<string, never> };
}

/** What commits, in that order; their ids are in any order. */
class World {
  readonly #all: readonly Transaction[];
  #committed = 0;
  readonly events: Made[] = [];

  constructor(all: readonly Transaction[]) {
    this.#all = all;
  }

  commit(): void {
    const next = this.#all[this.#committed];
    if (next === undefined) return;
    this.#committed += 1;
    for (let nth = 1; nth <= next.events; nth += 1)
      this.events.push({ xid: next.xid, event: { id: `${next.xid}/${nth}`, name: "made", data: {} } });
  }

  get snapshot(): string {
    const ended = this.#all.slice(0, this.#committed).map(({ xid }) => xid);
    const xmax = ended.reduce((most, xid) => (xid >= most ? xid + 1n : most), 100n);
    const running = this.#all.map(({ xid }) => xid).filter((xid) => xid < xmax && !ended.includes(xid));
    const sorted = running.toSorted((a, b) => (a < b ? -1 : 1));
    return formatSnapshot({ xmin: sorted[0] ?? xmax, xmax, running: sorted });
  }
}

/** The owner's topic, over what the world holds. */
class Import {
  readonly #world: World;
  readonly #hub: Hub;
  readonly #cursors = new Cursors();
  #version = 1;
  /** How many of the world's events were read, and their ranges' beginning. */
  #read = 0;
  #since: string;
  #pages: { readonly events: readonly Made[]; readonly rows: readonly RowsPosition[] } | undefined;
  #upto = "";
  owes = false;

  constructor(world: World) {
    this.#world = world;
    this.#since = world.snapshot;
    this.#cursors.begin(LIFE);
    const { now, setTimeout, clearTimeout } = new ManualClock();
    const replay = async (owner: string, range: Parameters<CachedHistory["missed"]>[0]) => {
      const reading = { events: world.events, isWhole: true, doubts: [], moves: [], occupants: () => [] };
      const snapshot = parseSnapshot(world.snapshot);
      const request = { owner, firstXid: 0n, sinceUs: 0 };
      const all = { incarnation: LIFE, snapshot, floor: undefined, owners: new Map([[owner, reading]]) };
      const missed = new CachedHistory(request, all).missed(range);
      return missed === undefined || missed === "too_many" ? undefined : replayKnown(missed, range);
    };
    const positionOf = (topic: string, cursor: string) => this.#cursors.read(topic, cursor);
    const demand = { watch: ignore, unwatch: ignore, locate: ignore };
    const kind = ownerTopics({ demand, cursorOf: writeCursor, history: { positionOf, replay }, now });
    this.#hub = new Hub({
      kinds: new Map([["owner", kind]]),
      minIntervalMs: 0,
      idleMs: 60_000,
      log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      now,
      setTimeout,
      clearTimeout,
      setImmediate,
    });
    this.#hub.subscribe(TOPIC, { blocked: true, send: ignore });
    this.#publish({ kind: "document", document: {}, ...this.#position(1) });
  }

  subscribe(client: Client, cursor?: string) {
    return this.#hub.subscribe(TOPIC, client, "s", cursor);
  }

  /** A batch: what is new is told at once, or is owed from now on. */
  batch(isImport: boolean): void {
    this.owes ||= isImport;
    const { snapshot } = this.#world;
    if (!this.owes) {
      const events = this.#world.events.slice(this.#read).map(({ event }) => event);
      this.#read = this.#world.events.length;
      this.#since = snapshot;
      if (events.length > 0) this.#publish({ kind: "events", owner: "7", snapshot, asOf: 0, events });
    }
    this.#version += 1;
    const patch = { n: this.#version };
    this.#publish({ kind: "patch", patch, previous: this.#version - 1, ...this.#position(this.#version) });
    this.#upto = snapshot;
  }

  page(size: number): void {
    if (!this.owes) return;
    const { events, rows } = (this.#pages ??= this.#range());
    const [told, left] = [events.slice(0, size), events.slice(size)];
    const rowsAfter = events.length === 0 ? rows : rows.slice(0, size);
    this.#pages = left.length === 0 ? undefined : { events: left, rows: rows.slice(size) };
    this.owes = left.length > 0 || this.#since !== this.#upto;
    const made = told.map(({ event }) => event);
    const at = { snapshot: this.#upto, asOf: 0, owes: this.owes };
    this.#publish({ kind: "events", owner: "7", events: made, ...at, rowsAfter });
  }

  #range() {
    const events = this.#world.events.slice(this.#read);
    const upto = this.#upto;
    const at = (place: string) => ({ incarnation: LIFE, snapshot: place, asOf: 0 });
    const order = BigUint64Array.from(new Set(events.map(({ xid }) => xid)));
    const path = new ReplayPath({ since: at(this.#since), upto: at(upto) }, order);
    let nth = 0;
    const rows = events.map(({ xid }, place) => {
      nth = events[place - 1]?.xid === xid ? nth + 1 : 1;
      return path.reach(xid, nth, events[place + 1]?.xid !== xid);
    });
    this.#read = this.#world.events.length;
    this.#since = upto;
    return { events, rows: [...rows.slice(0, -1), { snapshot: upto }] };
  }

  #position(version: number) {
    const { owes } = this;
    const { snapshot } = this.#world;
    return { owner: "7", epoch: "e", incarnation: LIFE, version, snapshot, asOf: 0, owes };
  }

  #publish(update: Published): void {
    this.#hub.publish("owner", "7", update);
  }
}

class Client {
  blocked = false;
  cursor: string | undefined;
  /** After so many frames it is slow. */
  room = Number.POSITIVE_INFINITY;
  readonly ids: string[] = [];
  readonly recovered: unknown[] = [];

  send = ({ bytes }: Frame): void => {
    const frame = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
    if (frame["type"] === "made") this.ids.push(frame["id"] as string);
    if ("recovered" in frame) this.recovered.push(frame["recovered"]);
    this.cursor = frame["cursor"] as string;
    this.room -= 1;
    if (this.room <= 0) this.blocked = true;
  };
}

const transactions = fc.uniqueArray(
  fc.record({ xid: fc.integer({ min: 100, max: 130 }).map(BigInt), events: fc.integer({ min: 1, max: 7 }) }),
  { selector: ({ xid }) => xid, minLength: 1, maxLength: 9 },
);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant("write" as const), size: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant("page" as const), size: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("slow" as const), size: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("drain" as const), size: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("return" as const), size: fc.constant(0) }) },
);

it("Who is slow, or cut off and back, while events are owed gets each of them once, in order", async () => {
  await fc.assert(
    fc.asyncProperty(transactions, fc.array(step, { minLength: 5, maxLength: 30 }), async (all, steps) => {
      const world = new World(all);
      const running = new Import(world);
      const client = new Client();
      let subscription = running.subscribe(client);
      await settled();
      const drain = async (): Promise<void> => {
        Object.assign(client, { blocked: false, room: Number.POSITIVE_INFINITY });
        subscription.catchUp();
        await settled();
      };
      for (const { act, size } of steps) {
        if (act === "write") {
          world.commit();
          running.batch(size > 0);
        } else if (act === "page") running.page(size);
        else if (act === "slow") Object.assign(client, { room: size, blocked: size === 0 });
        else if (act === "drain") await drain();
        else {
          subscription.close();
          Object.assign(client, { blocked: false, room: Number.POSITIVE_INFINITY });
          subscription = running.subscribe(client, client.cursor);
        }
        await settled();
      }
      await drain();
      while (running.owes) {
        running.page(5);
        await settled();
      }
      await drain();
      assert.deepEqual(
        client.ids,
        world.events.map(({ event }) => event.id),
      );
      assert.ok(!client.recovered.includes(false));
    }),
    cases(300),
  );
});
