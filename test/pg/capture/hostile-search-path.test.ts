/** Whoever writes brings a search_path, and the trigger functions run with it: nothing in them is looked up there. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, beforeEach, it } from "node:test";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import { columns, install } from "../../support/install.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const HOSTILE = readFileSync(
  fileURLToPath(new URL("../../../../test/support/hostile-schema.sql", import.meta.url)),
  "utf8",
);

/** A column of each type in which images are kept. */
const COLUMNS = {
  id: ["int", "bigint"],
  host_id: ["int", "bigint"],
  state: ["varchar(20)", "text"],
  amount: ["numeric(12,2)", "numeric"],
  share: ["real", "double precision"],
  done: ["boolean", "boolean"],
  code: ["uuid", "uuid"],
  due: ["date", "date"],
  at: ["time", "time"],
  at_zone: ["timetz", "timetz"],
  local: ["timestamp", "timestamp"],
  made: ["timestamptz", "timestamptz"],
  lasts: ["interval", "interval"],
  extra: ["json", "jsonb"],
  address: ["inet", "inet"],
  tags: ["varchar(9)[]", "text[]"],
  counts: ["int[]", "bigint[]"],
} as const;

const DECLARED = Object.entries(COLUMNS).map(([name, [type]]) => `${name} ${type}`);
const CAPTURED = Object.entries(COLUMNS).map(([name, [, type]]) => ({ name, type }));
const VALUES = `1, 7, 'new', 1.50, 0.5, true, '00000000-0000-0000-0000-000000000001', '2026-01-02', '10:00', '10:00+01',
  '2026-01-02 10:00', '2026-01-02 10:00Z', '1 day', '{}', '10.0.0.1', '{a,b}', '{1,2}'`;

/** Low, so that bulk statements are reached with few rows. */
const LIMITS = { bulkRows: 5, twoPhase: true };

const TREE = columns("id bigint", "host_id bigint", "state text");

await onEachServer("a writer's search_path", (server) => {
  let database: TestDatabase;
  let writer: pg.Client;

  before(async () => {
    database = await server.createDatabase();
    await database.query(`
      create table stay (${DECLARED.join(", ")}, primary key (id));
      create table tree (id int, host_id int, state varchar(20)) partition by range (host_id);
      create table armed partition of tree for values from (1) to (100);`);
    await install(
      database,
      [
        { source: "stays", schema: "public", table: "stay", columns: CAPTURED, key: "id", owner: "host_id" },
        { source: "tree", schema: "public", table: "tree", columns: TREE, key: "id", owner: "host_id" },
      ],
      LIMITS,
    );
    await database.query("create table fresh partition of tree for values from (100) to (200)");
    await database.query(HOSTILE);
    await database.query("set timezone = 'UTC'");
    writer = await database.client();
    await writer.query(`
      create temp table new_rows (id int); create temp table old_rows (id int); create temp table reset (source text);
      create temp table change_stays (id int);
      create domain pg_temp.int8 as pg_catalog.int8 check (hostile.hijacked());
      create domain pg_temp.text as pg_catalog.text check (hostile.hijacked());
      create domain pg_temp.numeric as pg_catalog.numeric check (hostile.hijacked());
      set search_path = hostile, pg_temp, public, pg_catalog`);
  });

  beforeEach(async () => {
    await database.query(
      "truncate stay, tree; delete from deltad.change_stays; delete from deltad.change_tree; delete from deltad.reset",
    );
  });

  const kept = async (table: string): Promise<string[]> =>
    (
      await database.query<{ image: string }>(
        `select concat_ws(' ', change_weight, id, host_id, state) as image from deltad.change_${table} order by change_seq`,
      )
    ).map(({ image }) => image);
  const resets = async (): Promise<string[]> =>
    (
      await database.query<{ reset: string }>(
        "select distinct source || ' ' || coalesce(owner, 'all') as reset from deltad.reset order by 1",
      )
    ).map(({ reset }) => reset);

  it("leads a statement astray that qualifies nothing", async () => {
    for (const statement of [
      "select 1 = 1",
      "select 'a'::text",
      "select '1'::int8",
      "select length('a'::pg_catalog.text)",
      "select count(*) from public.stay",
      "select 'a'::pg_catalog.text || 'b'::pg_catalog.text",
      "select nullif(1, 2)",
      "select 1 is distinct from 2",
    ])
      await assert.rejects(writer.query(statement), /hijacked|not an aggregate/, statement);
  });

  it("has no say in what is captured of an insert, an update, a delete and a TRUNCATE", async () => {
    await writer.query(`insert into public.stay values (${VALUES})`);
    await writer.query("update public.stay set state = 'old'");
    await writer.query("delete from public.stay");
    await writer.query("truncate public.stay");
    assert.deepEqual(await kept("stays"), ["1 1 7 new", "-1 1 7 new", "1 1 7 old", "-1 1 7 old"]);
    assert.deepEqual(await resets(), ["stays all"]);
    const [row] = await database.query(
      `select distinct (to_jsonb(c) - 'change_xid' - 'change_seq' - 'change_weight' - 'state')::text as image from deltad.change_stays c`,
    );
    assert.equal(
      row?.["image"],
      `{"at": "10:00:00", "id": 1, "due": "2026-01-02", "code": "00000000-0000-0000-0000-000000000001", "done": true, "made": "2026-01-02T10:00:00+00:00", "tags": ["a", "b"], "extra": {}, "lasts": "1 day", "local": "2026-01-02T10:00:00", "share": 0.5, "amount": 1.50, "counts": [1, 2], "address": "10.0.0.1", "at_zone": "10:00:00+01", "host_id": 7}`,
    );
  });

  it("nor of bulk statements, by owners or as a whole", async () => {
    const many = "from pg_catalog.generate_series(1, 6) g";
    await writer.query(`insert into public.stay (id, host_id) select g, 7 ${many}`);
    await writer.query("update public.stay set host_id = 8");
    await writer.query("delete from public.stay");
    assert.deepEqual(await resets(), ["stays 7", "stays 8"]);
    await writer.query("insert into public.stay (id, host_id) select g, g from pg_catalog.generate_series(1, 1001) g");
    assert.ok((await resets()).includes("stays all"));
  });

  it("nor of partitions: statement triggers, row triggers, both in one statement, and rows that move", async () => {
    await writer.query("insert into public.tree values (1, 1, 'new'), (2, 150, 'new')");
    await writer.query("insert into public.fresh values (3, 151, 'new')");
    await writer.query("update public.armed set state = 'old'");
    await writer.query("delete from public.tree");
    assert.deepEqual((await kept("tree")).toSorted(), [
      "-1 1 1 new",
      "-1 1 1 old",
      "-1 2 150 new",
      "-1 3 151 new",
      "1 1 1 new",
      "1 1 1 old",
      "1 2 150 new",
      "1 3 151 new",
    ]);
    assert.deepEqual(await resets(), []);
    await writer.query("insert into public.tree values (1, 1, 'new')");
    await writer.query("update public.tree set host_id = 150");
    assert.deepEqual(await resets(), ["tree 1", "tree 150"]);
    await writer.query("insert into public.fresh select g, 150 from pg_catalog.generate_series(1, 8) g");
    assert.deepEqual(await resets(), ["tree 1", "tree 150", "tree all"]);
  });

  it("nor of whether a sleeping daemon is woken", async () => {
    const [reader, listener] = [await database.client(), await database.client()];
    const heard: string[] = [];
    listener.on("notification", ({ channel }) => heard.push(channel));
    await listener.query("listen deltad_bell");
    await reader.query("select pg_advisory_lock(1684368500, 1)");
    await writer.query(`insert into public.stay values (${VALUES})`);
    await writer.query("truncate public.stay");
    await listener.query("select 1");
    assert.deepEqual(heard, ["deltad_bell", "deltad_bell"]);
    await reader.query("select pg_advisory_unlock_all()");
  });
});
