/** Writes that fill what nobody reads, and those whose events are waited for. */
import { setTimeout as pause } from "node:timers/promises";
import type { ChildProcess } from "node:child_process";
import type pg from "pg";
import { reply } from "../support/task-process.ts";
import { INSERT_BOOKING } from "../support/timed-write.ts";

/** The system takes some 4.2 MB for a socket: most of it at once, the rest so slowly that few events go out together. */
const FILLING = { guestBytes: 4_000, quickly: 850, slowly: 350, intervalMs: 20 } as const;
/** Between two writes, each to another owner: of the same one so rarely that no two of its frames are merged. */
const INTERVAL_MS = 20;
/** Long after the last event. */
const COMPLETE_MS = 1_000;

const INSERT_LONG = `
  insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
  values (10 * $1::bigint, $1, repeat('g', ${FILLING.guestBytes}), 'pending', 'unpaid', 10, now() + interval '3 days', now() + interval '5 days')`;

export async function fill(session: pg.Client, owner: string): Promise<void> {
  for (let write = 0; write < FILLING.quickly + FILLING.slowly; write += 1) {
    if (write >= FILLING.quickly) await pause(FILLING.intervalMs);
    await session.query({ name: "fill", text: INSERT_LONG, values: [owner] });
  }
}

/**
 * Milliseconds from each commit to its event at each reader. The readers' owners are 1 … `owners`, in turn; the next one is written to as well.
 * @throws Error where an event has not come
 */
export async function latencies(
  session: pg.Client,
  readers: ChildProcess,
  owners: number,
  seconds: number,
): Promise<number[]> {
  await arrivalsAt(readers);
  const committedMs: number[][] = Array.from({ length: owners + 1 }, () => []);
  const startedMs = performance.now();
  for (let write = 0; write < (1000 * seconds) / INTERVAL_MS; write += 1) {
    await pause(startedMs + write * INTERVAL_MS - performance.now());
    const owner = write % committedMs.length;
    await session.query({ name: "write", text: INSERT_BOOKING, values: [owner + 1] });
    committedMs[owner]?.push(Number(process.hrtime.bigint()) / 1e6);
  }
  await pause(COMPLETE_MS);
  return (await arrivalsAt(readers)).flatMap((arrivals, reader) => {
    const committed = committedMs[reader % owners] ?? [];
    if (arrivals.length !== committed.length) throw new Error(`${arrivals.length} of ${committed.length} events came`);
    return arrivals.map((atMs, nth) => Math.max(0, atMs - (committed[nth] ?? 0)));
  });
}

async function arrivalsAt(readers: ChildProcess): Promise<number[][]> {
  readers.send("arrivals");
  return (await reply(readers)) as number[][];
}
