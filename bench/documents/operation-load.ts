/** Many operations a second by many clients on one board: how long each waits for its answer, and whether every one has it, and every row. */
import type pg from "pg";
import type { BenchRun } from "../bench-run.ts";
import { DaemonProcess } from "../support/daemon-process.ts";
import { percentile } from "../support/statistics.ts";
import { LIMITS } from "../wire/limits.ts";
import { BOARD_CONFIG, Mover, USERS, WIDGETS } from "./board.ts";

const CATCH_UP_MS = 30_000;

export async function benchOperationLoad(
  { server, report, quick }: BenchRun,
  database: string,
  daemonUrl: string,
): Promise<void> {
  const [perSecond, seconds] = quick ? [100, 3] : [500, 30];
  report.line(
    `          ${perSecond} operations/s for ${seconds} s by ${USERS} clients on one board of ${WIDGETS} widgets`,
  );
  const session = await server.session(database);
  const before = await countOperations(session);
  const daemon = await DaemonProcess.start(daemonUrl, { ...LIMITS, DELTAD_CONFIG: BOARD_CONFIG });
  try {
    const movers: Mover[] = [];
    for (let user = 1; user <= USERS; user += 1)
      movers.push(await Mover.enter(daemon.port, daemon.userToken(`u${user}`)));
    const cpuBeforeMs = await daemon.ask("cpu");
    const startedMs = performance.now();
    const all = perSecond * seconds;
    for (let n = 0; n < all; ) {
      const due = Math.min(all, Math.floor(((performance.now() - startedMs) / 1_000) * perSecond) + 1);
      for (; n < due; n += 1) movers[n % USERS]?.move(1 + ((n * 7) % WIDGETS), n + 1);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const waiting = (): number => movers.reduce((sum, mover) => sum + mover.waiting, 0);
    const giveUpMs = performance.now() + CATCH_UP_MS;
    while (waiting() > 0 && performance.now() < giveUpMs) await new Promise((resolve) => setTimeout(resolve, 20));
    const tookMs = performance.now() - startedMs;
    const cpuShare = ((await daemon.ask("cpu")) - cpuBeforeMs) / tookMs;
    const latencies = movers.flatMap((mover) => mover.tookMs);
    report.line(
      `          ${latencies.length} operations in ${(tookMs / 1_000).toFixed(1)} s; the daemon used ${(100 * cpuShare).toFixed(0)} % of a core`,
    );
    report.latencies("from sending one to the frame with its row and answer", latencies);
    report.line(`          p99: ${percentile(latencies, 0.99).toFixed(1)} ms`);
    report.figure("operations without an answer", waiting(), { atMost: 0 });
    report.figure("operations that the ledger lacks", all - ((await countOperations(session)) - before), { atMost: 0 });
    for (const mover of movers) mover.close();
  } finally {
    await daemon.stop();
  }
}

async function countOperations(session: pg.Client): Promise<number> {
  const { rows } = await session.query<{ count: number }>(
    "select count(*)::int as count from deltad.operation where outcome ->> 'outcome' = 'applied'",
  );
  return rows[0]?.count ?? Number.NaN;
}
