/**
 * A restart of the daemon under five thousand clients, each of which missed some events and comes back with its cursor, all of them in
 * one instant: how long until the last of them has everything, whether it is right, and how many statements that takes. Then one client
 * that missed very much.
 */
import { isDeepStrictEqual } from "node:util";
import type { BenchRun } from "./bench-run.ts";
import type { ClientsTask, Return, Returned } from "./resume/clients-process.ts";
import { measureLongAbsence } from "./resume/long-absence.ts";
import { writeMissed } from "./resume/missed-writes.ts";
import type { Got } from "./resume/resuming-client.ts";
import { countStatements } from "./support/count-statements.ts";
import { DaemonProcess } from "./support/daemon-process.ts";
import { differing } from "./support/differing.ts";
import { addPastBookings, analyse, createMarketplace, migrate } from "./support/marketplace.ts";
import { reply, startTask } from "./support/task-process.ts";

const CLIENTS_OF_OWNER = 5;
const MISSED = 5;
const BOOKINGS = 100_000;
const DEADLINE_MS = 20_000;
/** All clients have one address here. */
const LIMITS = {
  DELTAD_MAX_CONNECTIONS_PER_ADDRESS: "10000",
  DELTAD_MAX_UNAUTHENTICATED: "10000",
  DELTAD_MAX_UNAUTHENTICATED_PER_ADDRESS: "10000",
};
const READ_HISTORY = "deltad_history";
/** Clients that get through while a read runs are read for by the next. */
const FEW = 5;
/** Missed events of one owner. */
const LONG_ABSENCE = 100_000;

export async function benchResume({ server, report, quick }: BenchRun): Promise<void> {
  const [owners, ageMs] = quick ? [100, 0] : [1_000, 60_000];
  report.conditions(
    await server.describe(),
    `${owners * CLIENTS_OF_OWNER} clients of ${owners} owners, ${BOOKINGS} bookings before, ${MISSED} missed events of each owner, cursors at least ${ageMs / 1000} s old`,
  );
  const session = await server.createDatabase("resume");
  await createMarketplace(session, owners);
  await addPastBookings(session, BOOKINGS, 1, owners);
  await analyse(session);
  const daemonUrl = await migrate(session, server.url("resume"));

  const before = await DaemonProcess.start(daemonUrl, LIMITS);
  const clients = startTask(new URL("./resume/clients-process.js", import.meta.url), {
    port: before.port,
    clients: Array.from({ length: owners * CLIENTS_OF_OWNER }, (_, index) => {
      const owner = String(1 + (index % owners));
      return { owner, token: before.token([owner]) };
    }),
  } satisfies ClientsTask);
  try {
    await reply(clients);
  } finally {
    await before.stop();
  }
  const leftMs = performance.now();
  const written = await writeMissed(server.url("resume"), owners, MISSED);
  await new Promise((resolve) => setTimeout(resolve, leftMs + ageMs - performance.now()));

  const [reads = Number.NaN] = await countStatements(server, session, [READ_HISTORY], async () => {
    const after = await DaemonProcess.start(daemonUrl, LIMITS);
    try {
      clients.send({ port: after.port, missed: MISSED, deadlineMs: DEADLINE_MS } satisfies Return);
      const { tookMs, clients: returned } = (await reply(clients)) as Returned;
      report.figure("from the first reconnect to the last missed event, s", tookMs / 1000, { atMost: 5 });
      const wrong = returned.filter((got) => whatIsWrong(got, written) !== undefined);
      for (const got of wrong.slice(0, 3)) report.line(`          owner ${got.owner}: ${whatIsWrong(got, written)}`);
      report.figure("clients that got anything but each missed event once, in order", wrong.length, { atMost: 0 });
      const documents = returned.map(({ owner, document }) => [owner, document] as const);
      report.figure("clients with another document than the recompute", await differing(session, documents), {
        atMost: 0,
      });
    } finally {
      await after.stop();
    }
  });
  report.figure("statements that read what was missed", reads, { atMost: Math.ceil(owners / 1_000) + FEW });
  await measureLongAbsence({
    report,
    daemonUrl,
    url: server.url("resume"),
    missed: quick ? LONG_ABSENCE / 20 : LONG_ABSENCE,
  });
}

/** Of the events: the documents have a check of their own. */
function whatIsWrong(
  { owner, recovered, events, faults }: Got,
  written: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  if (faults.length > 0) return faults[0];
  if (recovered !== true) return `recovered: ${recovered}`;
  const bookings = events.map(({ data }) => String(data["bookingId"]));
  if (!isDeepStrictEqual(bookings, written.get(owner))) return `events of ${bookings.join()}`;
  if (events.some(({ type }) => type !== "booking_created")) return "another event than was written";
  return new Set(events.map(({ id }) => id)).size < events.length ? "an event id twice" : undefined;
}
