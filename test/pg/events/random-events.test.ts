import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import type pg from "pg";
import { compile } from "../../../daemon/plan/compile.ts";
import { BatchReader } from "../../support/batch-reader.ts";
import { install } from "../../support/install.ts";
import { DEMO } from "../../support/oracle.ts";
import { onEachServer } from "../../support/servers.ts";

const plan = compile(DEMO.config);

const id = fc.integer({ min: 1, max: 4 });
const status = fc.constantFrom("pending", "confirmed", "completed");
const write = fc.oneof(
  fc.tuple(id, status, fc.constantFrom("paid", "unpaid")).map(
    ([
      n,
      now,
      paid,
    ]) => `insert into bookings (id, listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
      values (${n}, 10, 1, 'g', '${now}', '${paid}', 1, '2026-05-08', '2026-05-10') on conflict (id) do update set status = excluded.status`,
  ),
  fc.tuple(id, status).map(([n, now]) => `update bookings set status = '${now}' where id = ${n}`),
  id.map((n) => `update bookings set payment_status = 'paid', created_at = now() where id = ${n}`),
  id.map((n) => `update bookings set owner_id = 3 - owner_id where id = ${n}`),
  fc
    .tuple(id, id)
    .map(
      ([n, other]) =>
        `update bookings set id = ${other} where id = ${n} and not exists (select from bookings where id = ${other})`,
    ),
  id.map((n) => `delete from bookings where id = ${n}`),
);
/** Statements of one transaction; those within a savepoint that is rolled back leave nothing. */
const transaction = fc.array(
  fc.record({ sql: write, undone: fc.integer({ min: 0, max: 3 }).map((dice) => dice === 0) }),
  { minLength: 1, maxLength: 5 },
);

interface Row {
  readonly id: string;
  readonly owner: string;
  readonly status: string;
  readonly paid: boolean;
}

await onEachServer("random row events", (server) => {
  it("are what a look at the table before and after each transaction says, transaction by transaction", async () => {
    const database = await server.createDatabase();
    await database.query(DEMO.schema);
    await install(database, plan.tables);
    await database.query(`
      insert into owners (id, name) values (1, 'A'), (2, 'B');
      insert into listings (id, owner_id, hangar_number, status) values (10, 1, 'H', 'active')`);
    const client = await database.client();
    const reader = await BatchReader.open(database.url, plan);
    await fc.assert(
      fc.asyncProperty(fc.array(transaction, { minLength: 1, maxLength: 4 }), async (transactions) => {
        const expected: string[] = [];
        for (const statements of transactions) {
          const before = await rowsOf(client);
          await client.query("begin");
          for (const { sql, undone } of statements) {
            await client.query("savepoint s");
            await client.query(sql);
            await client.query(undone ? "rollback to s" : "release s");
          }
          await client.query("commit");
          expected.push(...differences(before, await rowsOf(client)));
        }
        const { events } = await reader.read();
        const told = events.map(
          ({ owner, name, data }) =>
            `${owner} ${name} ${data["bookingId"] as string} ${data["previousStatus"] as string}`,
        );
        assert.deepEqual(told.toSorted(), expected.toSorted());
        assert.equal(new Set(events.map(({ id: own, name, owner }) => `${owner} ${name} ${own}`)).size, events.length);
      }),
      { numRuns: 40, endOnFailure: true },
    );
    await reader.close();
  });
});

async function rowsOf(client: pg.Client): Promise<Map<string, Row>> {
  const { rows } = await client.query<Row>(
    "select id::text, owner_id::text as owner, status, payment_status = 'paid' as paid from bookings",
  );
  return new Map(rows.map((row) => [`${row.owner} ${row.id}`, row]));
}

/** By hand, not from the configuration. */
function differences(before: ReadonlyMap<string, Row>, after: ReadonlyMap<string, Row>): string[] {
  return [...after].flatMap(([key, row]) => {
    const old = before.get(key);
    const names = [];
    if (old === undefined) names.push("booking_created");
    else if (old.status !== row.status)
      names.push(row.status === "completed" ? "booking_completed" : "booking_updated");
    if (row.paid && old?.paid !== true) names.push("revenue_received");
    return names.map((name) => `${row.owner} ${name} ${row.id} ${old?.status ?? "null"}`);
  });
}
