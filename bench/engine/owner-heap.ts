/** The daemon's memory does not grow with an owner's past. */
import type { BenchRun } from "../bench-run.ts";
import { DaemonProcess } from "../support/daemon-process.ts";
import { addPastBookings, analyse, createMarketplace, migrate } from "../support/marketplace.ts";
import { OwnerSocket } from "../support/owner-socket.ts";

/** Owners of each kind: the state of a single one is lost in the noise of a heap. */
const OWNERS = 20;

export async function benchHeap({ server, report, quick }: BenchRun): Promise<void> {
  const [few, many] = quick ? [10, 1_000] : [100, 100_000];
  const session = await server.createDatabase("owner_heap");
  await createMarketplace(session, 2 * OWNERS);
  await addPastBookings(session, few * OWNERS, 1, OWNERS);
  await addPastBookings(session, many * OWNERS, OWNERS + 1, 2 * OWNERS);
  await analyse(session);
  const daemonUrl = await migrate(session, server.url("owner_heap"));

  const withFew = await heapWith(daemonUrl, 1);
  const withMany = await heapWith(daemonUrl, OWNERS + 1);
  for (const [bookings, heap] of [
    [few, withFew],
    [many, withMany],
  ] as const) {
    const perOwner = (heap.loaded - heap.empty) / OWNERS / 1024;
    report.line(
      `          heap with ${OWNERS} owners of ${bookings} past bookings: ${(heap.loaded / 2 ** 20).toFixed(2)} MiB, ${perOwner.toFixed(1)} KiB more per owner`,
    );
  }
  report.figure("heap with owners of a long past against a short one", withMany.loaded / withFew.loaded, {
    atMost: 1.1,
  });
}

async function heapWith(daemonUrl: string, firstOwner: number): Promise<{ empty: number; loaded: number }> {
  const owners = Array.from({ length: OWNERS }, (_, index) => String(firstOwner + index));
  const daemon = await DaemonProcess.start(daemonUrl);
  try {
    const empty = await daemon.ask("heap");
    const subscriber = await OwnerSocket.subscribed(daemon, daemon.token(owners), owners);
    const loaded = await daemon.ask("heap");
    subscriber.close();
    return { empty, loaded };
  } finally {
    await daemon.stop();
  }
}
