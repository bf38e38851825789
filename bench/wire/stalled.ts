/**
 * A tenth of the clients stops reading, for as long as the daemon bears with it: whether the others get their frames later for it, and what
 * each of the stalled ones costs. What the system buffers for a socket is filled first, with events that nobody reads.
 */
import type { ChildProcess } from "node:child_process";
import type { BenchRun } from "../bench-run.ts";
import { DaemonProcess } from "../support/daemon-process.ts";
import { percentile } from "../support/statistics.ts";
import { reply, startTask } from "../support/task-process.ts";
import type { ClientsTask } from "./clients-task.ts";
import { LIMITS } from "./limits.ts";
import { fill, latencies } from "./stalled-writes.ts";

/** Of clients that read. */
const OWNERS = 10;
const STALLED_OWNER = String(OWNERS + 1);
const STALLED_SHARE = 0.1;
const KIB = 1024;
const READERS = new URL("./readers-process.js", import.meta.url);
const STALLING = new URL("./stalling-process.js", import.meta.url);

export async function benchStalled({ server, report, quick }: BenchRun, database: string, url: string): Promise<void> {
  const [clients, seconds, turns] = quick ? [100, 3, 1] : [1_000, 12, 2];
  const stalled = clients * STALLED_SHARE;
  report.line(`          ${clients} clients of ${OWNERS + 1} owners, the ${stalled} of one of them stall`);
  const session = await server.session(database);
  /** A tenth of the clients as `file` has them, at a daemon of its own: what one has allocated once it does not give back. */
  const measureWith = async (file: URL): Promise<Measured> => {
    const daemon = await DaemonProcess.start(url, LIMITS);
    try {
      const readers = await start(daemon, READERS, clients - stalled, (index) => String(1 + (index % OWNERS)));
      const beforeBytes = await daemon.ask("live");
      const others = await start(daemon, file, stalled, () => STALLED_OWNER);
      await fill(session, STALLED_OWNER);
      const ms = await latencies(session, readers, OWNERS, seconds);
      const bytes = ((await daemon.ask("live")) - beforeBytes) / stalled;
      others.send("end");
      const answer = await reply(others);
      for (const child of [readers, others]) child.disconnect();
      return { ms, bytes, blocked: typeof answer === "number" ? answer : 0 };
    } finally {
      await daemon.stop();
    }
  };
  const [without, beside]: [Measured[], Measured[]] = [[], []];
  for (let turn = 0; turn < turns; turn += 1) {
    without.push(await measureWith(READERS));
    beside.push(await measureWith(STALLING));
  }
  for (const [name, measured] of [
    ["all read", without],
    ["a tenth stalls", beside],
  ] as const) {
    const ms = measured.flatMap((each) => each.ms);
    const kib = measured.map(({ bytes }) => (bytes / KIB).toFixed(1)).join(", ");
    report.line(
      `          ${name}: from commit to event median ${percentile(ms, 0.5).toFixed(1)} ms, p99 ${percentile(ms, 0.99).toFixed(1)} ms (${ms.length}); memory of each of the tenth ${kib} KiB`,
    );
  }
  const p99 = (measured: readonly Measured[]): number =>
    percentile(
      measured.flatMap(({ ms }) => ms),
      0.99,
    );
  const blocked = beside.reduce((sum, each) => sum + each.blocked, 0);
  report.figure("clients that the daemon stopped writing to", blocked, { atLeast: turns * stalled });
  report.figure("p99 of the others, against all reading", p99(beside) / p99(without), { atMost: 1.2 });
  report.figure(
    "memory of each stalled client, more than of one that reads, KiB",
    (mean(beside) - mean(without)) / KIB,
    {
      atMost: 64,
    },
  );
}

function mean(measured: readonly Measured[]): number {
  return measured.reduce((sum, { bytes }) => sum + bytes, 0) / measured.length;
}

async function start(
  daemon: DaemonProcess,
  file: URL,
  count: number,
  ownerOf: (index: number) => string,
): Promise<ChildProcess> {
  const clients = Array.from({ length: count }, (_, index) => {
    const owner = ownerOf(index);
    return { owner, token: daemon.token([owner]) };
  });
  const child = startTask(file, { port: daemon.port, clients } satisfies ClientsTask);
  await reply(child);
  return child;
}

interface Measured {
  readonly ms: readonly number[];
  /** By which the daemon grew, for each of the tenth. */
  readonly bytes: number;
  readonly blocked: number;
}
