/** What the daemon's end of the wire costs: connections that nothing happens on, many dashboards of one owner, clients that do not read. */
import { ownerTopic } from "../protocol/topic.ts";
import type { BenchRun } from "./bench-run.ts";
import { addPastBookings, analyse, createMarketplace, migrate } from "./support/marketplace.ts";
import { INSERT_BOOKING } from "./support/timed-write.ts";
import { benchFanOut } from "./wire/fan-out.ts";
import { benchIdle } from "./wire/idle.ts";
import { benchStalled } from "./wire/stalled.ts";

const OWNERS = 1_000;
const BOOKINGS = 100_000;
/** Of very many dashboards. */
const OWNER = "1";

export async function benchWire(run: BenchRun): Promise<void> {
  const { server, report } = run;
  report.conditions(await server.describe(), `${OWNERS} owners, ${BOOKINGS} bookings before; the rest with each part`);
  const session = await server.createDatabase("wire");
  await createMarketplace(session, OWNERS);
  await addPastBookings(session, BOOKINGS, 1, OWNERS);
  await analyse(session);
  const daemonUrl = await migrate(session, server.url("wire"));
  await benchIdle(run, daemonUrl);
  await benchFanOut(run, {
    database: "wire",
    daemonUrl,
    options: {},
    topic: ownerTopic(OWNER),
    audience: "dashboards of one owner",
    token: (daemon) => daemon.token([OWNER]),
    write: { text: INSERT_BOOKING, values: [OWNER] },
  });
  await benchStalled(run, "wire", daemonUrl);
}
