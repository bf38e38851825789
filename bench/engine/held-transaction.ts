/** A transaction that has written a watched row and stays open, with very many changes committed after it, slows no read. */
import { randomUUID } from "node:crypto";
import type pg from "pg";
import { readKind } from "../../daemon/capture/read-kind.ts";
import { batchStatements } from "../../daemon/capture/statement.ts";
import { loadDefinitionFile } from "../../daemon/define/definition-file.ts";
import { compile } from "../../daemon/plan/compile.ts";
import { sourcesOfEvents } from "../../daemon/plan/event-select.ts";
import type { BenchRun } from "../bench-run.ts";
import { DaemonProcess } from "../support/daemon-process.ts";
import { analyse, CONFIG_FILE, createMarketplace, migrate } from "../support/marketplace.ts";
import { OwnerSocket } from "../support/owner-socket.ts";
import { median } from "../support/statistics.ts";
import { INSERT_BOOKING, timedWrite } from "../support/timed-write.ts";

const OWNERS = 1_000;
/** Below the number from which a statement's rows are not kept one by one. */
const ROWS_PER_STATEMENT = 4_000;
const PAUSE_MS = 60;

export async function benchHeldTransaction({ server, report, quick }: BenchRun): Promise<void> {
  const [changes, samples] = quick ? [20_000, 20] : [1_000_000, 200];
  const session = await server.createDatabase("held");
  await createMarketplace(session, OWNERS);
  await analyse(session);
  const daemon = await DaemonProcess.start(await migrate(session, server.url("held")));
  try {
    let onFrame: (atNs: bigint) => void = () => undefined;
    const subscriber = await OwnerSocket.subscribed(daemon, daemon.token(["1"]), ["1"], (_owner, _document, atNs) =>
      onFrame(atNs),
    );
    const nextFrame = (): Promise<bigint> => new Promise((resolve) => (onFrame = resolve));
    const readEmpty = await emptyReads(await server.session("held"));
    const measure = async (): Promise<{ readMs: number; changeMs: number }> => {
      const changeMs: number[] = [];
      for (let sample = 0; sample < samples; sample += 1) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        changeMs.push(await timedWrite(session, "1", nextFrame));
      }
      return { readMs: await readEmpty(samples), changeMs: median(changeMs) };
    };

    const before = await measure();
    const holder = await server.session("held");
    await holder.query("begin");
    await holder.query(INSERT_BOOKING, ["2"]);
    for (let done = 0; done < changes; done += ROWS_PER_STATEMENT) await insertMany(session);
    const after = await measure();
    await holder.query("rollback");
    subscriber.assertHealthy();
    subscriber.close();

    report.line(
      `          empty read: ${before.readMs.toFixed(2)} ms before, ${after.readMs.toFixed(2)} ms with a transaction held over ${changes} changes`,
    );
    report.line(`          one change: ${before.changeMs.toFixed(2)} ms before, ${after.changeMs.toFixed(2)} ms after`);
    report.figure("empty read, transaction held against none", after.readMs / before.readMs, { atMost: 1.5 });
    report.figure("one change, transaction held against none", after.changeMs / before.changeMs, { atMost: 1.5 });
  } finally {
    await daemon.stop();
  }
}

/** Runs the daemon's own statement, under its session's settings, from a cursor at which nothing is unread. */
async function emptyReads(session: pg.Client): Promise<(samples: number) => Promise<number>> {
  const plan = compile(await loadDefinitionFile(CONFIG_FILE));
  const { read } = batchStatements(plan.tables, [readKind(plan)], sourcesOfEvents(plan));
  await session.query(
    "set enable_seqscan = off; set jit = off; set plan_cache_mode = force_generic_plan; set timezone = 'UTC'",
  );
  const values = (cursor: string | undefined): unknown[] => [cursor, randomUUID(), ["America/Sao_Paulo"], ["1"]];
  return async (samples) => {
    const times: number[] = [];
    for (let sample = 0; sample < samples; sample += 1) {
      const { rows } = await session.query<{ cursor: string }>("select pg_current_snapshot()::text as cursor");
      const startedMs = performance.now();
      await session.query({ ...read, values: values(rows[0]?.cursor) });
      times.push(performance.now() - startedMs);
    }
    return median(times);
  };
}

async function insertMany(session: pg.Client): Promise<void> {
  await session.query(
    `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
     select 10 * o, o, 'Guest', 'pending', 'unpaid', 10, now(), now()
       from (select 500 + n % 500 as o from generate_series(1, $1::int) n) s`,
    [ROWS_PER_STATEMENT],
  );
}
