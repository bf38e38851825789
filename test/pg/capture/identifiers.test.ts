/** Names that would break out of any text they were put into unquoted: of schema, tables, columns, partitions, a source. */
import assert from "node:assert/strict";
import { before, it } from "node:test";
import { checkCapture } from "../../../daemon/capture/check.ts";
import { fingerprintOf } from "../../../daemon/capture/fingerprint.ts";
import { quoteIdentifier } from "../../../daemon/database/identifier.ts";
import type { WatchedTable } from "../../../daemon/plan/watched-table.ts";
import { install, LIMITS } from "../../support/install.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const SCHEMA = `a "schema" o'f $$ mine; --`;
const HOSTS = `ho"st'; drop schema deltad cascade; --`;
const STAYS = `$body$ select \\ %I %L {1}\n end`;
/** As long as a name may be. */
const NOTE = `ünï☃ ${"n".repeat(54)}`;
const ID = `i"d`;
const HOST = `old.ho'st, new."x`;

const TABLES: readonly WatchedTable[] = [
  { source: "owner", schema: SCHEMA, table: HOSTS, columns: [{ name: ID, type: "bigint" }], key: ID, owner: ID },
  ...[STAYS, `${STAYS} in parts`].map((table, index) => ({
    source: `$Stays_${index}`,
    schema: SCHEMA,
    table,
    columns: [
      { name: ID, type: "bigint" },
      { name: HOST, type: "bigint" },
      { name: NOTE, type: "text" },
      { name: "select", type: "text" },
    ],
    key: ID,
    owner: HOST,
  })),
];

const [schema, hosts, stays, parts, part, other] = [
  SCHEMA,
  HOSTS,
  STAYS,
  `${STAYS} in parts`,
  `p"art`,
  `another p'art`,
].map(quoteIdentifier);
const [id, host, note] = [ID, HOST, NOTE].map(quoteIdentifier);
const COLUMNS = `(${id} int, ${host} int, ${note} text, "select" text`;

await onEachServer("names of every kind", (server) => {
  let database: TestDatabase;

  before(async () => {
    database = await server.createDatabase();
    await database.query(`create schema ${schema};
      create table ${schema}.${hosts} (${id} int primary key);
      create table ${schema}.${stays} ${COLUMNS}, primary key (${id}));
      create table ${schema}.${parts} ${COLUMNS}, primary key (${id}, ${host})) partition by range (${host});
      create table ${schema}.${part} partition of ${schema}.${parts} for values from (0) to (10)`);
    await install(database, TABLES);
    await database.query(
      `create table ${schema}.${other} partition of ${schema}.${parts} for values from (10) to (20)`,
    );
  });

  async function images(source: string): Promise<string[]> {
    const rows = await database.query<{ image: string }>(
      `select concat_ws(' ', change_weight, ${id}, ${host}, ${note}, "select") as image
         from deltad.${quoteIdentifier(`change_${source}`)} order by change_seq`,
    );
    await database.query(`delete from deltad.${quoteIdentifier(`change_${source}`)}`);
    return rows.map(({ image }) => image);
  }

  for (const [source, table] of [
    ["$Stays_0", stays],
    ["$Stays_1", parts],
  ] as const) {
    it(`are captured: ${source === "$Stays_0" ? "a table" : "a tree of partitions, one of which came later"}`, async () => {
      const named = `${schema}.${table}`;
      await database.query(`insert into ${named} values (1, 2, 'n', 's'), (2, 12, 'n', 's')`);
      assert.deepEqual((await images(source)).toSorted(), ["1 1 2 n s", "1 2 12 n s"]);
      await database.query(`update ${named} set ${note} = 'm' where ${id} = 1`);
      assert.deepEqual(await images(source), ["-1 1 2 n s", "1 1 2 m s"]);
      await database.query(`delete from ${named}`);
      assert.deepEqual((await images(source)).toSorted(), ["-1 1 2 m s", "-1 2 12 n s"]);
      await database.query(`delete from deltad.reset; truncate ${named}`);
      assert.deepEqual(await database.query("select distinct source from deltad.reset"), [{ source }]);
    });
  }

  it("have nothing found wrong about them, are compared, and need no second apply", async () => {
    assert.deepEqual(await checkCapture(database, TABLES, LIMITS), []);
    const [row] = await database.query<{ print: string }>(`select ${fingerprintOf(TABLES)} as print`);
    assert.deepEqual(
      Object.keys(JSON.parse(row?.print ?? "{}") as object).toSorted(),
      ["", "owner", "$Stays_0", "$Stays_1"].toSorted(),
    );
    await install(database, TABLES);
    assert.deepEqual(await install(database, TABLES), []);
  });
});
