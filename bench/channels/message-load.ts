/** Many messages a second into many rooms: how long one takes to its members, and whether every member ends with its room's rows. */
import { isDeepStrictEqual } from "node:util";
import type pg from "pg";
import type { BenchRun } from "../bench-run.ts";
import { caughtUp } from "../load/caught-up.ts";
import { latencies, type Write } from "../load/write-log.ts";
import { STRIDE } from "../load/writes.ts";
import { DaemonProcess } from "../support/daemon-process.ts";
import { pgbenchLog } from "../support/pgbench.ts";
import { percentile } from "../support/statistics.ts";
import { reply, startTask } from "../support/task-process.ts";
import { LIMITS } from "../wire/limits.ts";
import { CHAT_CONFIG, everyMember, INSERT_MESSAGE, roomTopic } from "./chat.ts";
import type { MembersResult, MembersTask } from "./members-process.ts";

const SESSIONS = 16;
const CATCH_UP_MS = 30_000;

export interface LoadSize {
  readonly rooms: number;
  readonly members: number;
}

export async function benchMessageLoad(
  { server, report, quick }: BenchRun,
  database: string,
  daemonUrl: string,
  { rooms, members }: LoadSize,
): Promise<void> {
  const [perSecond, seconds] = quick ? [200, 3] : [2_000, 30];
  report.line(
    `          ${perSecond} messages/s for ${seconds} s into ${rooms} rooms of ${members} members, by ${SESSIONS} sessions of pgbench`,
  );
  const session = await server.session(database);
  const before = await countMessages(session);
  const daemon = await DaemonProcess.start(daemonUrl, { ...LIMITS, DELTAD_CONFIG: CHAT_CONFIG });
  try {
    const child = startTask(new URL("./members-process.js", import.meta.url), {
      port: daemon.port,
      members: everyMember(rooms, members).map(({ room, user }) => ({
        room,
        token: daemon.userToken(user),
        topic: roomTopic(room),
      })),
    } satisfies MembersTask);
    await reply(child);
    const cpuBeforeMs = await daemon.ask("cpu");
    const startedMs = performance.now();
    const log = await pgbenchLog({
      url: server.socketUrl(database),
      script: `\\set n :n + 1\n\\set room 1 + (:n * ${STRIDE} + :client_id) % ${rooms}\n${INSERT_MESSAGE.replaceAll("$1", ":room").replace("$2", "'u' || :room || '-1'")};\n`,
      clients: SESSIONS,
      transactionsPerClient: Math.round((perSecond * seconds) / SESSIONS),
      perSecond,
      variables: { n: -1 },
    });
    const tookMs = performance.now() - startedMs;
    const cpuShare = ((await daemon.ask("cpu")) - cpuBeforeMs) / tookMs;
    const writes: Write[] = log.map(({ client, number, ...times }) => ({
      owner: (number * STRIDE + client) % rooms,
      ...times,
    }));
    report.line(
      `          ${writes.length} messages in ${(tookMs / 1000).toFixed(1)} s; the daemon used ${(100 * cpuShare).toFixed(0)} % of a core`,
    );
    const made = (await countMessages(session)) - before;
    await caughtUp(child, made * members, CATCH_UP_MS);
    child.send("end");
    const { arrivals, faults, rows } = (await reply(child)) as MembersResult;
    const { fromCommitMs, fromScheduleMs, unseen } = latencies(writes, arrivals, 0n);
    report.latencies("from commit to the frame with the message", fromCommitMs);
    report.latencies("from its instant in the schedule", fromScheduleMs);
    report.line(`          p99 from commit to frame: ${percentile(fromCommitMs, 0.99).toFixed(1)} ms`);
    report.figure("messages that no frame had", unseen, { atMost: 0 });
    report.figure("frames that did not follow, and rows told twice", faults, { atMost: 0 });
    const expected = await newestKeys(session);
    const differing = rows.filter(
      ({ room, keys }) => !isDeepStrictEqual(keys.slice(-50), expected.get(room)?.slice(-50)),
    );
    report.figure("members that end with other rows than their room's newest", differing.length, { atMost: 0 });
  } finally {
    await daemon.stop();
  }
}

async function countMessages(session: pg.Client): Promise<number> {
  const { rows } = await session.query<{ count: number }>("select count(*)::int as count from messages");
  return rows[0]?.count ?? Number.NaN;
}

async function newestKeys(session: pg.Client): Promise<ReadonlyMap<number, readonly string[]>> {
  const { rows } = await session.query<{ room: number; keys: string[] }>(
    `select r.id::int as room, array(select m.id::text from (select id, created_at from messages where room_id = r.id
              order by created_at desc, id desc limit 50) m order by m.created_at, m.id) as keys
       from rooms r`,
  );
  return new Map(rows.map(({ room, keys }) => [room, keys]));
}
