import type { TestContext } from "node:test";
import { DEMO } from "../oracle.ts";
import type { TestDatabase, TestServer } from "../servers.ts";
import { Historian } from "./history.ts";
import { installMarketplace } from "./installed.ts";
import { Judge } from "./judge.ts";
import { SettableTime } from "./settable-time.ts";
import { Stack, type StackOptions } from "./stack.ts";

/** The demo's marketplace, the real stack on it, and the oracle beside it. */
export interface DemoBench {
  readonly database: TestDatabase;
  readonly time: SettableTime;
  readonly stack: Stack;
  readonly judge: Judge;
  /** Lets the clock come to an instant, and every screen to what the oracle says at it. */
  settleAt(iso: string, besideMicros?: number): Promise<void>;
  /** Writes, and waits until every screen shows it. */
  write(sql: string): Promise<void>;
}

/** `zones`: of owners 1, 2, …, who are all watched. Listing n is owner n's. Runs until the test's end. */
export async function demoBench(
  t: TestContext,
  server: TestServer,
  start: string,
  zones: readonly string[],
  options: Partial<StackOptions> = {},
): Promise<DemoBench> {
  const database = await server.createDatabase();
  const installed = await installMarketplace(database, DEMO);
  for (const [index, zone] of zones.entries()) {
    await database.query("insert into owners (id, name, time_zone) values ($1, 'owner', $2)", [index + 1, zone]);
    await database.query(`insert into listings (id, owner_id, hangar_number, status) values ($1, $1, 'H', 'active')`, [
      index + 1,
    ]);
  }
  const time = new SettableTime(Date.parse(start) * 1000);
  const stack = new Stack({ installed, time, ...options });
  t.after(() => stack.stop());
  const judge = new Judge(stack, new Historian(database, DEMO), database);
  await stack.start();
  for (const index of zones.keys()) stack.watch(String(index + 1));
  await judge.settle();
  return {
    database,
    time,
    stack,
    judge,
    settleAt: async (iso, besideMicros = 0) => {
      time.set(Date.parse(iso) * 1000 + besideMicros);
      await judge.settle();
    },
    write: async (sql) => {
      await database.query(sql);
      await judge.settle();
    },
  };
}

/** A statement that books: paid and created at one instant, confirmed for a stay of a day from it. */
export function book(owner: number, amount: number, iso: string): string {
  return `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at)
    select ${owner}, ${owner}, 'João', 'confirmed', 'paid', ${amount}, at, at + interval '1 day', at, at from (values (timestamptz '${iso}')) v(at);`;
}
