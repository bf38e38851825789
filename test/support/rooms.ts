/** The rooms of test/rooms: their tables and deltad's objects in a database, a daemon on them, and what a client shows of a topic. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { DownFrame } from "../../protocol/down.ts";
import type { RowData } from "../../protocol/json.ts";
import type { Up } from "../../protocol/up.ts";
import type { Log } from "../../daemon/config/log.ts";
import { freePort } from "../../daemon/database/cluster.ts";
import { type MarketplaceDaemon, startMarketplaceDaemon } from "./running-daemon.ts";
import { applyFile } from "./install.ts";
import { eventually } from "./real-time.ts";
import type { TestDatabase, TestServer } from "./servers.ts";
import { TestSocket } from "./socket.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../../test/rooms/${path}`, import.meta.url));

export const ROOMS_CONFIG = at("deltad.config.ts");
export const ROOMS_SCHEMA = readFileSync(at("schema.sql"), "utf8");

export interface Rooms {
  readonly database: TestDatabase;
  readonly daemon: MarketplaceDaemon;
  readonly port: number;
}

/** @param rows SQL that is run before the daemon starts */
export async function openRooms(
  server: TestServer,
  rows: string,
  environment: Readonly<Record<string, string>> = {},
  log?: Log,
): Promise<Rooms> {
  const database = await server.createDatabase();
  await database.query(ROOMS_SCHEMA);
  await applyFile(database.url, ROOMS_CONFIG);
  await database.query(rows);
  return another({ database }, environment, log);
}

/** One more daemon on the same database, on a port of its own. */
export async function another(
  { database }: Pick<Rooms, "database">,
  environment: Readonly<Record<string, string>> = {},
  log?: Log,
): Promise<Rooms> {
  const port = await freePort();
  return { database, port, daemon: await startRooms(database, port, environment, log) };
}

/** A daemon on a port that is known, as where one was before. */
export function startRooms(
  database: Pick<TestDatabase, "url">,
  port: number,
  environment: Readonly<Record<string, string>> = {},
  log?: Log,
): Promise<MarketplaceDaemon> {
  return startMarketplaceDaemon(database, { configFile: ROOMS_CONFIG }, port, environment, log);
}

/** A welcomed connection of a user, or of whoever the claims say. */
export async function enter({ port, daemon }: Pick<Rooms, "port" | "daemon">, claims: object): Promise<TestSocket> {
  return TestSocket.welcomed(port, daemon.token(claims));
}

/** The same, once the rows of a topic have come that it subscribes to. */
export async function come(rooms: Pick<Rooms, "port" | "daemon">, claims: object, topic: string): Promise<TestSocket> {
  const socket = await enter(rooms, claims);
  socket.say({ type: "subscribe", id: "s", topic });
  await socket.next("rows");
  return socket;
}

/** What is answered to a request: the type of the frame, or the code of the refusal. */
export async function answerTo(socket: TestSocket, request: Up & { readonly id: string }): Promise<string> {
  socket.say(request);
  const answer = () => socket.frames.find((frame) => "id" in frame && frame.id === request.id);
  await eventually(`an answer to ${JSON.stringify(request)}`, () => answer() !== undefined);
  const frame = answer();
  return frame?.type === "nack" ? frame.code : (frame?.type ?? "");
}

type Item = readonly [key: string, position: string, row: RowData];

/** What a client that got these frames shows of a topic's set. */
export class ShownRows {
  readonly #topic: string;
  readonly #set: string;
  #rows = new Map<string, Item>();
  #from: string | null = null;
  #at: { readonly epoch: string; readonly version: number } | undefined;
  #isOpen = false;

  constructor(topic: string, set: string) {
    this.#topic = topic;
    this.#set = set;
  }

  static of(frames: readonly DownFrame[], topic: string, set: string): ShownRows {
    const shown = new ShownRows(topic, set);
    for (const frame of frames) shown.take(frame);
    return shown;
  }

  /** @throws Error for a change that does not follow what is shown */
  take(frame: DownFrame): void {
    if (!("topic" in frame) || frame.topic !== this.#topic) return;
    if (frame.type === "topic_closed") this.#isOpen = false;
    if (frame.type === "rows" && "sets" in frame) {
      const { items, from } = frame.sets[this.#set] ?? { items: [], from: null };
      this.#rows = new Map(items.map((item) => [item[0], item]));
      this.#from = from;
      this.#at = frame;
      this.#isOpen = true;
    }
    if (frame.type !== "rows_changed" || !("changes" in frame)) return;
    if (!this.#isOpen) throw new Error("rows of a topic that is closed");
    if (this.#at?.epoch !== frame.epoch || this.#at.version !== frame.previous) throw new Error("a gap");
    this.#at = frame;
    for (const change of frame.changes) {
      if (change[0] !== this.#set) continue;
      const [, what, key] = change;
      const held = this.#rows.has(key);
      this.#rows.delete(key);
      if (change.length === 3) continue;
      const [, , , position, row] = change;
      if (what === "inserted" && held) throw new Error(`row ${key} came twice`);
      if (this.#from === null || position >= this.#from) this.#rows.set(key, [key, position, row]);
    }
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Where a page of older rows ends. */
  get from(): string | null {
    return this.#from;
  }

  /** `[key, row]`, in order. */
  get items(): readonly (readonly [string, RowData])[] {
    return [...this.#rows.values()]
      .toSorted((a, b) => (a[1] < b[1] ? -1 : 1))
      .map(([key, , row]) => [key, row] as const);
  }
}
