import assert from "node:assert/strict";
import { it } from "node:test";
import { OwnersOnDatabase } from "../../support/owners-on-database.ts";
import { DEMO } from "../../support/oracle.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const START = Date.UTC(2026, 4, 8, 12) * 1000;
const HOUR = 3_600_000_000;

/** The guests in each listing of an owner at an instant, as `hangar: guest`, worked out by hand. */
const ORACLE = `
  select distinct on (l.id) l.id::text as listing, b.guest_name as guest
    from listings l
    join bookings b on b.listing_id = l.id and b.owner_id = l.owner_id and b.status = 'confirmed'
     and b.check_in <= to_timestamp($2::bigint / 1000000.0) and b.check_out > to_timestamp($2::bigint / 1000000.0)
   where l.owner_id = $1::bigint and l.status = 'active'
   order by l.id, b.check_in, b.id`;

const SEASON = `
  insert into owners (id, name, time_zone) values (1, 'Ana', 'America/Havana'), (2, 'Bo', 'UTC');
  insert into listings (id, owner_id, hangar_number, status) select n, 1 + n % 2, 'H-' || n, 'active' from generate_series(10, 15) n;`;

/** Random numbers that are the same in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

/** Replays the events of an owner's clients: they say which guest is in each listing. */
class Guests {
  readonly there = new Map<string, string>();

  hear(data: Readonly<Record<string, unknown>>): void {
    const listing = String(data["listingId"]);
    assert.equal(data["previousOccupant"], this.there.get(listing) ?? null, `who leaves ${listing} was there`);
    assert.equal(data["isNowOccupied"], data["newOccupant"] !== null);
    if (typeof data["newOccupant"] === "string") this.there.set(listing, data["newOccupant"]);
    else this.there.delete(listing);
  }
}

await onEachServer("occupants", (server) => {
  const begun = async (): Promise<{ database: TestDatabase; running: OwnersOnDatabase }> => {
    const database = await server.createDatabase();
    const running = await OwnersOnDatabase.open(database, DEMO, START, { bulkRows: 20, twoPhase: true });
    await database.query(SEASON);
    await running.watch("1", "2");
    return { database, running };
  };

  it("what is told of guests is what a look at all rows says, by write and by the clock", async () => {
    const { database, running } = await begun();
    const guests = new Map([
      ["1", new Guests()],
      ["2", new Guests()],
    ]);
    const next = seeded(7);
    let names = 0;
    const instant = (hours: number): string => `to_timestamp(${START / 1_000_000} + 3600.0 * ${hours})`;
    const writes: readonly (() => string)[] = [
      () => {
        const from = next(40) - 10;
        const listing = 10 + next(6);
        return `insert into bookings (id, listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
          values (${(names += 1)}, ${listing}, ${1 + (listing % 2)}, 'guest ${names}', 'confirmed', 'unpaid', 1, ${instant(from)}, ${instant(from + next(12) - 2)})`;
      },
      () => `update bookings set status = '${["confirmed", "cancelled"][next(2)]}' where id % 5 = ${next(5)}`,
      () => `update bookings set check_out = check_out + interval '${next(5) - 2} hours' where id % 7 = ${next(7)}`,
      () => `update listings set status = '${["active", "active", "inactive"][next(3)]}' where id = ${10 + next(6)}`,
      () => `delete from bookings where id % 11 = ${next(11)}`,
      () => `update bookings set listing_id = ${10 + next(6)} where id % 9 = ${next(9)}`,
      () => `update listings set owner_id = 3 - owner_id where id = ${10 + next(6)}`,
      () => `update owners set time_zone = '${["UTC", "America/Havana"][next(2)]}' where id = 1`,
      () => "update bookings set status = 'confirmed'",
    ];
    for (let step = 0; step < 100; step += 1) {
      const chosen = next(3) > 0 ? 0 : next(writes.length);
      await database.query(writes[chosen]?.() ?? "");
      await running.advanceTo(running.t + (next(3) === 0 ? next(3) * HOUR : 0));
      for (const update of running.published.splice(0))
        if (update.kind === "events")
          for (const { name, data } of update.events)
            if (name === "occupancy_changed") guests.get(update.owner)?.hear(data);
      for (const [owner, { there }] of guests) {
        const rows = await database.query<{ listing: string; guest: string }>(ORACLE, [owner, running.t]);
        assert.deepEqual(
          Object.fromEntries(there),
          Object.fromEntries(rows.map((row) => [row.listing, row.guest])),
          `step ${step}`,
        );
      }
    }
    assert.ok(names > 30);
    await running.stop();
  });

  it("a guest's change of listing is told with the listing's own fields, of a deleted listing from what it was", async () => {
    const { database, running } = await begun();
    const stay = `to_timestamp(${START / 1_000_000} - 60), to_timestamp(${START / 1_000_000} + 3600)`;
    await database.query(
      `insert into bookings (id, listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
       values (1, 11, 2, 'Rosa', 'confirmed', 'unpaid', 1, ${stay})`,
    );
    await running.catchUp();
    running.published.length = 0;
    await database.query(
      "begin; delete from bookings; update listings set hangar_number = 'gone' where id = 11; delete from listings where id = 11; commit",
    );
    await running.catchUp();
    const told = running.published.flatMap((update) => (update.kind === "events" ? update.events : []));
    assert.deepEqual(
      told.map(({ name, data }) => [name, data]),
      [
        [
          "occupancy_changed",
          { listingId: "11", hangarNumber: "H-11", isNowOccupied: false, previousOccupant: "Rosa", newOccupant: null },
        ],
      ],
    );
    await running.stop();
  });
});
