/** Rows that lead to an owner and have long texts, and many of them change at once. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { compile } from "../../../daemon/plan/compile.ts";
import { MOST_TEXT } from "../../../daemon/plan/text-limits.ts";
import { BatchReader } from "../../support/batch-reader.ts";
import { install } from "../../support/install.ts";
import { RENTAL } from "../../support/oracle.ts";
import { onEachServer } from "../../support/servers.ts";

const plan = compile(RENTAL.config);
/** Together more than the 256 MB that an object of JSON may have, and compressed to little where they are stored. */
const PARENTS = 14_000;
const LONG = "repeat('x', 20000)";

await onEachServer("a transaction that changes many parents with long texts", (server) => {
  it("is read as any other, where these are still there and where they have gone", async (t) => {
    const database = await server.createDatabase();
    await database.query(RENTAL.schema);
    await install(database, plan.tables, { bulkRows: 2 * PARENTS, twoPhase: true });
    await database.query(`insert into cities values (1, 'Europe/Lisbon', 'EUR');
      insert into stores values (1, 'city');
      insert into customers select n, 1, 'customer', true, ${LONG} from generate_series(1, ${PARENTS}) n`);
    const reader = await BatchReader.open(database.url, plan, ["Europe/Lisbon"]);
    t.after(() => reader.close());

    await database.query(`update customers set active = false;
      insert into payments (customer_id, amount, paid_at) values (1, 5, '2026-03-01Z');
      insert into inventory select n, 1, ${LONG} from generate_series(1, ${PARENTS}) n;
      insert into rentals values (1, 1, '2026-03-01Z', null)`);
    const there = await reader.read();
    assert.deepEqual(there.resets, []);
    assert.deepEqual(
      there.events.map(({ name }) => name),
      ["payment_taken"],
    );

    await database.query("insert into fees (rental_id, amount) values (1, 5)");
    await database.query("delete from inventory");
    const gone = await reader.read();
    assert.deepEqual(
      gone.events.map(({ name, data }) => [name, data["film"]]),
      [["fee_charged", `${"x".repeat(MOST_TEXT)}…`]],
    );
  });
});
