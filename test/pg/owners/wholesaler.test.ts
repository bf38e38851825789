/** A wholesaler as a user has it: keys of two columns, domains, an enum, an array, a generated column, days of the row that a row names. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { FollowedShop } from "../../support/followed-shop.ts";
import { WHOLESALE } from "../../support/oracle.ts";
import { eventually } from "../../support/real-time.ts";
import { onEachServer } from "../../support/servers.ts";

const ROWS = `
  insert into offices values (1, 'Europe/Lisbon'), (2, 'Asia/Tokyo');
  insert into employees values (1, 1, 'Ana'), (2, 2, 'Ken');
  insert into orders select n, 1 + n % 2, current_date - n, now() at time zone 'UTC' - n * interval '7 hours', 'open', array['tag ' || n % 3]
    from generate_series(1, 40) n;
  insert into order_lines (order_id, line_no, product, price, quantity, discount)
  select 1 + n % 40, n / 40, 'product ' || n % 5, n, 1 + n % 7, (n % 4) * 0.125 from generate_series(1, 150) n;
  insert into deliveries (order_id, line_no, pieces) select 1 + n % 40, n / 40, n from generate_series(42, 100) n;
  insert into territories select 'pt', n, 1 + n % 2, 'city' from generate_series(1, 3) n;
  insert into clients select n, 'pt', 1 + n % 3, 'gold' from generate_series(1, 9) n;
  insert into visits (client_id, minutes) select 1 + n % 9, n from generate_series(1, 30) n;`;

await onEachServer("a wholesaler", (server) => {
  it("shows each employee what was sold, by columns of rows and of their orders, and tells lines apart by two columns", async (t) => {
    const shop = await FollowedShop.open(t, server, WHOLESALE, ROWS);
    const { database, socket } = shop;
    await shop.shows("what was there");
    await database.query(
      `begin; delete from order_lines where order_id = 2 and line_no = 1;
       insert into order_lines values (2, 8, 'product 9', 99.99, 3, 0.125), (2, 9, 'product 9', 0.01, 1, 0); commit`,
    );
    await shop.shows("lines of one order come and go");
    const [second] = await database.query<{ on: string }>(
      `select ordered_on::text as "on" from orders where order_id = 2`,
    );
    const orderedOn = second?.on ?? "";
    await eventually("their events", () => socket.events.length >= 3);
    assert.deepEqual(socket.events.map(({ type, data }) => JSON.stringify([type, data])).toSorted(), [
      `["line_added",{"order":"2","no":8,"net":"262.4738","orderedOn":"${orderedOn}"}]`,
      `["line_added",{"order":"2","no":9,"net":"0.0100","orderedOn":"${orderedOn}"}]`,
      `["line_withdrawn",{"order":"2","no":1}]`,
    ]);
    assert.equal(new Set(socket.events.map(({ id }) => id)).size, 3);
    await database.query(
      "update orders set ordered_on = ordered_on - 31, state = 'shipped', tags = '{}' where order_id in (2, 4)",
    );
    await shop.shows("two orders of another month and state");
    await database.query("update orders set shipped_at = now() at time zone 'UTC' where order_id <= 20");
    await shop.shows("orders shipped now");
    await database.query("update order_lines set quantity = quantity + 1 where line_no = 2 and order_id < 9");
    await shop.shows("more pieces");
    await database.query(
      "update orders set order_id = 100 where order_id = 6; update orders set employee_id = 2 where order_id = 8",
    );
    await shop.shows("an order with another number, and one of somebody else");
    await database.query("update order_lines set line_no = 7 where order_id in (10, 12) and line_no = 1");
    await shop.shows("deliveries of lines that have another number");
    await database.query(
      "update clients set region = 1 + client_id % 2; update territories set employee_id = 1 where region = 3",
    );
    await shop.shows("clients, and a territory, of somebody else");
    await database.query("update employees set office_id = 2 where employee_id = 1");
    await shop.shows("the days of another office");
    await shop.verifies();
  });
});
