/**
 * Very many users at their rooms on two daemons: what these tell each other while nothing happens, by what a listener on the bus of the database
 * sees, and whether the deploy of one of them, whose users come back at the other, is told to anybody as a leave or a join.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { ChildProcess } from "node:child_process";
import type { BenchRun } from "../bench-run.ts";
import { DaemonProcess } from "../support/daemon-process.ts";
import { reply, startTask } from "../support/task-process.ts";
import { LIMITS } from "../wire/limits.ts";
import { CHAT_CONFIG, everyMember, roomTopic } from "./chat.ts";
import type { Heard, PresentUsersTask } from "./present-users-process.ts";

const OF_EACH_ROOM = 10;
const BUS_CHANNEL = "deltad_peers";
/** Longer than a leave is put off. */
const DEPLOY_WATCHED_MS = 30_000;

export async function benchPresence(
  { server, report, quick }: BenchRun,
  database: string,
  daemonUrl: string,
  rooms: number,
): Promise<void> {
  const users = rooms * OF_EACH_ROOM;
  const [settleMs, watchedMs] = quick ? [6_000, 10_000] : [20_000, 30_000];
  const bus = await server.session(database);
  let bytes = 0;
  bus.on("notification", ({ payload = "" }) => (bytes += payload.length));
  await bus.query(`listen ${BUS_CHANNEL}`);
  const options = { ...LIMITS, DELTAD_CONFIG: CHAT_CONFIG };
  const [first, second] = [
    await DaemonProcess.start(daemonUrl, options),
    await DaemonProcess.start(daemonUrl, options),
  ];
  const daemons = [first, second];
  try {
    const child = startTask(new URL("./present-users-process.js", import.meta.url), {
      ports: daemons.map(({ port }) => port),
      users: everyMember(rooms, OF_EACH_ROOM).map(({ room, n, user }) => ({
        at: (n - 1) % 2,
        topic: roomTopic(room),
        token: first.userToken(user),
      })),
    } satisfies PresentUsersTask);
    await reply(child);
    await pause(settleMs);
    const { counts } = await heard(child);
    report.line(
      `          ${users} users in ${rooms} rooms on two daemons; each hears of ${counts.join(" to ")} at its room`,
    );
    report.figure("users that one hears of at its room, at least", counts[0], { atLeast: OF_EACH_ROOM });
    bytes = 0;
    await pause(watchedMs);
    const idle = (1000 * bytes) / watchedMs / users;
    report.figure("bytes a second on the bus for each user while nothing happens", idle, { atMost: 64 });

    bytes = 0;
    child.send({ ports: [second.port] });
    await first.stop();
    await pause(DEPLOY_WATCHED_MS);
    const { joined, left, closed, connected } = await heard(child);
    report.line(
      `          one daemon is stopped: ${closed} sockets closed, ${connected} users are there again; ${(bytes / 1024).toFixed(0)} KiB on the bus`,
    );
    report.figure("leaves that the deploy of one daemon has told", left, { atMost: 0 });
    report.figure("joins that the deploy of one daemon has told", joined, { atMost: 0 });
    child.disconnect();
  } finally {
    for (const daemon of daemons) await daemon.stop();
  }
}

async function heard(child: ChildProcess): Promise<Heard> {
  child.send("heard");
  return (await reply(child)) as Heard;
}
