import assert from "node:assert/strict";
import { before, it } from "node:test";
import { install } from "../../support/install.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

/** Where midnight is not what one thinks: zone, first and last day to try. */
const HARD = [
  ["America/Havana", "2023-10-25", "2024-11-10"],
  ["Atlantic/Azores", "2023-03-20", "2023-11-05"],
  ["Pacific/Apia", "2011-12-20", "2012-01-10"],
  ["Pacific/Kiritimati", "1994-12-20", "1995-01-10"],
  ["America/Sao_Paulo", "2018-10-25", "2019-02-25"],
  ["Australia/Lord_Howe", "2024-03-30", "2024-10-15"],
  ["Asia/Kathmandu", "1985-12-25", "1986-01-10"],
  ["Africa/Casablanca", "2024-03-01", "2024-04-20"],
  ["Asia/Beirut", "2023-03-20", "2023-04-05"],
  ["Africa/Cairo", "2014-05-10", "2014-10-05"],
  ["America/New_York", "2024-03-05", "2024-11-10"],
  ["Pacific/Kwajalein", "1993-08-15", "1993-08-30"],
  ["XYZ-13:45ABC-17:20,J60/0,J300/1", "2024-02-20", "2024-03-10"],
  ["UTC", "2024-02-20", "2024-03-05"],
] as const;

/** The earliest minute of 18 hours to both sides whose date is d or later, found by looking at each: no zone is further off. */
const BRUTE_FORCE = `
  select d::date::text as day,
         (select min(c) from generate_series(d::date::timestamptz - interval '18 hours', d::date::timestamptz + interval '18 hours', '1 minute') c
           where (c at time zone $1)::date >= d::date) as expected,
         deltad.day_start(d::date, $1) as actual
    from generate_series($2::timestamp, $3::timestamp, '1 day') d`;

await onEachServer("day_start", (server) => {
  let database: TestDatabase;

  before(async () => {
    database = await server.createDatabase();
    await install(database, []);
    await database.query("set timezone = UTC");
  });

  for (const [zone, from, to] of HARD) {
    it(`is the earliest instant of the day or later in ${zone}`, async () => {
      const days = await database.query<{ day: string; expected: Date; actual: Date }>(BRUTE_FORCE, [zone, from, to]);
      assert.ok(days.length > 5);
      for (const { day, expected, actual } of days) assert.equal(actual.toISOString(), expected.toISOString(), day);
    });
  }

  it("gives a skipped day no length, and a day after the clocks went back at 01:00 its first midnight", async () => {
    const start = async (day: string, zone: string): Promise<string | undefined> => {
      const [row] = await database.query<{ at: Date }>("select deltad.day_start($1, $2) as at", [day, zone]);
      return row?.at.toISOString();
    };
    assert.equal(await start("2011-12-30", "Pacific/Apia"), "2011-12-30T10:00:00.000Z");
    assert.equal(await start("2011-12-31", "Pacific/Apia"), "2011-12-30T10:00:00.000Z");
    assert.equal(await start("1994-12-31", "Pacific/Kiritimati"), await start("1995-01-01", "Pacific/Kiritimati"));
    assert.equal(await start("2024-11-03", "America/Havana"), "2024-11-03T04:00:00.000Z");
    assert.equal(await start("2023-10-29", "Atlantic/Azores"), "2023-10-29T00:00:00.000Z");
  });

  it("is right for every zone of the server around its changes of a year", async () => {
    const wrong = await database.query(`
      select z.name, d::date from pg_timezone_names z, generate_series(timestamp '2024-03-28', '2024-04-02', '1 day') d,
             lateral (select deltad.day_start(d::date, z.name) as at) s
       where (s.at at time zone z.name)::date < d::date or ((s.at - interval '1 microsecond') at time zone z.name)::date >= d::date`);
    assert.deepEqual(wrong, []);
  });

  it("raises 22023 for a zone that PostgreSQL does not know", async () => {
    await assert.rejects(database.query("select deltad.day_start('2024-01-01', 'Mars/Olympus')"), { code: "22023" });
  });
});
