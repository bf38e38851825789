/** One client that missed very much of one owner: whether it gets it whole, what that costs the daemon's memory, and other clients' time. */
import pg from "pg";
import { DaemonProcess } from "../support/daemon-process.ts";
import { OwnerSocket } from "../support/owner-socket.ts";
import type { Report } from "../support/report.ts";
import { percentile } from "../support/statistics.ts";
import { timedWrite } from "../support/timed-write.ts";
import { ResumingClient } from "./resuming-client.ts";

const [AWAY, OTHER] = ["1", "2"] as const;
const WRITES_BEFORE = 100;
const MIB = 2 ** 20;

export interface LongAbsence {
  readonly report: Report;
  readonly daemonUrl: string;
  /** Of whoever writes. */
  readonly url: string;
  readonly missed: number;
}

export async function measureLongAbsence({ report, daemonUrl, url, missed }: LongAbsence): Promise<void> {
  const writer = new pg.Client({ connectionString: url });
  await writer.connect();
  const daemon = await DaemonProcess.start(daemonUrl);
  try {
    const [remembered, timed] = [AWAY, AWAY].map((owner) => new ResumingClient(owner, daemon.token([owner])));
    if (remembered === undefined || timed === undefined) return;
    // Both were there before, and have gone.
    await Promise.all([remembered.connect(daemon.port, 0), timed.connect(daemon.port, 0)]);
    remembered.leave();
    timed.leave();
    await writeAlone(writer, missed);

    const { heap, tookMs } = await memoryOf(daemon, () => remembered.connect(daemon.port, missed));
    report.figure(`live memory of a replay of ${missed} events, MiB`, heap / MIB, { atMost: 10 });
    report.figure(`until the last of ${missed} missed events, s`, tookMs / 1000, { atMost: 60 });
    const events = remembered.got.events.filter(({ type }) => type === "booking_created");
    const bookings = events.map(({ data }) => Number(data["bookingId"]));
    const isOrdered = bookings.every((booking, at) => at === 0 || (bookings[at - 1] ?? 0) < booking);
    const isWhole = events.length === missed && new Set(events.map(({ id }) => id)).size === missed;
    report.figure("replays that were not whole, in order, each once", isWhole && isOrdered ? 0 : 1, { atMost: 0 });

    const { before, during } = await latencies(daemon, writer, () => timed.connect(daemon.port, missed));
    report.line(`          another client's median latency before ${percentile(before, 0.5).toFixed(1)} ms`);
    report.figure("another client's median latency meanwhile, ms", percentile(during, 0.5), {
      atMost: 2 * percentile(before, 0.5) + 5,
    });
    report.figure("another client's latency of the 95th in a hundred meanwhile, ms", percentile(during, 0.95), {
      atMost: 2 * percentile(before, 0.95) + 20,
    });
    remembered.leave();
    timed.leave();
  } finally {
    await daemon.stop();
    await writer.end();
  }
}

/** Bookings of the owner that is away, each a transaction. */
async function writeAlone(writer: pg.Client, many: number): Promise<void> {
  // Only what is written matters here, not how long a disk takes for it.
  await writer.query("set synchronous_commit = off");
  await writer.query(`do $$ begin for i in 1..${many} loop
    insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
    values (10 * ${AWAY}, ${AWAY}, 'Guest', 'pending', 'unpaid', 120.50, now() + interval '3 days', now() + interval '5 days');
    commit;
  end loop; end $$`);
  await writer.query("reset synchronous_commit");
}

/** The most that lives on the heap while the work goes on, beyond what does before it. */
async function memoryOf(daemon: DaemonProcess, work: () => Promise<void>): Promise<{ heap: number; tookMs: number }> {
  const before = await daemon.ask("heap");
  const startedMs = performance.now();
  const over = work().then(() => performance.now() - startedMs);
  let [most, isOpen] = [before, true];
  void over.finally(() => (isOpen = false));
  while (isOpen) most = Math.max(most, await daemon.ask("heap"));
  return { heap: most - before, tookMs: await over };
}

/** From commit to screen of another owner's writes, in milliseconds. */
async function latencies(
  daemon: DaemonProcess,
  writer: pg.Client,
  work: () => Promise<void>,
): Promise<{ before: readonly number[]; during: readonly number[] }> {
  let seen: (atNs: bigint) => void = () => undefined;
  const socket = await OwnerSocket.subscribed(daemon, daemon.token([OTHER]), [OTHER], (_owner, _document, atNs) =>
    seen(atNs),
  );
  const write = (): Promise<number> => timedWrite(writer, OTHER, () => new Promise((resolve) => (seen = resolve)));
  const [before, during]: [number[], number[]] = [[], []];
  while (before.length < WRITES_BEFORE) before.push(await write());
  let isOpen = true;
  const over = work().finally(() => (isOpen = false));
  while (isOpen) during.push(await write());
  await over;
  socket.assertHealthy();
  socket.close();
  return { before, during };
}
