/** What a batch tells where owners have their time zone and currency of rows that they name, and these rows change. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Batch } from "../../../daemon/capture/batch.ts";
import { ownerRowsStatement } from "../../../daemon/owners/owner-rows.ts";
import { MOST_NAMING } from "../../../daemon/plan/owner-lookup.ts";
import { RENTAL_PLAN, rentalBatches } from "../../support/rental-batches.ts";
import { onEachServer } from "../../support/servers.ts";

/** Stores 1 and 2 are in city 1, store 3 in city 3. */
const SHOP = `
  truncate cities, stores, customers, inventory, rentals, fees, payments;
  insert into cities select n, 'Europe/Lisbon', 'EUR' from generate_series(1, 3) n;
  insert into stores values (1, 'a', 1), (2, 'b', 1), (3, 'c', 3), (4, 'd', null);
  insert into customers select n, n, 'customer' from generate_series(1, 3) n;`;

await onEachServer("owners who have their zone of a row that they name", (server) => {
  const shop = rentalBatches(server, SHOP, 5);
  const { written } = shop;

  it("are read again where what they have of it changes, and where it went there and back", async () => {
    const zone = await written("update cities set time_zone = 'Asia/Tokyo' where city_id = 1");
    assert.deepEqual([again(zone), zone.dimensions], [["1", "2"], []]);
    assert.deepEqual(again(await written("update cities set currency = null where city_id in (2, 3)")), ["3"]);
    const back = await written(
      "update cities set currency = 'CHF' where city_id = 3",
      "update cities set currency = null where city_id = 3",
    );
    assert.deepEqual(again(back), ["3"]);
  });

  it("are left alone where something else of it changes, or where nobody names it", async () => {
    const batch = await written(
      "update cities set mayor = 'somebody'",
      "update cities set time_zone = 'Asia/Tokyo' where city_id = 2",
      "insert into cities values (7, 'Asia/Tokyo', 'JPY')",
    );
    assert.deepEqual([again(batch), batch.dimensions], [[], []]);
  });

  it("are read again where it comes after them, goes, or they come to name another", async () => {
    const come = await written(
      "begin; update stores set city_id = 8 where store_id = 3; insert into cities values (8, 'Asia/Tokyo', 'JPY'); commit",
    );
    assert.deepEqual([again(come), come.dimensions], [["3"], ["3"]]);
    const go = await written(
      "begin; delete from cities where city_id = 8; update stores set city_id = 1 where store_id = 3; commit",
    );
    assert.deepEqual(go.dimensions, ["3"]);
    // Its key changes, and they follow.
    const key = await written(
      "begin; update cities set city_id = 9 where city_id = 1; update stores set city_id = 9 where city_id = 1; commit",
    );
    assert.deepEqual(
      [again(key), key.dimensions.toSorted()],
      [
        ["1", "2", "3"],
        ["1", "2", "3"],
      ],
    );
  });

  it("are told of where they are wanted, and no others", async () => {
    await shop.database.query("update cities set currency = 'CHF' where city_id = 1");
    assert.deepEqual(again(await shop.reader.read(["2", "3"])), ["2"]);
    await shop.database.query("update cities set currency = 'CHF' where city_id = 3");
    assert.deepEqual(again(await shop.reader.read(["2"])), []);
  });

  it("are all read again where more than a thousand of those that are wanted name such a row", async () => {
    const name = (upto: number): string => `insert into stores select n, 'e', 2 from generate_series(11, ${upto}) n
      where not exists (select from stores s where s.store_id = n)`;
    await written(name(10 + MOST_NAMING));
    assert.equal(again(await written("update cities set currency = 'CHF' where city_id = 2")).length, MOST_NAMING);
    await written(name(11 + MOST_NAMING));
    const all = await written("update cities set currency = 'EUR' where city_id = 2");
    assert.deepEqual(
      all.resets.map(({ owner, source, rows }) => [owner, source, rows]),
      [[undefined, "cities", undefined]],
    );
    await shop.database.query("update cities set currency = 'CHF' where city_id = 2");
    assert.deepEqual(again(await shop.reader.read(["1", "11", "12"])), ["11", "12"]);
  });

  it("are there without one, and have no zone", async () => {
    const rows = await shop.database.query(ownerRowsStatement(RENTAL_PLAN.kind, RENTAL_PLAN.owner).text, [["1", "4"]]);
    assert.deepEqual(rows, [
      { store_id: "1", deltad_time_zone: "Europe/Lisbon", deltad_currency: "EUR" },
      { store_id: "4", deltad_time_zone: null, deltad_currency: null },
    ]);
  });

  it("are read again after a bulk statement over such rows, those that name one of them, and all after a TRUNCATE", async () => {
    await written("insert into cities select n, 'Europe/Lisbon', 'EUR' from generate_series(11, 20) n");
    await written("update stores set city_id = 20 where store_id = 2");
    assert.deepEqual(again(await written("update cities set mayor = 'nobody' where city_id >= 2")), ["2", "3"]);
    assert.ok(again(await written("truncate cities cascade")).includes("undefined"));
  });
});

/** Who is read again for their city's sake. */
function again({ resets }: Batch): string[] {
  const own = resets.filter(({ source }) => source === "cities");
  return [...new Set(own.map(({ owner }) => String(owner)))].toSorted();
}
