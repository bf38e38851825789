/**
 * What capture costs those who write: processor time of single rows, single-row inserts by 16 clients, and one UPDATE of half a million
 * rows, against the same tables without triggers, and against what people write first: a row trigger with pg_notify, an outbox.
 */
import type pg from "pg";
import type { BenchRun } from "./bench-run.ts";
import type { BenchServer } from "./support/bench-server.ts";
import { DaemonProcess } from "./support/daemon-process.ts";
import { addPastBookings, analyse, createMarketplace, migrate } from "./support/marketplace.ts";
import { EMPTY_TRIGGER, NOTIFY_TRIGGER, OUTBOX_TRIGGER } from "./support/other-triggers.ts";
import { OwnerSocket } from "./support/owner-socket.ts";
import { pgbench } from "./support/pgbench.ts";
import { median } from "./support/statistics.ts";
import { benchProcessorTime } from "./writer/processor-time.ts";

const OWNERS = 1_000;
const CLIENTS = 16;
/** Whose dashboards are open, in the arm where some are. */
const WATCHED = 20;

const INSERT = `
\\set owner random(1, ${OWNERS})
\\set listing random(0, 9)
insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
values (10 * :owner - :listing, :owner, 'Guest', 'confirmed', 'unpaid', 120.50, now() + interval '3 days', now() + interval '5 days');
`;

const SOME = `deltad, ${WATCHED} of ${OWNERS} owners watched` as const;
const NOBODY = "deltad, nobody watching";
const NO_DAEMON = "deltad, no daemon";
const NOTIFIED = "row trigger with pg_notify";
const OUTBOX = "jsonb outbox";

const UPDATE = "update bookings set payment_amount = payment_amount + 1";

export async function benchWriter({ server, report, quick }: BenchRun): Promise<void> {
  const seconds = quick ? 2 : 10;
  const rounds = quick ? 1 : 5;
  const rows = quick ? 20_000 : 500_000;
  report.conditions(
    await server.describe(),
    `${OWNERS} owners, ${CLIENTS} clients, ${rounds} rounds of ${seconds} s, UPDATE of ${rows} rows`,
  );
  await benchProcessorTime(server, { report, rounds: quick ? 1 : 25, statements: quick ? 500 : 400 });
  await benchInserts(server, { report, seconds, rounds });
  await benchUpdate(server, { report, rows, rounds: quick ? 1 : 3 });
}

interface Scale {
  readonly report: BenchRun["report"];
  readonly rounds: number;
}

/** The arms take turns, so that whatever slows the machine slows all of them. */
async function benchInserts(
  server: BenchServer,
  { report, seconds, rounds }: Scale & { seconds: number },
): Promise<void> {
  for (const name of ["plain", "empty", "captured", "notified", "outbox"]) {
    await createMarketplace(await server.createDatabase(name), OWNERS);
  }
  const daemonUrl = await migrate(await server.session("captured"), server.url("captured"));
  await (await server.session("empty")).query(EMPTY_TRIGGER);
  await (await server.session("outbox")).query(OUTBOX_TRIGGER);
  const listener = await server.session("notified");
  await listener.query(`${NOTIFY_TRIGGER}; listen bookings`);

  const insert = (database: string): Promise<number> =>
    pgbench({ url: server.url(database), script: INSERT, clients: CLIENTS, seconds });
  const insertBesideDaemon = async (watched: number): Promise<number> => {
    const daemon = await DaemonProcess.start(daemonUrl);
    const owners = Array.from({ length: watched }, (_, index) => String(index + 1));
    try {
      if (watched === 0) return await insert("captured");
      const subscriber = await OwnerSocket.subscribed(daemon, daemon.token(owners), owners);
      const tps = await insert("captured");
      subscriber.assertHealthy();
      subscriber.close();
      return tps;
    } finally {
      await daemon.stop();
    }
  };
  const arms = {
    "no trigger": () => insert("plain"),
    [SOME]: () => insertBesideDaemon(WATCHED),
    [NOBODY]: () => insertBesideDaemon(0),
    [NO_DAEMON]: () => insert("captured"),
    "an empty trigger": () => insert("empty"),
    [NOTIFIED]: () => insert("notified"),
    [OUTBOX]: () => insert("outbox"),
  };
  const results = new Map<string, number[]>(Object.keys(arms).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, measure] of Object.entries(arms)) results.get(name)?.push(await measure());
  }
  for (const [name, all] of results)
    report.line(`          ${name}: median ${Math.round(median(all))} inserts/s (${all.map(Math.round).join(", ")})`);
  // By round: what slows the machine for a while slows both sides of a ratio.
  const against = (base: keyof typeof arms, name: string): number =>
    median((results.get(name) ?? []).map((tps, round) => tps / (results.get(base)?.[round] ?? Number.NaN)));
  for (const name of [SOME, NOBODY])
    report.figure(`inserts, ${name}, against no trigger`, against("no trigger", name), { atLeast: 0.75 });
  report.figure(`inserts, ${NO_DAEMON}, against no trigger`, against("no trigger", NO_DAEMON), { atLeast: 0.78 });
  for (const [name, atLeast] of [
    [SOME, 3],
    [NOBODY, 3],
    [NO_DAEMON, 3.3],
  ] as const)
    report.figure(`inserts, ${name}, against a ${NOTIFIED}`, against(NOTIFIED, name), { atLeast });
  report.figure(`inserts, ${NO_DAEMON}, against a ${OUTBOX}`, against(OUTBOX, NO_DAEMON), { atLeast: 1 });
}

async function benchUpdate(server: BenchServer, { report, rows, rounds }: Scale & { rows: number }): Promise<void> {
  const times = new Map<string, number[]>();
  const sessions = new Map<string, pg.Client>();
  for (const name of ["plain_big", "captured_big"]) {
    const session = await server.createDatabase(name);
    await createMarketplace(session, OWNERS);
    await addPastBookings(session, rows, 1, OWNERS);
    if (name === "captured_big") await migrate(session, server.url(name));
    sessions.set(name, session);
    times.set(name, []);
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, session] of sessions) {
      await analyse(session);
      const startedMs = performance.now();
      await session.query(UPDATE);
      times.get(name)?.push((performance.now() - startedMs) / 1000);
    }
  }
  for (const [name, all] of times)
    report.line(
      `          UPDATE of ${rows} rows, ${name}: median ${median(all).toFixed(2)} s (${all.map((each) => each.toFixed(2)).join(", ")})`,
    );
  report.figure(
    `UPDATE of ${rows} rows against no trigger`,
    median(times.get("captured_big") ?? []) / median(times.get("plain_big") ?? []),
    { atMost: 1.25 },
  );
}
