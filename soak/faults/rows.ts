/** What applications write that is more than a few rows. */
import type pg from "pg";
import { errorCode } from "../../daemon/database/reason.ts";
import { statementsOf } from "../../test/support/oracle-run/writer.ts";
import type { Values } from "../../test/support/oracle-run/values.ts";
import { DEMO_OWNERS } from "../../test/support/oracle-run/demo-writes.ts";
import type { Fault } from "../fault.ts";
import type { Site } from "../site.ts";
import { isExpected, WRITES } from "../writers.ts";

const NO_SUCH_OBJECT = "42704";
/** Of a bulk statement; more than are captured one by one. */
const BULK = 6_000;

const manyBookings = (owner: string, count: number): string => `
  insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, paid_at)
  select 1 + n % 30, ${owner}, '', 'confirmed', 'paid', n % 100, now() + n * interval '1 hour', now() + (n + 5) * interval '1 hour', now()
    from generate_series(1, ${count}) n`;

/** What an application would do as well: where a lock does not come, or two wait for each other, it gives up. */
async function tried(client: pg.Client, statements: readonly string[]): Promise<void> {
  try {
    for (const statement of ["begin", ...statements, "commit"]) await client.query(statement);
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    if (!isExpected(error)) throw error;
  }
}

const write = (says: string, statements: readonly string[]) => ({
  says,
  inject: ({ database }: Site) =>
    database.session(async (client) => {
      await client.query("set lock_timeout = '5s'");
      await tried(client, statements);
    }),
});

/** Statements that hold no lock that others wait long for. */
function mild(values: Values): readonly string[] {
  return [manyBookings(values.pick(DEMO_OWNERS.lasting), values.integer(1, 30))];
}

export const ROW_FAULTS: Readonly<Record<string, Fault>> = {
  truncate: {
    row: "F17",
    group: "rows",
    choose: (values) => {
      const owner = values.pick(DEMO_OWNERS.lasting);
      return values.pick([
        write("bookings and payouts are truncated", ["truncate bookings, payouts"]),
        write("bookings are truncated and written anew in one transaction", [
          manyBookings(owner, 20),
          "truncate bookings",
          manyBookings(owner, 20),
        ]),
        write("listings are truncated by cascade, and some written anew", [
          "truncate listings cascade",
          `insert into listings (id, owner_id, hangar_number, status) select n, 1 + n % 9, 'H', 'active' from generate_series(1, 30) n`,
        ]),
      ]);
    },
  },
  bulk: {
    row: "F18",
    group: "rows",
    choose: (values) => {
      const owner = values.pick(DEMO_OWNERS.lasting);
      return write(`${BULK} rows of owner ${owner} are written, moved, changed and deleted, all in bulk`, [
        manyBookings(owner, BULK),
        `update bookings set owner_id = 1 + id % 9 where owner_id = ${owner}`,
        "update bookings set payment_amount = payment_amount + 1",
        "delete from bookings where id % 10 > 0",
      ]);
    },
  },
  import: {
    row: "F18",
    group: "rows",
    choose: (values) => {
      const [owner, count] = [values.pick(DEMO_OWNERS.lasting), values.integer(600, 4_000)];
      return write(`${count} rows of owner ${owner} are imported, each of which is told`, [manyBookings(owner, count)]);
    },
  },
  tiny: {
    row: "F18",
    group: "rows",
    choose: (values) => {
      const [owner, count] = [values.pick(DEMO_OWNERS.lasting), values.integer(200, 1_500)];
      return {
        says: `${count} transactions of one row each, as fast as they go`,
        inject: ({ database }) =>
          database.session(async (client) => {
            for (let n = 0; n < count; n += 1) await tried(client, [manyBookings(owner, 1)]);
          }),
      };
    },
  },
  "long-transaction": {
    row: "F14",
    group: "rows",
    choose: (values) => {
      const [forMs, ends] = [values.integer(2_000, 9_000), values.pick(["commit", "rollback"])];
      const statements = mild(values);
      return {
        says: `a transaction writes, is held for ${forMs} ms, and ends with ${ends}`,
        inject: (site) =>
          // As any writer it may find its row's partition detached, or a deadlock: it then ends undone.
          site.database
            .session(async (client) => {
              for (const statement of ["begin", ...statements]) await client.query(statement);
              await site.rest(forMs);
              for (const statement of [...statements, ends]) await client.query(statement);
            })
            .catch((error: unknown) => {
              if (!isExpected(error)) throw error;
            }),
      };
    },
  },
  "old-snapshot": {
    row: "F42",
    group: "rows",
    choose: (values) => {
      const forMs = values.integer(2_000, 9_000);
      return {
        says: `a backup's snapshot is held for ${forMs} ms while deltad's tables are vacuumed`,
        inject: (site) =>
          site.database.session(async (client) => {
            await client.query("begin isolation level repeatable read; select count(*) from bookings");
            await site.database.query("vacuum");
            await site.rest(forMs);
            await client.query("select count(*) from bookings; commit");
          }),
      };
    },
  },
  subtransactions: {
    row: "F15",
    group: "rows",
    choose: (values) => {
      const owner = values.pick(DEMO_OWNERS.lasting);
      const count = values.integer(66, 150);
      const nested = Array.from({ length: count }, (_, at) => [
        `savepoint s${at}`,
        manyBookings(owner, 1),
        ...(at % 3 === 0 ? [`rollback to savepoint s${at}`] : []),
      ]);
      return write(`${count} savepoints in one another, each third undone`, nested.flat());
    },
  },
  prepared: {
    row: "F16",
    group: "rows",
    prepares: true,
    choose: (values) => {
      const [forMs, ends] = [values.integer(500, 6_000), values.pick(["commit", "commit", "rollback"])];
      const statements = mild(values);
      return {
        says: `a transaction is prepared, and ${forMs} ms later its end is ${ends}`,
        inject: async (site) => {
          await site.database.session(async (client) => {
            for (const statement of ["begin", ...statements, "prepare transaction 'soak'"])
              await client.query(statement);
          });
          await site.during(forMs, () => endPrepared(site, ends));
        },
      };
    },
  },
  burst: {
    row: "F45",
    group: "rows",
    choose: (values) => {
      const scripts = Array.from({ length: 40 }, () => statementsOf(WRITES, values));
      return {
        says: "eight sessions write at once, without a pause",
        inject: ({ database }) =>
          Promise.all(
            Array.from({ length: 8 }, (_, session) =>
              database.session(async (client) => {
                await client.query("set lock_timeout = '200ms'; set deadlock_timeout = '20ms'");
                for (const [at, script] of scripts.entries()) if (at % 8 === session) await tried(client, script);
              }),
            ),
          ),
      };
    },
  },
};

/** It outlives every crash, and may be ended already where the answer was lost. */
async function endPrepared({ database }: Site, ends: string): Promise<void> {
  const [left] = await database.query("select from pg_prepared_xacts");
  if (left) {
    await database.query(`${ends} prepared 'soak'`).catch((error: unknown) => {
      if (errorCode(error) !== NO_SUCH_OBJECT) throw error;
    });
  }
}
