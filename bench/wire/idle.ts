/** What connections cost on which nothing happens: memory of each, beside what owners weigh that they share, and processor time. */
import type { ChildProcess } from "node:child_process";
import type { BenchRun } from "../bench-run.ts";
import { DaemonProcess } from "../support/daemon-process.ts";
import { reply, startTask } from "../support/task-process.ts";
import type { ClientsTask } from "./clients-task.ts";
import { LIMITS } from "./limits.ts";

const KIB = 1024;
const SETTLE_MS = 2_000;

export async function benchIdle({ report, quick }: BenchRun, daemonUrl: string): Promise<void> {
  const [owners, connections, watchedS] = quick ? [100, 1_000, 3] : [1_000, 10_000, 30];
  const daemon = await DaemonProcess.start(daemonUrl, LIMITS);
  const clients: ChildProcess[] = [];
  const join = async (from: number, until: number): Promise<void> => {
    const task: ClientsTask = {
      port: daemon.port,
      clients: Array.from({ length: until - from }, (_, index) => {
        const owner = String(1 + ((from + index) % owners));
        return { owner, token: daemon.token([owner]) };
      }),
    };
    const child = startTask(new URL("./idle-clients-process.js", import.meta.url), task);
    clients.push(child);
    await reply(child);
    await pause(SETTLE_MS);
  };
  const measure = async (): Promise<Memory> => ({ rss: await daemon.ask("rss"), heap: await daemon.ask("heap") });
  try {
    const empty = await measure();
    await join(0, owners);
    const one = await measure();
    const beforeMs = await daemon.ask("cpu");
    await pause(watchedS * 1000);
    const cpuShare = ((await daemon.ask("cpu")) - beforeMs) / (watchedS * 1000);
    await join(owners, connections);
    const all = await measure();
    report.line(`          ${JSON.stringify({ empty, one, all })}`);
    report.figure(
      `resident memory of each connection after the first of each owner, KiB`,
      (all.rss - one.rss) / (connections - owners) / KIB,
      { atMost: 4 },
    );
    report.figure(`processor time with ${owners} idle connections, % of a core`, 100 * cpuShare, { atMost: 1 });
  } finally {
    for (const child of clients) child.disconnect();
    await daemon.stop();
  }
}

interface Memory {
  readonly rss: number;
  readonly heap: number;
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
