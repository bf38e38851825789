/** A running daemon on the marketplace is what SQL says: while thousands of rows are written, with events, and while the clock passes midnights. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { databaseCheck } from "../../../daemon/capture/check-database.ts";
import { readConfig } from "../../../daemon/config/config.ts";
import { type RunningDaemon, startDaemon } from "../../../daemon/daemon.ts";
import { freePort } from "../../../daemon/database/cluster.ts";
import { Clock } from "../../../daemon/metrics/clock.ts";
import { captureChoices } from "../../../daemon/plan/capture-choices.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import { DaemonDocuments } from "../../../daemon/verify/daemon-documents.ts";
import type { Verdict } from "../../../daemon/verify/verdict.ts";
import { verifyOwners } from "../../../daemon/verify/verify-owners.ts";
import { DEMO } from "../../support/oracle.ts";
import { pause } from "../../support/real-time.ts";
import { createHangars } from "../../support/running-daemon.ts";
import { recordingLog } from "../../support/run-reader.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { TestSocket } from "../../support/socket.ts";
import { SECRET, token } from "../../support/tokens.ts";

const HOUR_US = 3_600_000_000;

/** The database's clock, ahead by what the test says. */
class ShiftedClock extends Clock {
  aheadUs = 0;

  override observe(databaseMicros: number): boolean {
    return super.observe(databaseMicros + this.aheadUs);
  }
}

interface Running {
  readonly database: TestDatabase;
  readonly clock: ShiftedClock;
  readonly socket: TestSocket;
  verify(): Promise<Verdict>;
  stop(): Promise<void>;
}

/** So many owners, of whom one client follows the first three. */
async function run(database: TestDatabase, owners: number): Promise<Running> {
  await createHangars(database, owners);
  await database.query(
    "update owners set time_zone = 'Pacific/Kiritimati' where id = 2; update owners set time_zone = 'Atlantic/Azores' where id = 3",
  );
  await database.query(bookings(owners));
  const clock = new ShiftedClock({ monotonicMs: () => performance.now(), systemMs: Date.now });
  const port = await freePort();
  const config = readConfig({
    DATABASE_URL: database.url,
    DELTAD_CONFIG: DEMO.configFile,
    DELTAD_PORT: String(port),
    DELTAD_JWT_SECRET: SECRET,
  });
  const daemon: RunningDaemon = await startDaemon({ config, log: recordingLog([]), tuning: { clock } });
  const admin = (): string => token({ role: "admin" }, Date.now());
  const socket = await TestSocket.welcomed(port, admin());
  for (const owner of ["1", "2", "3"]) await socket.subscribe(owner);
  const plan = compile(DEMO.config);
  return {
    database,
    clock,
    socket,
    verify: () =>
      verifyOwners({
        url: database.url,
        plan,
        choice: { kind: "all" },
        daemon: new DaemonDocuments({ url: `http://127.0.0.1:${port}`, token: admin }),
        check: databaseCheck({ channels: [], plans: [plan], tables: plan.tables }, captureChoices(DEMO.config)),
        collectMs: 0,
        sleep: () => Promise.resolve(),
        progress: () => undefined,
        stopping: new AbortController().signal,
      }),
    stop: async () => {
      socket.terminate();
      await daemon.stop();
    },
  };
}

/** One for each of these owners, spread over the last weeks and the next days. */
function bookings(owners: number): string {
  return `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at)
    select i, i, 'guest', 'confirmed', 'paid', 100 + i, now() + (i % 7 - 3) * interval '9 hours', now() + (i % 7) * interval '11 hours',
           now() - i % 40 * interval '1 day', now() - i % 40 * interval '1 day'
      from generate_series(1, ${owners}) i`;
}

function differencesOf({ differences, stale, unsettled }: Verdict): object {
  return { differences, stale, unsettled };
}

const NONE = { differences: [], stale: [], unsettled: [] };

await onEachServer("a running marketplace", (server) => {
  it("a thousand owners are what SQL says while rows of every kind are written, and events are told", async () => {
    const running = await run(await server.createDatabase(), 1_000);
    const { database, socket } = running;
    let isOver = false;
    const write = async (): Promise<void> => {
      for (let n = 1; !isOver; n += 1) {
        await database.query(bookings(3));
        await database.query(
          `update bookings set status = 'completed', payment_amount = payment_amount + 1 where id % 97 = ${n % 97} and id <= 1000;
           delete from bookings where id % 89 = ${n % 89} and id > 1000`,
        );
        await pause(1, "chance");
      }
    };
    const writing = write();
    try {
      const verdict = await running.verify();
      assert.deepEqual([verdict.compared, differencesOf(verdict)], [1_000, NONE]);
      assert.ok(
        socket.events.some(({ type }) => type === "booking_created"),
        "events were told meanwhile",
      );
    } finally {
      isOver = true;
      await writing;
      await running.stop();
    }
  });

  it("owners that the clock moves are what SQL says at the daemon's instant, on both sides of their midnights", async () => {
    const running = await run(await server.createDatabase(), 20);
    const { clock } = running;
    try {
      const seen = new Set<string>();
      for (let hours = 0; hours <= 30; hours += 6) {
        clock.aheadUs = hours * HOUR_US;
        const verdict = await running.verify();
        assert.deepEqual([verdict.compared, differencesOf(verdict)], [20, NONE], `${hours} hours ahead`);
        const shown = running.socket.frames.findLast((frame) => frame.type === "metrics_updated");
        seen.add(shown?.type === "metrics_updated" ? shown.asOf.slice(0, 10) : "");
      }
      assert.ok(seen.size > 1, "the clock has moved what is shown");
    } finally {
      await running.stop();
    }
  });
});
