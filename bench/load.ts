/**
 * Five thousand writes a second into a thousand subscribed owners, on an open-loop schedule: how late the frames are, whether any
 * write is missing, and whether every client ends with what a recompute gives. Writer, clients, daemon and server share the machine.
 */
import type { ChildProcess } from "node:child_process";
import type pg from "pg";
import type { BenchRun } from "./bench-run.ts";
import { caughtUp } from "./load/caught-up.ts";
import type { ClientsResult, ClientsTask } from "./load/clients-process.ts";
import { latencies, type Write } from "./load/write-log.ts";
import { writeLoad } from "./load/writes.ts";
import { countStatements } from "./support/count-statements.ts";
import { DaemonProcess } from "./support/daemon-process.ts";
import { differing } from "./support/differing.ts";
import { addPastBookings, analyse, createMarketplace, migrate } from "./support/marketplace.ts";
import { percentile } from "./support/statistics.ts";
import { reply, startTask } from "./support/task-process.ts";

const OWNERS = 1_000;
const BOOKINGS = 100_000;
const SESSIONS = 16;
/** Compilers at work and pages written whole after a checkpoint are a start's, not a load's. */
const WARM_UP_S = 15;
/** After the last commit, the last frame is due within milliseconds. */
const CATCH_UP_MS = 15_000;
/** All clients have one address here. */
const LIMITS = { DELTAD_MAX_UNAUTHENTICATED_PER_ADDRESS: "2000" };
/** What owners are loaded with. */
const LOADS = ["deltad_load", "deltad_owner_rows"];

export async function benchLoad({ server, report, quick }: BenchRun): Promise<void> {
  const [writesPerSecond, warmUpS, seconds] = quick ? [500, 1, 3] : [5_000, WARM_UP_S, 30];
  report.conditions(
    await server.describe(),
    `${OWNERS} owners and sockets, ${BOOKINGS} bookings before, ${writesPerSecond} writes/s for ${seconds} s, and ${warmUpS} s before, by ${SESSIONS} sessions of pgbench on a Unix socket`,
  );
  const session = await server.createDatabase("load");
  await createMarketplace(session, OWNERS);
  await addPastBookings(session, BOOKINGS, 1, OWNERS);
  await analyse(session);
  const daemonUrl = await migrate(session, server.url("load"));

  const [loads = Number.NaN, rows = Number.NaN] = await countStatements(server, session, LOADS, async () => {
    const daemon = await DaemonProcess.start(daemonUrl, LIMITS);
    const clients = await startClients(daemon);
    await end(clients);
    await daemon.stop();
  });
  report.figure(`statements that load ${OWNERS} owners subscribed at once`, loads + rows, { atMost: 10 });

  const daemon = await DaemonProcess.start(daemonUrl, LIMITS);
  try {
    const clients = await startClients(daemon);
    const cpuBeforeMs = await daemon.ask("cpu");
    const startedMs = performance.now();
    const writes = await writeLoad({
      url: server.socketUrl("load"),
      owners: OWNERS,
      writesPerSecond,
      seconds: warmUpS + seconds,
      sessions: SESSIONS,
    });
    const tookMs = performance.now() - startedMs;
    const cpuShare = ((await daemon.ask("cpu")) - cpuBeforeMs) / tookMs;
    report.line(
      `          ${writes.length} writes in ${(tookMs / 1000).toFixed(1)} s; the daemon used ${(100 * cpuShare).toFixed(0)} % of a core`,
    );
    await caughtUp(clients, await countWrites(session), CATCH_UP_MS);
    const result = await end(clients);

    const { fromCommitMs, fromSendingMs, fromScheduleMs, unseen } = latencies(
      writes,
      relativeToFirst(result),
      firstDue(writes) + BigInt(warmUpS) * 1_000_000_000n,
    );
    for (const [name, all] of [
      ["commit", fromCommitMs],
      ["sending the write", fromSendingMs],
      ["its instant in the schedule", fromScheduleMs],
    ] as const) {
      report.latencies(`from ${name} to the first frame that includes it`, all);
    }
    report.figure("p99 from commit to frame, ms", percentile(fromCommitMs, 0.99), { atMost: 100 });
    report.figure("writes that no frame included", unseen, { atMost: 0 });
    report.figure("faults at clients", result.faults.length, { atMost: 0 });
    report.figure(
      "clients that end with another document than the recompute",
      await differing(session, result.documents),
      {
        atMost: 0,
      },
    );
  } finally {
    await daemon.stop();
  }
}

/** Resolves when each owner's client has its first snapshot. */
async function startClients(daemon: DaemonProcess): Promise<ChildProcess> {
  const tokens = Array.from({ length: OWNERS }, (_, index) => daemon.token([String(index + 1)]));
  const clients = startTask(new URL("./load/clients-process.js", import.meta.url), {
    port: daemon.port,
    tokens,
  } satisfies ClientsTask);
  await reply(clients);
  return clients;
}

async function end(clients: ChildProcess): Promise<ClientsResult> {
  clients.send("end");
  return (await reply(clients)) as ClientsResult;
}

/** What the clients' documents must count in the end. */
async function countWrites(session: pg.Client): Promise<number> {
  const { rows } = await session.query<{ writes: number }>(
    "select (count(*) + count(*) filter (where status = 'confirmed'))::int as writes from bookings",
  );
  return rows[0]?.writes ?? Number.NaN;
}

function firstDue(writes: readonly Write[]): bigint {
  return writes.reduce((first, { dueNs }) => (dueNs < first ? dueNs : first), writes[0]?.dueNs ?? 0n);
}

/** An owner's first arrival is its first snapshot, before any write of the load. */
function relativeToFirst({ arrivals }: ClientsResult): ClientsResult["arrivals"] {
  const first = new Map<number, number>();
  return arrivals.map((arrival) => {
    if (!first.has(arrival.owner)) first.set(arrival.owner, arrival.included);
    return { ...arrival, included: arrival.included - (first.get(arrival.owner) ?? 0) };
  });
}
