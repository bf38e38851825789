/** What a batch tells of rows that name another row by several columns, and find their owner through it. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Batch } from "../../../daemon/capture/batch.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import { WHOLESALE } from "../../support/oracle.ts";
import { onEachServer } from "../../support/servers.ts";
import { resetsOf, shopBatches, toldIn } from "../../support/shop-batches.ts";

const PLAN = compile(WHOLESALE.config);

/** Order n, of two lines, and territory n are employee n's; client n is in territory n. */
const ROWS = `
  truncate offices, employees, orders, order_lines, deliveries, territories, clients, visits;
  insert into offices values (1, 'Europe/Lisbon');
  insert into employees select n, 1, 'name' from generate_series(1, 3) n;
  insert into orders select n, n, '2026-03-01' from generate_series(1, 3) n;
  insert into order_lines select n, no, 'product', 1, 1, 0 from generate_series(1, 3) n, generate_series(1, 2) no;
  insert into deliveries (order_id, line_no, pieces) select n, 1, 5 from generate_series(1, 3) n;
  insert into territories select 'pt', n, n, 'city' from generate_series(1, 3) n;
  insert into clients select n, 'pt', n, 'basic' from generate_series(1, 3) n;
  insert into visits (client_id, minutes) select n, 20 from generate_series(1, 3) n;`;

const deliver = (order: number, line: number): string =>
  `insert into deliveries (order_id, line_no, pieces) values (${order}, ${line}, 7);`;
const visit = (client: number): string => `insert into visits (client_id, minutes) values (${client}, 30);`;

await onEachServer("rows that name another row by several columns", (server) => {
  const { written } = shopBatches(server, { schema: WHOLESALE.schema, plan: PLAN, rows: ROWS, bulkRows: 20 });

  it("are counted for the owner of the row that all of them name together", async () => {
    const batch = await written(deliver(1, 2), deliver(2, 1), visit(3), "delete from deliveries where order_id = 3");
    assert.deepEqual(resetsOf(batch), []);
    assert.deepEqual(totals(batch, "deliveries"), { 1: 7n, 2: 7n, 3: -5n });
    assert.deepEqual(totals(batch, "visits"), { 3: 30n });
    assert.deepEqual(toldIn(batch), ["1 delivered", "2 delivered", "3 visited"]);
    // There is no such line, though there are such an order and such a number.
    assert.deepEqual(totals(await written(deliver(1, 3)), "deliveries"), {});
  });

  it("name nothing where one of the columns is NULL", async () => {
    const batch = await written(
      "insert into deliveries (order_id, line_no, pieces) values (1, null, 7), (null, 1, 7)",
      "insert into clients values (9, 'pt', null, 'gold')",
      visit(9),
    );
    assert.deepEqual([resetsOf(batch), totals(batch, "deliveries"), totals(batch, "clients")], [[], {}, {}]);
    assert.deepEqual(toldIn(batch), []);
    const open = await written("update clients set region = null where client_id = 1");
    assert.deepEqual([resetsOf(open), totals(open, "clients")], [["1 visits"], { 1: -1n }]);
  });

  it("find the row whose columns are equal to theirs, with however many digits", async () => {
    assert.deepEqual(totals(await written("insert into clients values (9, 'pt', 2.000, 'gold')"), "clients"), {
      2: 1n,
    });
    const gone = await written(
      "begin; update clients set tier = 'gold' where client_id = 9; delete from territories where region = 2; commit",
      "delete from clients where region = 2",
    );
    assert.deepEqual([resetsOf(gone), totals(gone, "clients"), totals(gone, "visits")], [[], { 2: -2n }, { 2: -20n }]);
  });

  it("whose parent, or whose parent's parent, moves have their owners read again", async () => {
    const order = await written(deliver(1, 1), "update orders set employee_id = 2 where order_id = 1", deliver(3, 2));
    assert.deepEqual(resetsOf(order), ["1 deliveries", "1 lines", "2 deliveries", "2 lines"]);
    assert.deepEqual([totals(order, "deliveries"), toldIn(order)], [{ 3: 7n }, ["3 delivered"]]);
    const client = await written(visit(1), "update clients set region = 3 where client_id = 1", visit(2));
    assert.deepEqual(resetsOf(client), ["1 visits", "3 visits"]);
    assert.deepEqual([totals(client, "visits"), toldIn(client)], [{ 2: 30n }, ["2 visited"]]);
    assert.deepEqual(totals(client, "clients"), { 1: -1n, 3: 1n });
    const territory = await written(
      "update territories set employee_id = 1 where region = 2",
      "update territories set employee_id = 3 where region = 3",
      visit(2),
      visit(3),
    );
    assert.deepEqual(resetsOf(territory), ["1 clients", "1 visits", "2 clients", "2 visits"]);
    assert.deepEqual([totals(territory, "visits"), toldIn(territory)], [{ 3: 30n }, ["3 visited"]]);
    const kind = await written("update territories set kind = 'coast' where region = 3");
    assert.deepEqual(resetsOf(kind), ["3 clients", "3 visits"]);
  });

  it("leave everybody alone where a parent comes with them or goes with them, and not where it leaves them or comes to them", async () => {
    const come = await written("insert into order_lines values (1, 9, 'product', 1, 1, 0);" + deliver(1, 9));
    assert.deepEqual([resetsOf(come), totals(come, "deliveries")], [[], { 1: 7n }]);
    const go = await written(
      "delete from order_lines where order_id = 1 and line_no = 9; delete from deliveries where order_id = 1 and line_no = 9",
    );
    assert.deepEqual([resetsOf(go), totals(go, "deliveries")], [[], { 1: -7n }]);
    // Another line of the same order, and the same number in another order, have deliveries.
    assert.deepEqual(resetsOf(await written("delete from order_lines where line_no = 2")), []);
    assert.deepEqual(resetsOf(await written("delete from order_lines where order_id = 2 and line_no = 1")), [
      "2 deliveries",
    ]);
    assert.deepEqual(resetsOf(await written("insert into order_lines values (2, 1, 'product', 1, 1, 0)")), [
      "2 deliveries",
    ]);
  });

  it("have the owners read again of whom a bulk statement changes more of them than are told", async () => {
    const batch = await written(
      `insert into deliveries (order_id, line_no, pieces)
       select 1 + n % 2, 1 + n % 4, 1 from generate_series(1, 40) n union all values (null, 1, 1), (9, 9, 1)`,
    );
    // Lines 3 and 4 are not there.
    assert.deepEqual(batch.resets.map(({ owner, source, rows }) => `${owner} ${source} ${rows}`).toSorted(), [
      "1 deliveries 10",
      "2 deliveries 10",
    ]);
    assert.deepEqual(toldIn(batch), []);
  });

  it("have the owners read again whom a bulk statement gives and takes their parents", async () => {
    await written(
      ...Array.from({ length: 30 }, (_, at) => `insert into clients values (${100 + at}, 'pt', 1, 'basic')`),
    );
    const batch = await written(visit(100), "update clients set region = 2 where client_id >= 100", visit(3));
    assert.deepEqual(resetsOf(batch), ["1 clients", "1 visits", "2 clients", "2 visits"]);
    assert.deepEqual([totals(batch, "visits"), toldIn(batch)], [{ 3: 30n }, ["3 visited"]]);
  });
});

/** What the first projection of the source counts first, by owner. */
function totals({ grains }: Batch, source: string): Record<string, bigint> {
  const at = PLAN.projections.findIndex((one) => one.source === source);
  const totalOf = new Map<string, bigint>();
  for (const { projection, owner, values } of grains)
    if (projection === at) totalOf.set(owner, (totalOf.get(owner) ?? 0n) + (values[0] ?? 0n));
  return Object.fromEntries([...totalOf].filter(([, total]) => total !== 0n));
}
