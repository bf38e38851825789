/**
 * From the COMMIT of one booking to the frames at the page, its metrics and its event, one write at a time, against the bare relay: a
 * row trigger with pg_notify, node-postgres, ws. The two take turns.
 */
import type { BenchRun } from "./bench-run.ts";
import { BareRelay } from "./support/bare-relay.ts";
import { DaemonProcess } from "./support/daemon-process.ts";
import { addPastBookings, analyse, createMarketplace, migrate } from "./support/marketplace.ts";
import { NOTIFY_TRIGGER } from "./support/other-triggers.ts";
import { OwnerSocket } from "./support/owner-socket.ts";
import { median, percentile } from "./support/statistics.ts";
import { pauseBetween, timedWrite } from "./support/timed-write.ts";

const OWNERS = 1_000;
const BOOKINGS = 100_000;
/** Longer than the 50 ms within which frames of one owner are merged, and long enough that the daemon sleeps before some writes. */
const PAUSE_MS = { shortest: 55, longest: 155 };
const WARM_UP = 20;

export async function benchLatency({ server, report, quick }: BenchRun): Promise<void> {
  const writes = quick ? 30 : 500;
  report.conditions(
    await server.describe(),
    `${OWNERS} owners, ${BOOKINGS} bookings, ${writes} writes each, ${PAUSE_MS.shortest} to ${PAUSE_MS.longest} ms apart`,
  );
  for (const name of ["deltad", "relayed"]) {
    const session = await server.createDatabase(name);
    await createMarketplace(session, OWNERS);
    await addPastBookings(session, BOOKINGS, 1, OWNERS);
    await analyse(session);
  }
  const writer = await server.session("deltad");
  const relayedWriter = await server.session("relayed");
  await relayedWriter.query(NOTIFY_TRIGGER);

  const relay = await BareRelay.start(server.url("relayed"));
  const daemon = await DaemonProcess.start(await migrate(writer, server.url("deltad")));
  try {
    let onFrame: (atNs: bigint) => void = () => undefined;
    const subscriber = await OwnerSocket.subscribed(daemon, daemon.token(["1"]), ["1"], (_owner, _document, atNs) =>
      onFrame(atNs),
    );
    const nextFrame = (): Promise<bigint> => new Promise((resolve) => (onFrame = resolve));
    const nextEvent = (): Promise<bigint> =>
      new Promise((resolve) => {
        subscriber.onEvent = (name, atNs) => name === "booking_created" && resolve(atNs);
      });

    const deltadMs: number[] = [];
    const eventMs: number[] = [];
    const relayMs: number[] = [];
    for (let write = -WARM_UP; write < writes; write += 1) {
      await pauseBetween(PAUSE_MS);
      const event = nextEvent();
      let frameNs = 0n;
      const viaDeltad = await timedWrite(writer, "1", async () => (frameNs = await nextFrame()));
      const eventAfterFrameMs = Number((await event) - frameNs) / 1e6;
      await pauseBetween(PAUSE_MS);
      const viaRelay = await timedWrite(relayedWriter, "1", () => relay.next());
      if (write < 0) continue;
      deltadMs.push(viaDeltad);
      eventMs.push(viaDeltad + eventAfterFrameMs);
      relayMs.push(viaRelay);
    }
    subscriber.assertHealthy();
    subscriber.close();
    for (const [name, all] of [
      ["deltad", deltadMs],
      ["its events", eventMs],
      ["bare relay", relayMs],
    ] as const) {
      report.latencies(name, all);
    }
    report.figure("median against the bare relay", median(deltadMs) / median(relayMs), { atMost: 2 });
    report.figure("p99 against the bare relay", percentile(deltadMs, 0.99) / percentile(relayMs, 0.99), { atMost: 3 });
    report.figure("median of events against metrics", median(eventMs) / median(deltadMs), { atMost: 1.2 });
  } finally {
    relay.stop();
    await daemon.stop();
  }
}
