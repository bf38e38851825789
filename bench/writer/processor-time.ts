/** What a single-row insert, update and delete cost the server's processor. */
import type pg from "pg";
import type { BenchServer } from "../support/bench-server.ts";
import { createMarketplace, migrate } from "../support/marketplace.ts";
import { EMPTY_TRIGGER, NOTIFY_DELETE_TRIGGER, NOTIFY_TRIGGER, OUTBOX_TRIGGER } from "../support/other-triggers.ts";
import type { Report } from "../support/report.ts";
import { tellsProcessorTime, usedUs } from "../support/server-processor-time.ts";

const NOTHING = "no trigger";
const EMPTY = "an empty trigger";
const DELTAD = "deltad";

/** How each arm prepares its database. */
const ARMS: Readonly<Record<string, (server: BenchServer, database: string) => Promise<unknown>>> = {
  [NOTHING]: () => Promise.resolve(),
  [EMPTY]: async (server, database) => (await server.session(database)).query(EMPTY_TRIGGER),
  [DELTAD]: async (server, database) => migrate(await server.session(database), server.url(database)),
  "row trigger with pg_notify": async (server, database) =>
    (await server.session(database)).query(`${NOTIFY_TRIGGER}; ${NOTIFY_DELETE_TRIGGER}; listen bookings`),
  "jsonb outbox": async (server, database) => (await server.session(database)).query(OUTBOX_TRIGGER),
};

const STATEMENTS = {
  insert: `insert into bookings (id, listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
           values ($1, 1, 1, 'Guest', 'confirmed', 'unpaid', 120.50, now() + interval '3 days', now() + interval '5 days')`,
  update: "update bookings set payment_amount = payment_amount + 1 where id = $1",
  "update that changes nothing": "update bookings set payment_amount = payment_amount where id = $1",
  delete: "delete from bookings where id = $1",
};

type StatementName = keyof typeof STATEMENTS;

export interface ProcessorTimeScale {
  readonly report: Report;
  readonly rounds: number;
  /** Of each kind, in one round of one arm. */
  readonly statements: number;
}

export async function benchProcessorTime(
  server: BenchServer,
  { report, rounds, statements }: ProcessorTimeScale,
): Promise<void> {
  if (!(await tellsProcessorTime())) {
    report.line("          processor time: not told by this system");
    return;
  }
  const arms = await Promise.all(
    Object.entries(ARMS).map(async ([name, prepare], index) => {
      const database = `processor_${index}`;
      const session = await server.createDatabase(database);
      await createMarketplace(session, 1);
      // Looking up what they refer to costs more than a trigger.
      await session.query(
        "alter table bookings drop constraint bookings_listing_id_fkey, drop constraint bookings_owner_id_fkey",
      );
      await prepare(server, database);
      return { name, writer: await Writer.begin(await server.session(database)) };
    }),
  );
  const times = new Map<string, number[]>();
  const of = (statement: string, name: string): number[] => times.get(`${statement} ${name}`) ?? [];
  // The first round is for plans and caches.
  for (let round = 0; round <= rounds; round += 1) {
    for (const statement of Object.keys(STATEMENTS) as StatementName[]) {
      for (const { name, writer } of arms) {
        const us = await writer.processorUs(statement, round, round === 0 ? Math.min(statements, 500) : statements);
        if (round > 0) times.set(`${statement} ${name}`, [...of(statement, name), us]);
      }
    }
  }
  for (const statement of Object.keys(STATEMENTS)) {
    const least = (name: string): number => Math.min(...of(statement, name));
    const over = (name: string): number => least(name) - least(NOTHING);
    for (const { name } of arms)
      report.line(
        `          ${statement}, ${name}: ${least(name).toFixed(1)} µs of processor time, ${over(name).toFixed(1)} more than without`,
      );
    const ratio = over(DELTAD) / over(EMPTY);
    if (statement === "insert")
      report.figure("processor time that deltad adds to an insert, against an empty trigger", ratio, { atMost: 2.2 });
  }
}

/** One session, and the process that serves it. */
class Writer {
  readonly #session: pg.Client;
  readonly #pid: number;

  private constructor(session: pg.Client, pid: number) {
    this.#session = session;
    this.#pid = pid;
  }

  static async begin(session: pg.Client): Promise<Writer> {
    // Waiting for the disk is no processor time, and takes long.
    await session.query("set synchronous_commit = off");
    const { rows } = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
    return new Writer(session, rows[0]?.pid ?? 0);
  }

  /** Microseconds for each of so many statements; the rows' ids are those of the round. */
  async processorUs(statement: StatementName, round: number, count: number): Promise<number> {
    const text = STATEMENTS[statement];
    const before = await usedUs([this.#pid]);
    for (let index = 1; index <= count; index += 1)
      await this.#session.query({ name: statement, text, values: [1_000_000 * round + index] });
    return ((await usedUs([this.#pid])) - before) / count;
  }
}
