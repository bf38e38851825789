/** A chat in a benchmark's database: rooms, each of an account of its own, and who is a member of which. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { PACKAGE_ROOT } from "../support/deltad-command.ts";
import { analyse, migrate } from "../support/marketplace.ts";

const FOLDER = join(PACKAGE_ROOT, "bench/channels");
export const CHAT_CONFIG = join(FOLDER, "deltad.config.ts");

/** $1: the room, which is also its account's number. $2: who writes. */
export const INSERT_MESSAGE = `insert into messages (room_id, account_id, author, body)
values ($1, $1, $2, 'As long as what people say to each other, give or take a word or two')`;

export interface ChatSize {
  readonly rooms: number;
  /** Of each room. */
  readonly members: number;
  /** That are there before, in all. */
  readonly messages: number;
}

/** Fills the database, and applies deltad's migrations. Returns the daemon's connection string. */
export async function createChat(
  session: pg.Client,
  url: string,
  { rooms, members, messages }: ChatSize,
): Promise<string> {
  await session.query(await readFile(join(FOLDER, "schema.sql"), "utf8"));
  await session.query(
    `insert into accounts (id) select generate_series(1, ${rooms});
     insert into rooms (id, account_id) select n, n from generate_series(1, ${rooms}) n;
     insert into room_members (room_id, user_id) select r, 'u' || r || '-' || m from generate_series(1, ${rooms}) r, generate_series(1, ${members}) m;
     insert into messages (room_id, account_id, author, body, created_at)
     select r, r, 'u' || r || '-1', 'Before number ' || n, now() - interval '1 day' + make_interval(secs => n)
       from (select n, 1 + n % ${rooms} as r from generate_series(1, ${messages}) n) s`,
  );
  await analyse(session);
  return migrate(session, url, CHAT_CONFIG);
}

/** The n-th member, from 1, of a room. */
export function memberOf(room: number, n: number): string {
  return `u${room}-${n}`;
}

interface Member {
  readonly room: number;
  /** Of its room, from 1. */
  readonly n: number;
  readonly user: string;
}

/** The first member of each room, then the second of each, and so on. */
export function everyMember(rooms: number, members: number): Member[] {
  return Array.from({ length: rooms * members }, (_, index) => {
    const [room, n] = [1 + (index % rooms), 1 + Math.floor(index / rooms)];
    return { room, n, user: memberOf(room, n) };
  });
}

export function roomTopic(room: number): string {
  return `room:${room}`;
}
