import assert from "node:assert/strict";
import { it } from "node:test";
import { Session } from "../../../daemon/database/session.ts";
import { dayStartsFrom } from "../../../daemon/owners/day-starts.ts";
import { onEachServer } from "../../support/servers.ts";

/** Where hours are not what one thinks, with the day around which to try. */
const HARD = [
  ["America/Havana", "2025-11-02"],
  ["America/Havana", "2025-03-09"],
  ["Atlantic/Azores", "2025-10-26"],
  ["Australia/Lord_Howe", "2025-04-06"],
  ["Australia/Lord_Howe", "2025-10-05"],
  ["Asia/Kathmandu", "1985-12-31"],
  ["Asia/Kathmandu", "2025-06-01"],
  ["Australia/Eucla", "2025-06-01"],
  ["Pacific/Chatham", "2025-04-06"],
  ["Pacific/Apia", "2011-12-30"],
  ["Antarctica/Troll", "2025-10-26"],
  ["America/New_York", "2025-03-09"],
  ["XYZ-13:45ABC-17:20,J60/0,J300/1", "2024-03-01"],
] as const;

const HOURS = 60;

/** Of each hour of 60, from 20 before the day: the earliest minute at which the local clock shows it or a later one. */
const BRUTE_FORCE = `
  select (extract(epoch from h - timestamp '2000-01-01') / 3600)::int as hour,
         (extract(epoch from (
           select min(c) from generate_series((h - interval '30 hours') at time zone 'UTC', (h + interval '30 hours') at time zone 'UTC', '1 minute') c
            where c at time zone $1 >= h)) * 1000000)::bigint::text as expected
    from generate_series($2::timestamp - interval '20 hours', $2::timestamp + interval '39 hours', '1 hour') h`;

await onEachServer("a local hour", (server) => {
  it("begins with the earliest instant at which the clock shows it or a later one, in every zone", async () => {
    const database = await server.createDatabase();
    const session = await Session.open({ url: database.url, role: "test", statementTimeoutMs: 60_000 });
    try {
      for (const [zone, day] of HARD) {
        const hours = await database.query<{ hour: number; expected: string }>(BRUTE_FORCE, [zone, day]);
        assert.equal(hours.length, HOURS);
        const starts = await dayStartsFrom(session)(
          hours.map(() => zone),
          hours.map(({ hour }) => hour),
          "hour",
        );
        assert.deepEqual(
          starts,
          hours.map(({ expected }) => Number(expected)),
          `${zone} around ${day}`,
        );
      }
    } finally {
      await session.close();
    }
  });
});
