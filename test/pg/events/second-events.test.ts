import assert from "node:assert/strict";
import { it } from "node:test";
import { compile } from "../../../daemon/plan/compile.ts";
import { BatchReader } from "../../support/batch-reader.ts";
import { install } from "../../support/install.ts";
import { SECOND } from "../../support/oracle.ts";
import { onEachServer } from "../../support/servers.ts";

const HOST = "00000000-0000-4000-8000-000000000001";
const CANARY = "00000000-0000-4000-8000-000000000002";

await onEachServer("another marketplace's events", (server) => {
  it("have its own names, over uuid, enum and padded columns; a deletion tells what was, a lookup nothing of others", async () => {
    const database = await server.createDatabase();
    const plan = compile(SECOND.config);
    await database.query(SECOND.schema);
    await install(database, plan.tables);
    await database.query(`
      insert into hangar.hangar_owners values ('${HOST}', 'Host', 'Europe/Lisbon', 'EUR'), ('${CANARY}', 'Canary', 'Mars/Olympus', 'CAN');
      insert into hangar."Hangar_Listings" values (1, '${HOST}', 'open', 12.5, null), (2, '${HOST}', 'open', null, null), (3, '${CANARY}', 'open', 99, null)`);
    const reader = await BatchReader.open(database.url, plan, ["Europe/Lisbon"]);
    const told = async (sql: string): Promise<unknown[]> => {
      await database.query(sql);
      return (await reader.read([HOST])).events.map(({ name, data }) => ({ name, ...data }));
    };

    const stay = { no: "5", hangar: "1", state: "new", nights: 2 };
    assert.deepEqual(
      await told(
        `insert into hangar.stays values (5, 1, '${HOST}', 'new', 'settled', 700, '2025-03-29 12:00Z', '2025-03-30 23:30Z', '2025-01-01')`,
      ),
      [
        { name: "stay_booked", ...stay, area: "12.5" },
        { name: "cents_settled", no: "5", cents: 700, money: "EUR" },
      ],
    );
    assert.deepEqual(await told("update hangar.stays set hangar_no = 2, leaves = null"), [
      { name: "stay_moved", ...stay, hangar: "2", nights: null, from: "2025-03-29T12:00:00.000000Z" },
    ]);
    assert.deepEqual(await told("update hangar.stays set payment = 'refunded', state = 'gone', arrives = 'infinity'"), [
      { name: "stay_moved", ...stay, hangar: "2", state: "gone", nights: null, from: "2025-03-29T12:00:00.000000Z" },
    ]);
    assert.deepEqual(await told("delete from hangar.stays"), [
      { name: "stay_cancelled", ...stay, hangar: "2", state: "gone", nights: null },
    ]);
    for (const [number, area] of [
      [2, null],
      [3, null],
    ]) {
      const [booked] = await told(
        `insert into hangar.stays values (1${number}, ${number}, '${HOST}', 'new', 'open', 1, null, null, '2025-01-01')`,
      );
      assert.deepEqual(booked, {
        name: "stay_booked",
        no: `1${number}`,
        hangar: String(number),
        state: "new",
        nights: null,
        area,
      });
    }
    await reader.close();
  });

  it("of an owner whose time zone PostgreSQL does not know leave out what needs it, and stop no other", async () => {
    const database = await server.createDatabase();
    const plan = compile(SECOND.config);
    await database.query(SECOND.schema);
    await install(database, plan.tables);
    await database.query(`
      insert into hangar.hangar_owners values ('${CANARY}', 'Canary', 'Mars/Olympus', 'CAN');
      insert into hangar."Hangar_Listings" values (3, '${CANARY}', 'open', 99, null)`);
    const reader = await BatchReader.open(database.url, plan);
    await database.query(
      `insert into hangar.stays values (5, 3, '${CANARY}', 'new', 'open', 7, '2025-03-29 12:00Z', '2025-03-30 23:30Z', '2025-01-01')`,
    );
    const { events } = await reader.read();
    await reader.close();
    assert.deepEqual(
      events.map(({ name, data }) => [name, data["nights"]]),
      [["stay_booked", null]],
    );
  });
});
