/** What a batch tells of rows whose owner is another row's: whose they are, and who must be read again. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Batch } from "../../../daemon/capture/batch.ts";
import { RENTAL_PLAN, rentalBatches } from "../../support/rental-batches.ts";
import { onEachServer } from "../../support/servers.ts";
import { resetsOf as resets, toldIn as told } from "../../support/shop-batches.ts";

const AT = "'2026-03-01Z'";

/** Customer n is of store n, copy n as well; rental n is of copy n, and has two fees; customer n has paid once. */
const SHOP = `
  truncate cities, stores, customers, inventory, rentals, fees, payments;
  insert into cities values (1, 'Europe/Lisbon', 'EUR');
  insert into stores select n, 'city' from generate_series(1, 3) n;
  insert into customers select n, n, 'customer ' || n from generate_series(1, 3) n;
  insert into inventory select n, n, 'Alien' from generate_series(1, 3) n;
  insert into rentals select n, n, ${AT}, null from generate_series(1, 3) n;
  insert into fees (rental_id, amount) select 1 + n % 3, 1 from generate_series(1, 6) n;
  insert into payments (customer_id, amount, paid_at) select n, 10, ${AT} from generate_series(1, 3) n;`;

const pay = (customer: number, amount = 5): string =>
  `insert into payments (customer_id, amount, paid_at) values (${customer}, ${amount}, ${AT});`;
const charge = (rental: number): string => `insert into fees (rental_id, amount) values (${rental}, 5);`;
const come = (customer: number, store: number): string =>
  `insert into customers values (${customer}, ${store}, 'new');`;

await onEachServer("rows whose owner is another row's", (server) => {
  const shop = rentalBatches(server, SHOP, 20);
  const { written } = shop;

  it("are counted for the owner of the row that they name, through one table and through two", async () => {
    const batch = await written(pay(1), pay(2) + charge(3), "delete from payments where customer_id = 3");
    assert.deepEqual(resets(batch), []);
    assert.deepEqual(sums(batch, "payments"), { 1: "500 1", 2: "500 1", 3: "-1000 -1" });
    assert.deepEqual(sums(batch, "fees"), { 3: "500 1" });
    assert.deepEqual(told(batch), ["1 payment_taken", "2 payment_taken", "3 fee_charged", "3 payment_withdrawn"]);
  });

  it("whose parent moves are counted for nobody in that batch: the owners it had and has are read again", async () => {
    const batch = await written(pay(1), "update customers set store_id = 2 where customer_id = 1", pay(1), pay(3));
    assert.deepEqual(resets(batch), ["1 payments", "2 payments"]);
    assert.deepEqual(sums(batch, "payments"), { 3: "500 1" });
    assert.deepEqual(told(batch), ["3 payment_taken"]);
    assert.deepEqual(sums(batch, "customers"), { 1: "-1 -1", 2: "1 1" });
  });

  it("whose parent's parent moves have their owners read again, for each table on the way", async () => {
    const copy = await written("update inventory set store_id = 2 where inventory_id = 1", charge(1));
    assert.deepEqual(resets(copy), ["1 fees", "1 rentals", "2 fees", "2 rentals"]);
    assert.deepEqual(sums(copy, "fees"), {});
    const rental = await written("update rentals set inventory_id = 3 where rental_id = 1", charge(1));
    assert.deepEqual(resets(rental), ["2 fees", "3 fees"]);
    assert.deepEqual(sums(rental, "rentals"), { 2: "-1", 3: "1" });
    const nowhere = await written("update inventory set store_id = null where inventory_id = 2");
    assert.deepEqual(resets(nowhere), ["2 fees", "2 rentals"]);
    assert.deepEqual(told(await written(charge(2))), []);
  });

  it("a parent that goes somewhere and comes back in one batch has everybody read again whose it was", async () => {
    const batch = await written(
      "update customers set store_id = 3 where customer_id = 1",
      pay(1),
      "update customers set store_id = 1 where customer_id = 1",
    );
    assert.deepEqual(resets(batch), ["1 payments", "3 payments"]);
    assert.deepEqual(told(batch), []);
  });

  it("of whose parent a column changes that their numbers depend on are counted for nobody: its owner is read again, for their source alone", async () => {
    const tier = await written(pay(1), "update customers set tier = 'gold' where customer_id = 1", pay(3));
    assert.deepEqual(resets(tier), ["1 payments"]);
    assert.deepEqual(sums(tier, "payments"), { 3: "500 1" });
    assert.deepEqual(told(tier), ["3 payment_taken"]);
    // Fees depend on it, rentals do not.
    const copy = await written(charge(2), "update inventory set rate = rate + 1 where inventory_id = 2", charge(3));
    assert.deepEqual(resets(copy), ["2 fees"]);
    assert.deepEqual(sums(copy, "fees"), { 3: "500 1" });
    assert.deepEqual(resets(await written("update rentals set rented_at = now() where rental_id = 3")), ["3 fees"]);
    const back = await written(
      "update customers set tier = 'basic' where customer_id = 1",
      "update customers set tier = 'gold' where customer_id = 1",
      pay(1),
    );
    assert.deepEqual([resets(back), sums(back, "payments")], [["1 payments"], {}]);
  });

  it("of whose parent a column changes on which it depends whether there is an event have its owner read again", async () => {
    const batch = await written(pay(1), "update customers set region = 'north' where customer_id = 1", pay(3));
    assert.deepEqual([resets(batch), told(batch)], [["1 payments"], ["3 payment_taken"]]);
    assert.deepEqual(told(await written(pay(1))), ["1 paid_in_the_north", "1 payment_taken"]);
  });

  it("are counted, and told of, by what their parent is, and by what it last was if it is gone", async () => {
    await written("update customers set tier = 'gold' where customer_id in (1, 2)");
    const batch = await written(pay(1), pay(3), "delete from customers where customer_id = 1");
    assert.deepEqual(tiers(batch), { "1 gold": "-1", "3 basic": "1" });
    assert.deepEqual(told(batch), [
      "1 member_paid",
      "1 payment_taken",
      "1 payment_withdrawn",
      "1 payment_withdrawn",
      "3 payment_taken",
    ]);
    const moved = await written("update payments set customer_id = 3 where customer_id = 2");
    assert.deepEqual([resets(moved), tiers(moved)], [[], { "2 gold": "-1", "3 basic": "1" }]);
    const film = await written(charge(2), "update inventory set film = 'Brazil' where inventory_id = 2");
    assert.deepEqual(
      film.events.map(({ data }) => data),
      [{ no: film.events[0]?.data["no"], amount: "5.00", film: "Brazil", city: "city" }],
    );
  });

  it("what else changes of a parent has nobody read again", async () => {
    const batch = await written(
      "update customers set active = false where customer_id = 1",
      "update rentals set returned_at = now() where rental_id = 2",
      "update inventory set film = 'Brazil'",
      "update customers set store_id = store_id",
    );
    assert.deepEqual(resets(batch), []);
  });

  it("a parent comes with its rows, before them or after them, and nobody is read again", async () => {
    const batch = await written(
      `begin; ${pay(7)} ${come(7, 1)} commit`,
      `${come(8, 2)} ${pay(8)} ${pay(8)}`,
      come(9, 3),
      "insert into inventory values (7, 2, 'Brazil')",
      `insert into rentals values (7, 7, ${AT}, null)`,
      charge(7),
    );
    assert.deepEqual(resets(batch), []);
    assert.deepEqual(sums(batch, "payments"), { 1: "500 1", 2: "1000 2" });
    assert.deepEqual(sums(batch, "fees"), { 2: "500 1" });
    assert.deepEqual(told(batch), ["1 payment_taken", "2 fee_charged", "2 payment_taken", "2 payment_taken"]);
  });

  it("a parent that comes to rows that were there before it has its owner read again", async () => {
    assert.deepEqual(told(await written(charge(7))), []);
    const batch = await written(`insert into rentals values (7, 1, ${AT}, null)`);
    assert.deepEqual(resets(batch), ["1 fees"]);
    // One of two was there before.
    await written(charge(8));
    assert.deepEqual(resets(await written(`insert into rentals values (8, 2, ${AT}, null)`, charge(8))), ["2 fees"]);
  });

  it("a parent goes with its rows, and these are still its owner's: nobody is read again", async () => {
    const batch = await written(pay(1), "delete from customers where customer_id = 1");
    assert.deepEqual(resets(batch), []);
    assert.deepEqual(sums(batch, "payments"), { 1: "-1000 -1" });
    assert.deepEqual(told(batch), ["1 payment_taken", "1 payment_withdrawn", "1 payment_withdrawn"]);
    const chain = await written("delete from fees where rental_id = 2", "delete from inventory where inventory_id = 2");
    assert.deepEqual(resets(chain), []);
    assert.deepEqual([sums(chain, "fees"), sums(chain, "rentals")], [{ 2: "-200 -2" }, { 2: "-1" }]);
  });

  it("a parent that goes and leaves rows behind has its owner read again", async () => {
    assert.deepEqual(resets(await written("delete from rentals where rental_id = 1")), ["1 fees"]);
    assert.deepEqual(resets(await written("delete from inventory where inventory_id = 2")), ["2 fees"]);
  });

  it("a parent that comes and goes within a batch has its owner read again, where rows that name it do not come and go alike", async () => {
    const come5 = `insert into rentals values (5, 1, ${AT}, null)`;
    const go5 = "delete from rentals where rental_id = 5";
    assert.deepEqual(resets(await written(come5, charge(5), go5)), ["1 fees"]);
    assert.deepEqual(resets(await written(come5, go5, "delete from fees where rental_id = 5")), ["1 fees"]);
    const alike = await written(come5, charge(5), "delete from fees where rental_id = 5", go5);
    assert.deepEqual([resets(alike), sums(alike, "fees")], [[], {}]);
    assert.deepEqual(resets(await written("insert into inventory values (9, 3, 'Brazil')", go5)), []);
  });

  it("a parent that changes its key takes the rows along that change with it", async () => {
    const batch = await written("update customers set customer_id = 11 where customer_id = 1");
    assert.deepEqual(resets(batch), []);
    assert.deepEqual(sums(batch, "payments"), {});
    assert.deepEqual(told(batch), []);
  });

  it("a row that saw its parent before that moved, and commits after it, is the new owner's", async () => {
    const late = await shop.database.client();
    await late.query(`begin; ${pay(1)}`);
    const { rows } = await late.query<{ store_id: number }>("select store_id from customers where customer_id = 1");
    assert.deepEqual(rows, [{ store_id: 1 }]);
    const moved = await written("update customers set store_id = 2 where customer_id = 1");
    assert.deepEqual(resets(moved), ["1 payments", "2 payments"]);
    await late.query("commit");
    await late.end();
    const batch = await shop.reader.read();
    assert.deepEqual([resets(batch), sums(batch, "payments")], [[], { 2: "500 1" }]);
    assert.deepEqual(told(batch), ["2 payment_taken"]);
  });

  it("a bulk statement is its owners', once each, with the number of their rows", async () => {
    await written("update customers set store_id = 1 where customer_id = 3", ...[1, 2, 3].map((n) => pay(n).repeat(9)));
    const batch = await written("update payments set amount = 1");
    assert.deepEqual(batch.resets.map(({ owner, source, rows }) => `${owner} ${source} ${rows}`).toSorted(), [
      "1 payments 20",
      "2 payments 10",
    ]);
    assert.deepEqual(told(batch), []);
  });

  it("a bulk statement over parents has the owners they had and have read again, and tells of no row below them", async () => {
    await written(...Array.from({ length: 30 }, (_, index) => come(100 + index, 1) + pay(100 + index)));
    const batch = await written(pay(129), "update customers set store_id = 2 where customer_id >= 100", pay(3));
    assert.deepEqual(resets(batch), ["1 customers", "1 payments", "2 customers", "2 payments"]);
    assert.deepEqual(told(batch), ["3 payment_taken"]);
    const inventory = await written(
      `insert into inventory select n, 1, 'Brazil' from generate_series(100, 115) n;
       update inventory set store_id = 2 where inventory_id >= 100 or inventory_id = 1`,
    );
    assert.deepEqual(resets(inventory), ["1 fees", "1 rentals", "2 fees", "2 rentals"]);
    await written(`insert into rentals select n, 100, ${AT}, null from generate_series(100, 125) n`);
    const rentals = await written("update rentals set inventory_id = 3 where rental_id >= 100");
    assert.ok(["2 rentals", "3 rentals"].every((reset) => resets(rentals).includes(reset)));
  });

  it("where all parents may have changed unseen, nothing is told of the rows below them", async () => {
    const batch = await written(pay(1), charge(1), "select deltad.reset_source('customers')");
    assert.deepEqual(resets(batch), ["undefined customers"]);
    assert.deepEqual(told(batch), ["1 fee_charged"]);
  });

  it("an update that moves rows between partitions, and a TRUNCATE, are told as of any table", async () => {
    const moved = await written("update payments set paid_at = '2027-01-01Z' where customer_id = 2");
    assert.deepEqual(resets(moved), ["2 payments"]);
    assert.deepEqual(resets(await written("truncate customers, payments")), [
      "undefined customers",
      "undefined payments",
    ]);
  });

  it("a parent without a key is nobody's, and keeps nobody from being read", async () => {
    await written(
      `alter table customers drop constraint customers_pkey cascade; create unique index on customers (customer_id);
       alter table customers alter customer_id drop not null`,
    );
    const batch = await written("insert into customers values (null, 1, 'Nobody')", pay(1));
    assert.deepEqual([resets(batch), sums(batch, "payments")], [[], { 1: "500 1" }]);
  });
});

/** How many payments more or less, by owner and tier. */
function tiers({ grains }: Batch): Record<string, string> {
  const at = RENTAL_PLAN.projections.findIndex(({ key }) => key?.includes("customers.tier"));
  return Object.fromEntries(
    grains.flatMap(({ projection, owner, key, values }) =>
      projection === at ? [[`${owner} ${key}`, values.join(" ")]] : [],
    ),
  );
}

/** The first values, two at most, of the source's projection without key and time, by owner. */
function sums({ grains }: Batch, source: string): Record<string, string> {
  const at = RENTAL_PLAN.projections.findIndex((one) => one.source === source && one.time.kind === "none");
  const own = grains.filter(({ projection, values }) => projection === at && values.some((value) => value !== 0n));
  return Object.fromEntries(own.map(({ owner, values }) => [owner, values.slice(0, 2).join(" ")]));
}
