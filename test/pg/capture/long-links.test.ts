/** What rows name by texts of any length: a reset of it is an entry of an index, which takes no long ones. */
import assert from "node:assert/strict";
import { before, beforeEach, it } from "node:test";
import type { WatchedTable } from "../../../daemon/plan/watched-table.ts";
import { columns, install } from "../../support/install.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const BULK_ROWS = 20;

const CLIENTS: WatchedTable = {
  source: "clients",
  schema: "public",
  table: "clients",
  columns: columns("id bigint", "country text", "region numeric"),
  key: "id",
  owner: "country",
  links: ["country", "region", ["country", "region"]],
};

/** Nothing makes it shorter than half of these characters. */
const LONG = "(select string_agg(sha512(n::text::bytea)::text, '') from generate_series(1, 60) n)";
/** Of more digits than an entry of an index has bytes. */
const MANY_DIGITS = "(select string_agg(n::text, '')::numeric from generate_series(1000, 4000) n)";

await onEachServer("rows that name others by long texts", (server) => {
  let database: TestDatabase;

  before(async () => {
    database = await server.createDatabase();
    await database.query(`
      create table clients (id int, country text, region numeric) partition by hash (region);
      create table clients_1 partition of clients for values with (modulus 2, remainder 0);
      create table clients_2 partition of clients for values with (modulus 2, remainder 1)`);
    await install(database, [CLIENTS], { bulkRows: BULK_ROWS, twoPhase: true });
  });

  beforeEach(async () => {
    await database.query("truncate clients; delete from deltad.reset");
  });

  /** What resets name, and how many rows; `all`: whatever rows name by the link. */
  async function resets(): Promise<string[]> {
    const found = await database.query<{ reset: string }>(
      `select concat_ws(' ', link, coalesce(owner, 'all'), rows) as reset from deltad.reset order by link, owner collate "C", rows`,
    );
    return found.map(({ reset }) => reset);
  }

  it("are written in bulk, and whoever they may mean is read again", async () => {
    await database.query(
      `insert into clients select n, case when n % 2 = 0 then 'pt' else ${LONG} || n end, 7 from generate_series(1, 41) n`,
    );
    assert.deepEqual(await resets(), [
      '["country","region"] ["pt", "7"] 20',
      '["country","region"] all',
      "country pt 20",
      "country all",
      "region 7 41",
    ]);
    await database.query(`delete from deltad.reset; update clients set region = ${MANY_DIGITS}`);
    await database.query("delete from deltad.reset; delete from clients");
    assert.deepEqual(await resets(), ['["country","region"] all', "country pt 20", "country all", "region all"]);
  });

  it("are told of by their texts up to a length that every index takes", async () => {
    const written = async (country: string, region: string): Promise<string[]> => {
      await database.query(
        `delete from deltad.reset; insert into clients select n, ${country}, ${region} from generate_series(1, 40) n`,
      );
      return (await resets()).map((reset) => reset.replace(/^(\S*) [^]* (\d+)$/, "$1 $2"));
    };
    assert.deepEqual(await written(`left(${LONG}, 2000)`, "null"), ["country 40"]);
    assert.deepEqual(await written(`left(${LONG}, 2001)`, "null"), ["country all"]);
    // In JSON each of these is six characters.
    const controls = (many: number) =>
      `(select string_agg(chr(1 + get_byte(sha256(n::text::bytea), 0) % 31), '') from generate_series(1, ${many}) n)`;
    const [several, all] = ['["country","region"] 40', '["country","region"] all'];
    assert.deepEqual(await written(controls(332), "7"), [several, "country 40", "region 40"]);
    assert.deepEqual(await written(controls(1500), "7"), [all, "country 40", "region 40"]);
  });

  it("move to another partition, and whoever they may mean is read again, told once", async () => {
    await database.query(`insert into clients select n, ${LONG}, 1 from generate_series(1, 9) n`);
    for (const region of ["2", "3", "4", MANY_DIGITS]) await database.query(`update clients set region = ${region}`);
    await database.query("delete from deltad.reset");
    await database.query(
      "begin; update clients set region = 1; update clients set region = 2; update clients set region = 3; commit",
    );
    const found = await resets();
    assert.deepEqual([...new Set(found)], found);
    assert.ok(found.includes("country all"));
    assert.ok(found.includes('["country","region"] all'));
  });

  it("name nothing by several columns of which one is NULL, and have nobody read again", async () => {
    await database.query("insert into clients select n, 'c' || n, null from generate_series(1, 1500) n");
    assert.deepEqual(
      (await resets()).filter((reset) => !reset.startsWith("country c")),
      ["country all"],
    );
  });
});
