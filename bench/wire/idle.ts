/** What connections cost on which nothing happens: memory of each, beside what owners weigh that they share, and processor time. */
import { setTimeout as pause } from "node:timers/promises";
import type { ChildProcess } from "node:child_process";
import { ownerTopic } from "../../protocol/topic.ts";
import type { BenchRun } from "../bench-run.ts";
import { DaemonProcess } from "../support/daemon-process.ts";
import { reply, startTask } from "../support/task-process.ts";
import type { IdleTask } from "./idle-clients-process.ts";
import { LIMITS } from "./limits.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
/** After so many handshakes the heap is tidied for some seconds. */
const SETTLE_MS = { quick: 1_000, full: 20_000 } as const;

export async function benchIdle({ report, quick }: BenchRun, daemonUrl: string): Promise<void> {
  const [owners, connections, watchedS] = quick ? [100, 1_000, 3] : [1_000, 10_000, 30];
  const settleMs = quick ? SETTLE_MS.quick : SETTLE_MS.full;
  const daemon = await DaemonProcess.start(daemonUrl, LIMITS);
  const clients: ChildProcess[] = [];
  /** Those from one number until another, of the owners in turn. */
  const join = async (from: number, until: number): Promise<void> => {
    const task: IdleTask = {
      port: daemon.port,
      clients: Array.from({ length: until - from }, (_, index) => {
        const owner = String(1 + ((from + index) % owners));
        return { topic: ownerTopic(owner), token: daemon.token([owner]) };
      }),
    };
    const child = startTask(new URL("./idle-clients-process.js", import.meta.url), task);
    clients.push(child);
    await reply(child);
    await pause(settleMs);
  };
  const measure = async (): Promise<Memory> => ({ live: await daemon.ask("live"), rss: await daemon.ask("rss") });
  try {
    const empty = await measure();
    await join(0, owners);
    const beforeMs = await daemon.ask("cpu");
    await pause(watchedS * 1000);
    const cpuShare = ((await daemon.ask("cpu")) - beforeMs) / (watchedS * 1000);
    const first = await measure();
    await join(owners, connections);
    const all = await measure();

    for (const [name, { rss, live }] of [
      ["empty", empty],
      [`${owners} connections, one of each owner`, first],
      [`${connections} connections`, all],
    ] as const) {
      report.line(
        `          ${name}: ${(rss / MIB).toFixed(1)} MiB resident, ${(live / MIB).toFixed(1)} MiB without what the heap keeps free`,
      );
    }
    report.line(
      `          each owner, what its connections share and the first of them: ${((first.live - empty.live) / owners / KIB).toFixed(1)} KiB`,
    );
    report.line(
      `          each connection, by resident memory: ${((all.rss - first.rss) / (connections - owners) / KIB).toFixed(1)} KiB; over the empty daemon, what owners share included: ${((all.rss - empty.rss) / connections / KIB).toFixed(1)} KiB`,
    );
    report.figure(
      "memory of each connection of an owner that has one already, KiB",
      (all.live - first.live) / (connections - owners) / KIB,
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
  /** Without what the heap keeps free. */
  readonly live: number;
}
