/** A board in a benchmark's database, and a client that moves its widgets. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import type { Operation } from "../../protocol/operation.ts";
import { PACKAGE_ROOT } from "../support/deltad-command.ts";
import { analyse, migrate } from "../support/marketplace.ts";
import { TopicSocket } from "../support/topic-socket.ts";

const FOLDER = join(PACKAGE_ROOT, "bench/documents");
export const BOARD_CONFIG = join(FOLDER, "deltad.config.ts");
const BOARD_TOPIC = "board:1";
export const WIDGETS = 25;
export const USERS = 100;

/** Fills the database, and applies deltad's migrations. Returns the daemon's connection string. */
export async function createBoard(session: pg.Client, url: string): Promise<string> {
  await session.query(await readFile(join(FOLDER, "schema.sql"), "utf8"));
  await session.query(
    `insert into accounts (id) values (1);
     insert into boards (id, account_id) values (1, 1);
     insert into board_members (board_id, user_id) select 1, 'u' || n from generate_series(1, ${USERS}) n;
     insert into widgets (id, board_id, title) select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 1, 'Widget ' || n
       from generate_series(1, ${WIDGETS}) n`,
  );
  await analyse(session);
  return migrate(session, url, BOARD_CONFIG);
}

/** The key of the n-th widget, from 1. */
export function widgetKey(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

export function moveOf(seq: number, widget: number, x: number): Operation {
  const row = { topic: BOARD_TOPIC, rows: "widgets", key: widgetKey(widget) };
  return { ...row, seq, op: "set", register: "place", value: { x, y: seq }, base: { x: 0, y: 0 } };
}

/** One that moves widgets, and when what became of it came to it. */
export class Mover {
  readonly client = randomUUID();
  #socket: TopicSocket | undefined;
  #seq = 0;
  readonly #sentNs = new Map<number, bigint>();
  #answered: (() => void) | undefined;
  /** Milliseconds from the sending of each operation to the frame with its answer. */
  readonly tookMs: number[] = [];

  static async enter(port: number, token: string): Promise<Mover> {
    const mover = new Mover();
    mover.#socket = await TopicSocket.subscribed(port, token, BOARD_TOPIC, (text, atNs) => mover.#take(text, atNs));
    return mover;
  }

  /** How many have no answer. */
  get waiting(): number {
    return this.#sentNs.size;
  }

  move(widget: number, x: number): void {
    this.#seq += 1;
    this.#sentNs.set(this.#seq, process.hrtime.bigint());
    const operations = [moveOf(this.#seq, widget, x)];
    this.#socket?.send({ type: "operate", id: String(this.#seq), client: this.client, operations });
  }

  /** When the next answer comes. */
  answered(): Promise<void> {
    return new Promise((resolve) => (this.#answered = resolve));
  }

  /** @throws Error if there was a frame that no healthy topic has */
  close(): void {
    this.#socket?.close();
    if (this.#socket?.fault !== undefined) throw new Error(this.#socket.fault);
  }

  #take(text: string, atNs: bigint): void {
    if (!text.startsWith('{"ops":')) return;
    const { ops } = JSON.parse(text) as { ops: readonly { client: string; seq: number; outcome: string }[] };
    for (const { client, seq, outcome } of ops) {
      const sentNs = this.#sentNs.get(seq);
      if (client !== this.client || sentNs === undefined || outcome !== "applied") continue;
      this.#sentNs.delete(seq);
      this.tookMs.push(Number(atNs - sentNs) / 1e6);
      this.#answered?.();
    }
  }
}
