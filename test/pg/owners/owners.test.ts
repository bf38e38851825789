import assert from "node:assert/strict";
import { it } from "node:test";
import demo from "../../../demo/deltad.config.ts";
import { OwnersOnDatabase } from "../../support/owners-on-database.ts";
import { DEMO, oracleDocuments } from "../../support/oracle.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const OWNERS = ["1", "2", "3"];
const EVENING = Date.UTC(2026, 9, 31, 20) * 1000;
const HOUR = 3_600_000_000;

async function marketplace(database: TestDatabase, config: unknown = demo): Promise<OwnersOnDatabase> {
  const running = await OwnersOnDatabase.open(database, { ...DEMO, config }, EVENING);
  await database.query(`
    insert into owners (id, name, time_zone) values (1, 'A', 'America/Havana'), (2, 'B', 'Asia/Kathmandu'), (3, 'C', 'UTC');
    insert into listings (id, owner_id, hangar_number, status) select n, 1 + n % 3, n, 'active' from generate_series(1, 9) n`);
  await database.query(
    `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at)
     select 1 + n % 9, 1 + (1 + n % 9) % 3, 'G', 'confirmed', 'paid', n * 10.01, t - n * interval '9 hours', t + n * interval '1 hour',
            t - n * interval '3 days', t - n * interval '11 hours'
       from generate_series(1, 60) n, to_timestamp($1) t`,
    [EVENING / 1e6],
  );
  await database.query(
    "insert into payouts (owner_id, amount, status, due_on) select 1 + n % 3, n, 'pending', date '2026-10-30' + n % 5 from generate_series(1, 12) n",
  );
  await running.watch(...OWNERS);
  return running;
}

await onEachServer("owners on a database", (server) => {
  async function assertRight(running: OwnersOnDatabase, database: TestDatabase, when: string): Promise<void> {
    const expected = await oracleDocuments(DEMO, database, running.t, OWNERS);
    for (const owner of OWNERS) {
      const shown: unknown = JSON.parse(JSON.stringify(running.screens.get(owner)));
      assert.deepEqual(shown, expected.get(owner) ?? {}, `owner ${owner}, ${when}`);
    }
    assert.deepEqual([...running.stale], [], when);
  }

  it("a configuration may say the zone and the currency of all owners: what a column says is nothing then", async (t) => {
    const database = await server.createDatabase();
    const { timeZone: _, currency: __, ...owner } = demo.owner;
    const config = { ...demo, owner: { ...owner, timeZone: "Asia/Kathmandu", currency: "NPR" } };
    const running = await marketplace(database, config);
    t.after(() => running.stop());
    // The oracle reads the columns.
    await database.query(
      "alter table owners disable trigger user; update owners set time_zone = 'Asia/Kathmandu', currency = 'NPR'",
    );
    await running.catchUp();
    await assertRight(running, database, "loaded");
    await database.query("update bookings set payment_amount = payment_amount + 1 where id % 7 = 0");
    await running.catchUp();
    await assertRight(running, database, "a write");
    await running.advanceTo(EVENING + 30 * HOUR);
    await assertRight(running, database, "midnight in Kathmandu");
    const shown = JSON.stringify([...running.screens]);
    await database.query(
      "alter table owners enable trigger user; update owners set time_zone = 'Mars/Olympus', currency = 'EUR'",
    );
    await running.catchUp();
    assert.equal(JSON.stringify([...running.screens]), shown);
    assert.deepEqual([...running.stale], []);
  });

  it("shows what the oracle says after loads, writes, resets, moves between owners, changed zones, and at midnights", async (t) => {
    const database = await server.createDatabase();
    const running = await marketplace(database);
    t.after(() => running.stop());
    const step = async (sql: string): Promise<void> => {
      await database.query(sql);
      await running.catchUp();
      await assertRight(running, database, sql);
    };
    await assertRight(running, database, "loaded");
    await step("update bookings set payment_amount = payment_amount + 1 where id % 7 = 0");
    await step("update listings set owner_id = 2 where id = 3");
    await step("update bookings set owner_id = 2 where listing_id = 3");
    await step("update bookings set check_in = check_out, check_out = check_in where id = 5");
    await step("delete from payouts where due_on = '2026-11-01'");
    await step(
      "update owners set time_zone = 'Atlantic/Azores', currency = 'EUR' where id = 3; insert into payouts (owner_id, amount, status, due_on) values (3, -5, 'pending', '2026-11-02')",
    );
    await step(
      "truncate payouts; insert into payouts (owner_id, amount, status, due_on) values (1, 7, 'pending', '2026-11-03')",
    );
    await step("update bookings set status = 'cancelled' where id % 11 = 0");
    // Havana's clocks go back on November 1st at 01:00, to a second midnight.
    for (const instant of [
      EVENING + 4 * HOUR - 1,
      EVENING + 4 * HOUR,
      EVENING + 8 * HOUR - 1,
      EVENING + 8 * HOUR,
      EVENING + 9 * HOUR,
      EVENING + 33 * HOUR,
      EVENING + 45 * 24 * HOUR,
    ]) {
      await running.advanceTo(instant);
      await assertRight(running, database, new Date(instant / 1000).toISOString());
    }
    await step("insert into payouts (owner_id, amount, status, due_on) values (1, 8, 'pending', '2027-02-03')");
  });

  it("an owner with an unknown time zone is stale alone, from the load or from a change, until the zone is mended", async (t) => {
    const database = await server.createDatabase();
    const running = await marketplace(database);
    t.after(() => running.stop());
    await database.query("update owners set time_zone = 'Mars/Olympus' where id = 1");
    await database.query("update bookings set payment_amount = 1");
    await running.catchUp();
    assert.deepEqual([...running.stale], [["1", "time_zone"]]);
    const [other] = (await oracleDocuments(DEMO, database, running.t, ["2"])).values();
    assert.deepEqual(JSON.parse(JSON.stringify(running.screens.get("2"))), other);
    await database.query("update owners set time_zone = '<+13>-13:45' where id = 1");
    await database.query("update bookings set payment_amount = 2");
    await running.catchUp();
    await assertRight(running, database, "mended");
  });

  it("an owner's row that goes and comes back is {} in between", async (t) => {
    const database = await server.createDatabase();
    const running = await marketplace(database);
    t.after(() => running.stop());
    await database.query("insert into owners (id, name, time_zone) values (9, 'Z', 'UTC')");
    await running.watch("9", "10");
    assert.equal(JSON.stringify(running.screens.get("10")), "{}");
    await database.query(
      "delete from owners where id = 9; insert into owners (id, name, time_zone) values (10, 'Y', 'UTC')",
    );
    await running.catchUp();
    assert.equal(JSON.stringify(running.screens.get("9")), "{}");
    const [ten] = (await oracleDocuments(DEMO, database, running.t, ["10"])).values();
    assert.deepEqual(JSON.parse(JSON.stringify(running.screens.get("10"))), ten);
  });
});
