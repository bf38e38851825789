/** What a connection weighs on which nothing happens and that has one room, with its presence, beside one that has an owner. */
import { setTimeout as pause } from "node:timers/promises";
import { ownerTopic } from "../../protocol/topic.ts";
import type { BenchRun } from "../bench-run.ts";
import { DaemonProcess } from "../support/daemon-process.ts";
import { reply, startTask } from "../support/task-process.ts";
import type { IdleTask } from "../wire/idle-clients-process.ts";
import { LIMITS } from "../wire/limits.ts";
import { CHAT_CONFIG, memberOf, roomTopic } from "./chat.ts";

const KIB = 1024;
/** After so many handshakes the heap is tidied for some seconds. */
const SETTLE_MS = { quick: 1_000, full: 20_000 } as const;

type Client = IdleTask["clients"][number];

export async function benchIdleRooms(
  { report, quick }: BenchRun,
  daemonUrl: string,
  { rooms, members }: { readonly rooms: number; readonly members: number },
): Promise<void> {
  const ofOwners = await weigh(daemonUrl, quick, rooms, members, (daemon, room) => ({
    topic: ownerTopic(String(room)),
    token: daemon.token([String(room)]),
  }));
  const ofRooms = await weigh(daemonUrl, quick, rooms, members, (daemon, room, member) => ({
    topic: roomTopic(room),
    token: daemon.userToken(memberOf(room, member)),
  }));
  const connections = rooms * (members - 1);
  report.line(
    `          each of ${connections} connections, beside the first of its topic: ${ofOwners.toFixed(2)} KiB with an owner, ${ofRooms.toFixed(2)} KiB with a room`,
  );
  report.figure("memory of a connection with a room, more than of one with an owner, KiB", ofRooms - ofOwners, {
    atMost: 1,
  });
}

/** KiB of each connection but the first of each topic. */
async function weigh(
  daemonUrl: string,
  quick: boolean,
  topics: number,
  ofEach: number,
  client: (daemon: DaemonProcess, topic: number, nth: number) => Client,
): Promise<number> {
  const daemon = await DaemonProcess.start(daemonUrl, { ...LIMITS, DELTAD_CONFIG: CHAT_CONFIG });
  const children: { disconnect(): void }[] = [];
  const join = async (from: number, until: number): Promise<number> => {
    const clients = Array.from({ length: topics * (until - from + 1) }, (_, index) =>
      client(daemon, 1 + (index % topics), from + Math.floor(index / topics)),
    );
    const child = startTask(new URL("../wire/idle-clients-process.js", import.meta.url), {
      port: daemon.port,
      clients,
    } satisfies IdleTask);
    children.push(child);
    await reply(child);
    await pause(quick ? SETTLE_MS.quick : SETTLE_MS.full);
    return daemon.ask("live");
  };
  try {
    const first = await join(1, 1);
    const all = await join(2, ofEach);
    return (all - first) / (topics * (ofEach - 1)) / KIB;
  } finally {
    for (const child of children) child.disconnect();
    await daemon.stop();
  }
}
