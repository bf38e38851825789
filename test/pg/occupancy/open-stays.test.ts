import assert from "node:assert/strict";
import { it } from "node:test";
import { OwnersOnDatabase } from "../../support/owners-on-database.ts";
import { SECOND } from "../../support/oracle.ts";
import { onEachServer } from "../../support/servers.ts";

const START = Date.UTC(2026, 4, 8, 12) * 1000;
const HOUR = 3_600_000_000;
const OWNER = "00000000-0000-4000-8000-000000000001";

await onEachServer("occupants with open ends", (server) => {
  it("come when a clock of the zone that the configuration says shows it, and stay until there is an end and it has come", async () => {
    const database = await server.createDatabase();
    const running = await OwnersOnDatabase.open(database, SECOND, START, { bulkRows: 20, twoPhase: true });
    await database.query(`
      insert into hangar.hangar_owners values ('${OWNER}', 'Ana', 'Asia/Kathmandu', 'NPR');
      insert into hangar."Hangar_Listings" values (1, '${OWNER}', 'open', 12.5, 1)`);
    await running.watch(OWNER);
    const told = (): unknown[] =>
      running.published
        .splice(0)
        .flatMap((update) => (update.kind === "events" ? update.events : []))
        .flatMap(({ name, data }) =>
          name === "last_checked" ? [[data["previousOccupant"], data["newOccupant"]]] : [],
        );

    // New York shows 9 o'clock at 13:00 UTC.
    await database.query(`
      insert into hangar.stays (stay_no, hangar_no, host, state, payment, cents, booked_on, checked_at)
      values (7, 1, '${OWNER}', 'Rosa', 'open', 1, '2026-05-01', '2026-05-08 09:00')`);
    await running.catchUp();
    assert.deepEqual(told(), []);
    await running.advanceTo(START + HOUR - 1);
    assert.deepEqual(told(), []);
    await running.advanceTo(START + HOUR);
    assert.deepEqual(told(), [[null, "Rosa"]]);
    await running.advanceTo(START + 10_000 * HOUR);
    assert.deepEqual(told(), []);
    await database.query("update hangar.stays set leaves = to_timestamp($1::bigint / 1000000.0)", [
      START + 10_001 * HOUR,
    ]);
    await running.catchUp();
    assert.deepEqual(told(), []);
    await running.advanceTo(START + 10_001 * HOUR);
    assert.deepEqual(told(), [["Rosa", null]]);
    // A missing beginning is no open one.
    await database.query("update hangar.stays set leaves = null, checked_at = null");
    await running.catchUp();
    assert.deepEqual(told(), []);
    await running.stop();
  });
});
