/**
 * What declared events add to the reader: the daemon's own statement over the same unread changes, with the demo's events and without,
 * and the parsing of its reply. Every change is an event.
 */
import { randomUUID } from "node:crypto";
import { parseReply } from "../daemon/capture/batch-row.ts";
import { HEARTBEAT } from "../daemon/capture/capture-options.ts";
import { openReaderSession } from "../daemon/capture/reader-session.ts";
import { readKind } from "../daemon/capture/read-kind.ts";
import { batchStatements } from "../daemon/capture/statement.ts";
import { loadDefinitionFile } from "../daemon/define/definition-file.ts";
import type { Prepared, Session } from "../daemon/database/session.ts";
import { compile } from "../daemon/plan/compile.ts";
import { sourcesOfEvents } from "../daemon/plan/event-select.ts";
import type { Plan } from "../daemon/plan/plan.ts";
import { withoutEvents } from "../daemon/plan/select.ts";
import type { BenchRun } from "./bench-run.ts";
import { analyse, CONFIG_FILE, createMarketplace, migrate } from "./support/marketplace.ts";
import { median } from "./support/statistics.ts";

const OWNERS = 1_000;
const BOOKINGS = 20_000;
/** How many changes are unread, and how many of the owners are watched. */
const CASES: readonly (readonly [unread: number, watched: number])[] = [
  [1, OWNERS],
  [100, OWNERS / 10],
  [100, OWNERS],
  [1_000, OWNERS / 10],
  [1_000, OWNERS],
];
const INSERT = `
  insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
  select 10 * o, o, 'Guest ' || n, 'pending', 'unpaid', 10, now() + interval '1 day', now() + interval '3 days'
    from (select n, 1 + n % ${OWNERS} as o from generate_series($1::int, $1::int + $2::int - 1) n) s`;
const UPDATE = `
  update bookings set status = case status when 'pending' then 'confirmed' else 'pending' end where id = 7 * $1::int`;

export async function benchEvents({ server, report, quick }: BenchRun): Promise<void> {
  const session = await server.createDatabase("events");
  await createMarketplace(session, OWNERS);
  const url = await migrate(session, server.url("events"));
  await session.query(INSERT, [1, BOOKINGS]);
  await analyse(session);
  report.conditions(await server.describe(), `${OWNERS} owners; one booking inserted or updated per transaction`);
  const plan = compile(await loadDefinitionFile(CONFIG_FILE));
  for (const [unread, watched] of quick ? CASES.slice(0, 2) : CASES) {
    const { rows } = await session.query<{ cursor: string }>("select pg_current_snapshot()::text as cursor");
    for (let n = 1; n <= unread; n += 1)
      await (n % 2 === 0 ? session.query(INSERT, [n, 1]) : session.query(UPDATE, [n]));
    const cursor = rows[0]?.cursor ?? "";
    const [declared, none] = [
      await Reading.open(url, plan, cursor, watched),
      await Reading.open(url, withoutEvents(plan), cursor, watched),
    ];
    for (let sample = 0; sample < (quick ? 5 : 60); sample += 1) {
      await none.read();
      await declared.read();
    }
    const added = declared.ms / none.ms;
    report.line(
      `          ${unread} changes, ${watched} watched: ${none.ms.toFixed(2)} ms without events, ${declared.ms.toFixed(2)} ms with`,
    );
    report.figure(`reading ${unread} changes, ${watched} owners watched, with events against without`, added, {
      atMost: 1.25,
    });
    await Promise.all([declared.close(), none.close()]);
  }
}

/** Reads the same changes again and again, and takes the time. */
class Reading {
  readonly #session: Session;
  readonly #statement: Prepared;
  readonly #values: readonly unknown[];
  readonly #times: number[] = [];

  static async open(url: string, plan: Plan, cursor: string, watched: number): Promise<Reading> {
    const { read } = batchStatements(plan.tables, [readKind(plan)], sourcesOfEvents(plan));
    const owners = Array.from({ length: watched }, (_, owner) => String(owner + 1));
    const values = [cursor, randomUUID(), ["America/Sao_Paulo"], owners];
    return new Reading(await openReaderSession({ url, heartbeat: HEARTBEAT }), read, values);
  }

  private constructor(session: Session, statement: Prepared, values: readonly unknown[]) {
    this.#session = session;
    this.#statement = statement;
    this.#values = values;
  }

  get ms(): number {
    return median(this.#times);
  }

  async read(): Promise<void> {
    const startedMs = performance.now();
    parseReply(await this.#session.rows(this.#statement, this.#values), "epoch");
    this.#times.push(performance.now() - startedMs);
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
