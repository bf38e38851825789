/** What an owner costs the daemon's heap while it is loaded and subscribed to: its numbers, its topic, and its subscription. */
import type { BenchRun } from "./bench-run.ts";
import { DaemonProcess } from "./support/daemon-process.ts";
import { analyse, createMarketplace, migrate } from "./support/marketplace.ts";
import { OwnerSocket } from "./support/owner-socket.ts";
import { fillSeasons } from "../test/support/seasons.ts";

const LISTINGS = 20;
const BOOKINGS = 100;
/** A token names all of them, and a request's headers have a limit. */
const OWNERS_PER_SOCKET = 200;

export async function benchHeap({ server, report, quick }: BenchRun): Promise<void> {
  const owners = quick ? 200 : 2_000;
  report.conditions(
    await server.describe(),
    `${owners} owners of ${LISTINGS} listings and ${BOOKINGS} bookings each, ${OWNERS_PER_SOCKET} to a socket`,
  );
  const session = await server.createDatabase("heap");
  await createMarketplace(session, 0);
  await fillSeasons(
    { query: (text, values) => session.query(text, [...values]) },
    { owners, listings: LISTINGS, bookings: BOOKINGS },
  );
  await analyse(session);
  const daemon = await DaemonProcess.start(await migrate(session, server.url("heap")));
  try {
    const empty = await daemon.ask("heap");
    const startedMs = performance.now();
    const subscribers: OwnerSocket[] = [];
    for (let first = 1; first <= owners; first += OWNERS_PER_SOCKET) {
      const some = Array.from({ length: OWNERS_PER_SOCKET }, (_, at) => String(first + at));
      subscribers.push(await OwnerSocket.subscribed(daemon, daemon.token(some), some));
    }
    const tookMs = performance.now() - startedMs;
    const loaded = await daemon.ask("heap");
    for (const subscriber of subscribers) subscriber.assertHealthy();
    report.line(`          loaded in ${(tookMs / 1000).toFixed(1)} s, one socket after the other`);
    report.figure("KiB of heap for each loaded owner", (loaded - empty) / owners / 1024, { atMost: 10 });
    for (const subscriber of subscribers) subscriber.close();
  } finally {
    await daemon.stop();
  }
}
