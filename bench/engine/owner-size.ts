/** One change of an owner with few bookings and of one with very many: the same time, and no watched table is read but by key. */
import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import type { BenchRun } from "../bench-run.ts";
import { DaemonProcess } from "../support/daemon-process.ts";
import { addPastBookings, analyse, createMarketplace, migrate } from "../support/marketplace.ts";
import { OwnerSocket } from "../support/owner-socket.ts";
import { median, percentile } from "../support/statistics.ts";
import { timedWrite } from "../support/timed-write.ts";

const SMALL = "1";
const LARGE = "2";
/** Longer than the 50 ms within which frames of one owner are merged. */
const PAUSE_MS = 60;
/** An idle session reports what it read after 10 s at the latest. */
const STATISTICS_DELAY_MS = 11_000;

export async function benchOwnerSize({ server, report, quick }: BenchRun): Promise<void> {
  const [small, large, writes] = quick ? [1_000, 20_000, 20] : [10_000, 5_000_000, 300];
  const session = await server.createDatabase("owner_size");
  await createMarketplace(session, 1_000);
  await addPastBookings(session, small, 1, 1);
  await addPastBookings(session, large, 2, 2);
  await analyse(session);
  const daemon = await DaemonProcess.start(await migrate(session, server.url("owner_size")));
  try {
    let onFrame: (atNs: bigint) => void = () => undefined;
    const startedMs = performance.now();
    const subscriber = await OwnerSocket.subscribed(
      daemon,
      daemon.token([SMALL, LARGE]),
      [SMALL, LARGE],
      (_owner, _document, atNs) => onFrame(atNs),
    );
    report.line(
      `          both owners (${small} and ${large} bookings) loaded in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`,
    );
    const nextFrame = (): Promise<bigint> => new Promise((resolve) => (onFrame = resolve));

    const times = new Map<string, number[]>([
      [SMALL, []],
      [LARGE, []],
    ]);
    const before = await readsSoFar(session);
    for (let write = 0; write < writes; write += 1) {
      for (const [owner, all] of times) {
        await pause(PAUSE_MS);
        all.push(await timedWrite(session, owner, nextFrame));
      }
    }
    const after = await readsSoFar(session);
    subscriber.assertHealthy();
    subscriber.close();

    for (const [owner, all] of times) {
      const size = owner === SMALL ? small : large;
      report.line(
        `          one change of an owner with ${size} bookings: median ${median(all).toFixed(2)} ms, p99 ${percentile(all, 0.99).toFixed(2)} ms`,
      );
    }
    report.figure(
      "one change, large owner against small",
      median(times.get(LARGE) ?? []) / median(times.get(SMALL) ?? []),
      { atMost: 1.2 },
    );
    const changes = 2 * writes;
    // The writer's own foreign keys look up one owner and one listing per row.
    report.line(
      `          owners read by key: ${(after.ownersByKey - before.ownersByKey) / changes} per change, the writer's foreign key included`,
    );
    report.figure(
      `bookings and payouts read while ${changes} changes were delivered`,
      after.otherRows - before.otherRows,
      { atMost: 0 },
    );
    report.figure(`rows read by sequential scans meanwhile`, after.scannedRows - before.scannedRows, { atMost: 0 });
  } finally {
    await daemon.stop();
  }
}

interface Reads {
  readonly scannedRows: number;
  readonly ownersByKey: number;
  /** Of tables in which nobody looks up a foreign key. */
  readonly otherRows: number;
}

async function readsSoFar(session: pg.Client): Promise<Reads> {
  await pause(STATISTICS_DELAY_MS);
  const { rows } = await session.query<Reads>(
    `select sum(seq_tup_read)::int as "scannedRows",
            (sum(idx_scan) filter (where relname = 'owners'))::int as "ownersByKey",
            (sum(seq_tup_read + idx_tup_fetch) filter (where relname in ('bookings', 'payouts')))::int as "otherRows"
       from pg_stat_user_tables where schemaname = 'public'`,
  );
  const [reads] = rows;
  if (!reads) throw new Error("no statistics");
  return reads;
}
