/**
 * What an owner's import costs another owner: the time from the COMMIT of one booking to its frame, when quiet, beside statements of
 * 4,900 bookings for an owner whose dashboard nobody has open, beside the same where one reader follows it, and where 300 more read nothing.
 */
import type { Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import type pg from "pg";
import { stalledStream } from "../test/support/stalled-stream.ts";
import type { BenchRun } from "./bench-run.ts";
import { DaemonProcess } from "./support/daemon-process.ts";
import { createMarketplace, migrate } from "./support/marketplace.ts";
import { OwnerSocket } from "./support/owner-socket.ts";
import { percentile } from "./support/statistics.ts";
import { pauseBetween, timedWrite } from "./support/timed-write.ts";

const OWNERS = 100;
/** Below what becomes one reset of the owner: each row is an event. */
const ROWS = 4_900;
const IMPORT = `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
select 10, 1, 'Guest ' || n, 'pending', 'unpaid', 100, now() + interval '9 days', now() + interval '11 days' from generate_series(1, ${ROWS}) n`;
/** Longer than the 50 ms within which frames of one owner are merged. */
const PAUSE_MS = { shortest: 55, longest: 95 };
const WARM_UP = 20;
/** All clients have one address here. */
const LIMITS = {
  DELTAD_MAX_CONNECTIONS_PER_ADDRESS: "1000",
  DELTAD_MAX_CONNECTIONS_PER_TOPIC: "1000",
  DELTAD_MAX_HTTP_CONNECTIONS_PER_ADDRESS: "1000",
  DELTAD_REQUESTS_PER_SECOND_PER_ADDRESS: "1000",
  DELTAD_REQUESTS_PER_SECOND: "1000",
};

export async function benchImport({ server, report, quick }: BenchRun): Promise<void> {
  const [writes, readers, everyMs] = quick ? [20, 20, 1_000] : [400, 300, 2_000];
  report.conditions(
    await server.describe(),
    `${OWNERS} owners, ${writes} writes each, ${PAUSE_MS.shortest} to ${PAUSE_MS.longest} ms apart, beside a statement of ${ROWS} rows every ${everyMs} ms, ${readers} silent readers by server-sent events`,
  );
  const writer = await server.createDatabase("import");
  await createMarketplace(writer, OWNERS);
  const daemon = await DaemonProcess.start(await migrate(writer, server.url("import")), LIMITS);
  const importer = await server.session("import");
  const silent: Socket[] = [];
  try {
    let onFrame: (atNs: bigint) => void = () => undefined;
    const other = await OwnerSocket.subscribed(daemon, daemon.token(["2"]), ["2"], (_owner, _document, atNs) =>
      onFrame(atNs),
    );
    const nextFrame = (): Promise<bigint> => new Promise((resolve) => (onFrame = resolve));
    const measured = async (): Promise<number[]> => {
      const times: number[] = [];
      for (let write = -WARM_UP; write < writes; write += 1) {
        await pauseBetween(PAUSE_MS);
        const ms = await timedWrite(writer, "2", nextFrame);
        if (write >= 0) times.push(ms);
      }
      return times;
    };
    const quiet = await measured();
    const unread = await beside(importer, everyMs, measured);
    const reader = await OwnerSocket.subscribed(daemon, daemon.token(["1"]), ["1"]);
    const followed = await beside(importer, everyMs, measured);
    const memoryBefore = await daemon.ask("rss");
    for (let reader = 0; reader < readers; reader += 1)
      silent.push(await stalledStream(daemon.port, daemon.token(["1"])));
    const read = await beside(importer, everyMs, measured);
    const memory = (await daemon.ask("rss")) - memoryBefore;
    for (const socket of [other, reader]) {
      socket.assertHealthy();
      socket.close();
    }
    for (const [name, all] of [
      ["quiet", quiet],
      ["beside imports that nobody follows", unread],
      ["beside imports with one reader", followed],
      [`beside imports with ${readers} silent readers more`, read],
    ] as const) {
      report.latencies(name, all);
    }
    report.line(`          ${(memory / readers / 2 ** 20).toFixed(2)} MiB of memory more for each silent reader`);
    const [undisturbed = Number.NaN, alone = Number.NaN, among = Number.NaN] = [quiet, followed, read].map((all) =>
      percentile(all, 0.99),
    );
    report.figure("p99 that imports with one reader add to a quiet one, ms", alone - undisturbed, { atMost: 50 });
    report.figure("p99 with silent readers against without", among / alone, { atMost: 1.5 });
    report.figure("p99 that silent readers add, ms", among - alone, { atMost: 50 });
  } finally {
    for (const socket of silent) socket.destroy();
    await daemon.stop();
  }
}

/** Imports again and again while the work runs. */
async function beside<Result>(importer: pg.Client, everyMs: number, work: () => Promise<Result>): Promise<Result> {
  let isOver = false;
  const imports = (async () => {
    while (!isOver) {
      await importer.query(IMPORT);
      await setTimeout(everyMs);
    }
  })();
  try {
    return await work();
  } finally {
    isOver = true;
    await imports;
  }
}
