/** The film rental shop as a user has it: applied, with a daemon that has a daemon's rights and no more, followed, and verified. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { FollowedShop } from "../../support/followed-shop.ts";
import { RENTAL } from "../../support/oracle.ts";
import { eventually } from "../../support/real-time.ts";
import { onEachServer } from "../../support/servers.ts";

const ROWS = `
  insert into cities values (1, 'Europe/Lisbon', 'EUR');
  insert into stores values (1, 'Lisboa'), (2, 'Porto');
  insert into customers select n, 1 + n % 2, 'customer' from generate_series(1, 10) n;
  insert into payments (customer_id, amount, paid_at) select 1 + n % 10, n, now() from generate_series(1, 100) n;`;

await onEachServer("a film rental shop", (server) => {
  it("shows each store its payments, also when a customer goes to another store, and verify finds nothing", async (t) => {
    const shop = await FollowedShop.open(t, server, RENTAL, ROWS);
    const { database, socket } = shop;
    await shop.shows("what was there");
    await database.query("insert into payments (customer_id, amount, paid_at) values (2, 7, now())");
    await shop.shows("a payment more");
    await database.query("update customers set store_id = 2 where customer_id in (2, 4)");
    await shop.shows("two customers less");
    await database.query("delete from customers where customer_id = 6");
    await shop.shows("one more less");
    const staleBecause = (): string | undefined =>
      socket.frames
        .flatMap((frame) => (frame.type === "stale" ? [frame.reason] : frame.type === "live" ? [""] : []))
        .at(-1);
    await database.query("update cities set time_zone = 'Mars/Olympus', currency = 'MAR'");
    await eventually("the store to be stale", () => staleBecause() === "time_zone");
    await database.query("update cities set time_zone = 'Asia/Tokyo'");
    await eventually("the store to be live", () => staleBecause() === "");
    await shop.shows("Tokyo's days");
    const told = socket.events.map(({ type }) => type);
    assert.equal(told.filter((type) => type === "payment_taken").length, 1);
    assert.equal(told.filter((type) => type === "payment_withdrawn").length, 10);
    const bulks = socket.events.flatMap(({ type, data }) => (type === "bulk_changed" ? [data["source"]] : []));
    assert.deepEqual([...new Set(bulks)], ["payments", "cities"]);
    await shop.verifies();
  });
});
