/** One contender on one database: what its pages saw, and what it cost. */
import type { ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import { caughtUp } from "../load/caught-up.ts";
import { latencies, type Write } from "../load/write-log.ts";
import { writeLoad } from "../load/writes.ts";
import type { BenchServer } from "../support/bench-server.ts";
import { differingPages, type Documents } from "./differing-pages.ts";
import { pgbench } from "../support/pgbench.ts";
import { percentile } from "../support/statistics.ts";
import { reply, startTask } from "../support/task-process.ts";
import type { Contender, Packages, RunningContender } from "./contender.ts";
import type { PagesQuestion, PagesResult, PagesTask } from "./pages-process.ts";
import { residentBytes, usedMs, usedWithChildrenMs } from "./processor.ts";

export interface Scale {
  readonly owners: number;
  readonly bookings: number;
  /** Writes a second, one after the other. */
  readonly rates: readonly number[];
  readonly seconds: number;
}

/** At one rate of writes. Undefined where there are no pages. */
export interface RateResult {
  readonly rate: number;
  /** Milliseconds from the commit's answer to the page that shows the write. */
  readonly toPageMs: readonly number[] | undefined;
  /** Writes that no page showed within {@link CATCH_UP_MS}. */
  readonly unseen: number | undefined;
  /** Processor time for each write, microseconds: of the database's server, and of the contender's. */
  readonly databaseUs: number;
  readonly serverUs: number | undefined;
  readonly bytesPerWrite: number | undefined;
  readonly wrong: number | undefined;
}

export interface ContenderResult {
  readonly contender: string;
  readonly rates: readonly RateResult[];
  /** Milliseconds from a guest's arrival to the page that shows the hangar as occupied, where nobody writes; undefined: never, within {@link CLOCK_MS}. */
  readonly clockMs: readonly (number | undefined)[];
  /** Pages that show something else than SQL does, once all is quiet. */
  readonly differing: number | undefined;
  readonly residentBytes: number | undefined;
  /** Until each page had its first document. */
  readonly openedMs: number | undefined;
  /** Writes a second of 16 sessions that don't wait. */
  readonly writesPerSecond: number;
  readonly faults: readonly string[];
}

export interface RunOptions {
  readonly server: BenchServer;
  readonly database: string;
  readonly packages: Packages;
  readonly scale: Scale;
}

const SESSIONS = 8;
const WRITERS = 16;
const CATCH_UP_MS = 15_000;
const CLOCK_MS = 6_000;
const ARRIVES_IN_MS = 2_000;
const WRITERS_S = 4;
const CLOCK_OWNERS = 20;

export async function runContender(contender: Contender, options: RunOptions): Promise<ContenderResult> {
  const { server, database, packages, scale } = options;
  const session = await server.session(database);
  const url = await contender.prepare(session, server.url(database));
  const running = await contender.start(url, packages);
  try {
    const beganMs = performance.now();
    const pages = running && (await openPages(contender, running, options));
    const openedMs = pages && performance.now() - beganMs;
    const clockMs = pages ? await clock(session, pages, scale) : [];
    const rates: RateResult[] = [];
    for (const rate of scale.rates) rates.push(await atRate(rate, { ...options, session, running, pages }));
    const wrongInTheEnd = pages && (await differingPages(session, await ask<Documents>(pages, "documents")));
    const { faults } = pages ? await ask<PagesResult>(pages, "take") : { faults: [] };
    const resident = running && (await residentBytes(running.pid));
    const writesPerSecond = await writers(server, database, scale.owners);
    pages?.disconnect();
    return {
      contender: contender.name,
      rates,
      clockMs,
      differing: wrongInTheEnd,
      residentBytes: resident,
      openedMs,
      writesPerSecond,
      faults,
    };
  } finally {
    await running?.stop();
    await session.end();
  }
}

async function openPages(
  { client }: Contender,
  { port, token }: RunningContender,
  { packages, scale }: RunOptions,
): Promise<ChildProcess> {
  const tokens = Array.from({ length: scale.owners }, (_, at) => token(String(at + 1)));
  const task: PagesTask = { kind: client, port, tokens, folder: packages.folder };
  const pages = startTask(new URL("./pages-process.js", import.meta.url), task);
  await reply(pages);
  return pages;
}

async function ask<Answer>(pages: ChildProcess, question: PagesQuestion): Promise<Answer> {
  pages.send(question);
  return (await reply(pages)) as Answer;
}

interface AtRate extends RunOptions {
  readonly session: pg.Client;
  readonly running: RunningContender | undefined;
  readonly pages: ChildProcess | undefined;
}

async function atRate(rate: number, { server, database, scale, session, running, pages }: AtRate): Promise<RateResult> {
  const { owners, seconds } = scale;
  if (pages) await ask(pages, "begin");
  const databasePid = await server.pid();
  const before = [await usedWithChildrenMs(databasePid), running ? await usedMs(running.pid) : Number.NaN] as const;
  const writes: Write[] = await writeLoad({
    url: server.socketUrl(database),
    owners,
    writesPerSecond: rate,
    seconds,
    sessions: Math.min(SESSIONS, rate),
  });
  if (pages) await caughtUp(pages, await countWrites(session), CATCH_UP_MS);
  const us = (after: number, since: number): number => ((after - since) * 1_000) / writes.length;
  const databaseUs = us(await usedWithChildrenMs(databasePid), before[0]);
  const serverUs = running && us(await usedMs(running.pid), before[1]);
  if (!pages) {
    return {
      rate,
      databaseUs,
      serverUs,
      toPageMs: undefined,
      unseen: undefined,
      bytesPerWrite: undefined,
      wrong: undefined,
    };
  }
  const result = await ask<PagesResult>(pages, "take");
  const { fromCommitMs, unseen } = latencies(writes, result.arrivals, 0n);
  const bytesPerWrite = result.bytes / writes.length;
  return { rate, databaseUs, serverUs, toPageMs: fromCommitMs, unseen, bytesPerWrite, wrong: result.wrong.length };
}

/** What the pages' documents must count. */
async function countWrites(session: pg.Client): Promise<number> {
  const { rows } = await session.query<{ writes: number }>(
    "select (count(*) + count(*) filter (where status = 'confirmed'))::int as writes from bookings",
  );
  return rows[0]?.writes ?? Number.NaN;
}

/** Guests who arrive by the clock alone, each at another owner. */
async function clock(session: pg.Client, pages: ChildProcess, { owners }: Scale): Promise<(number | undefined)[]> {
  const some = Math.min(CLOCK_OWNERS, owners);
  await session.query(
    `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
     select 10 * o, o, 'Guest', 'confirmed', 'unpaid', 100, now() + make_interval(secs => $2), now() + interval '2 days'
       from generate_series(1, $1::int) o`,
    [some, (ARRIVES_IN_MS + CLOCK_MS) / 1_000],
  );
  // The insert itself is no part of it.
  await caughtUp(pages, await countWrites(session), CLOCK_MS);
  await ask(pages, "begin");
  const { rows } = await session.query<{ at: number }>(
    "select extract(epoch from max(check_in))::float8 * 1000 as at from bookings where owner_id = 1",
  );
  const arrivesAtMs = rows[0]?.at ?? Number.NaN;
  await pause(Math.max(0, arrivesAtMs - Date.now()) + CLOCK_MS);
  const { occupied } = await ask<PagesResult>(pages, "take");
  const seen = new Map(occupied);
  return Array.from({ length: some }, (_, at) => {
    const atMs = seen.get(String(at + 1));
    return atMs === undefined ? undefined : atMs - arrivesAtMs;
  });
}

async function writers(server: BenchServer, database: string, owners: number): Promise<number> {
  return pgbench({
    url: server.socketUrl(database),
    clients: WRITERS,
    seconds: WRITERS_S,
    script: `\\set owner random(1, ${owners})
insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
values (10 * :owner, :owner, 'Guest', 'pending', 'unpaid', 120.50, now() + interval '3 days', now() + interval '5 days');
`,
  });
}

export function spread(all: readonly number[]): Readonly<Record<"p50" | "p95" | "p99" | "max", number>> {
  const at = (share: number): number => percentile(all, share);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
