/** What a plan says of the locks of its statements is what `pg_locks` shows while each of them runs. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { readCaptureState } from "../../../daemon/capture/capture-state.ts";
import { planWatch } from "../../../daemon/capture/watch-plan.ts";
import { watchStep } from "../../../daemon/capture/watch-sql.ts";
import { migrationScript, scriptedFor } from "../../../daemon/database/migration-script.ts";
import { EVERY_ROW, type WatchedTable } from "../../../daemon/plan/watched-table.ts";
import { columns, install, LIMITS } from "../../support/install.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { lintPlan, missingSquawk } from "../../support/squawk.ts";

const missing = await missingSquawk();

const SCHEMA = `
  create table host (id int primary key, zone varchar(40) not null default 'UTC');
  create table stay (id int primary key, host_id int, state varchar(20), amount numeric(12,2), note text);
  create table month (id int, host_id int, state text) partition by range (host_id);
  create table month_low partition of month for values from (0) to (100);
  create table month_high partition of month for values from (100) to (200) partition by list (state);
  create table month_rest partition of month_high default;`;

const HOSTS: WatchedTable = {
  source: "owner",
  schema: "public",
  table: "host",
  columns: columns("id bigint", "zone text"),
  key: "id",
  owner: "id",
};
const STAYS: WatchedTable = {
  source: "stays",
  schema: "public",
  table: "stay",
  columns: columns("id bigint", "host_id bigint", "state text"),
  key: "id",
  owner: "host_id",
};
const MONTHS: WatchedTable = {
  ...STAYS,
  source: "months",
  table: "month",
  columns: columns("id bigint", "host_id bigint"),
};

const LOCKS = `
  select upper(regexp_replace(regexp_replace(mode, 'Lock$', ''), '(?<!^)([A-Z])', ' \\1', 'g')) as mode, format('%I.%I', n.nspname, c.relname) as name
    from pg_locks l join pg_class c on c.oid = l.relation join pg_namespace n on n.oid = c.relnamespace
   where l.pid = pg_backend_pid() and l.locktype = 'relation' and n.nspname = 'public' and c.relkind in ('r', 'p')`;

/** From weak to strong. */
const MODES = ["ACCESS SHARE", "SHARE ROW EXCLUSIVE", "ACCESS EXCLUSIVE"];

await onEachServer("a plan", (server) => {
  /** Runs what the database lacks, one statement in a transaction; gives the modes of the locks that were seen. */
  async function applyOneByOne(database: TestDatabase, tables: readonly WatchedTable[]): Promise<Set<string>> {
    const client = await database.client();
    await client.query("set search_path = pg_catalog, pg_temp");
    const modes = new Set<string>();
    for (const { sql, lock } of planWatch(tables, LIMITS, await readCaptureState(database, tables))) {
      await client.query("begin");
      await client.query(sql);
      const { rows } = await client.query<{ mode: string; name: string }>(LOCKS);
      const strongest = new Map<string, string>();
      for (const { mode, name } of rows)
        if (MODES.indexOf(mode) >= MODES.indexOf(strongest.get(name) ?? "")) strongest.set(name, mode);
      const said = new Map(lock?.tables.map((name) => [name, lock.mode]));
      assert.deepEqual(Object.fromEntries(strongest), Object.fromEntries(said), sql);
      for (const mode of strongest.values()) {
        modes.add(mode);
        await assertBlocks(database, mode, [...strongest.keys()][0] ?? "");
      }
      await client.query("commit");
    }
    assert.deepEqual(planWatch(tables, LIMITS, await readCaptureState(database, tables)), []);
    await client.end();
    return modes;
  }

  /** Readers wait for ACCESS EXCLUSIVE alone, writers not for ACCESS SHARE. */
  async function assertBlocks(database: TestDatabase, mode: string, table: string): Promise<void> {
    const other = await database.client();
    await other.query("set lock_timeout = '20ms'");
    const passes = async (statement: string): Promise<boolean> =>
      other.query(statement).then(
        () => true,
        () => false,
      );
    assert.equal(await passes(`select from ${table} limit 0`), mode !== "ACCESS EXCLUSIVE", `${mode} and readers`);
    assert.equal(await passes(`delete from ${table} where false`), mode === "ACCESS SHARE", `${mode} and writers`);
    await other.end();
  }

  it("names the lock of each statement, and whom it blocks: first, changed, and taken away", async () => {
    const database = await server.createDatabase();
    await database.query(SCHEMA);
    await install(database, []);
    const modes = new Set<string>();
    for (const tables of [
      [HOSTS, STAYS, MONTHS],
      [
        HOSTS,
        { ...STAYS, columns: columns("id bigint", "host_id bigint", "amount numeric") },
        { ...MONTHS, source: "renamed" },
      ],
      [HOSTS, { ...STAYS, links: ["host_id", EVERY_ROW] }, { ...MONTHS, source: "renamed", owner: "id" }],
      [HOSTS],
    ])
      for (const mode of await applyOneByOne(database, tables)) modes.add(mode);
    assert.deepEqual([...modes].toSorted(), MODES.toSorted());
  });

  it("of a database where triggers were replaced, disabled and dropped names what mends each", async () => {
    const database = await server.createDatabase();
    await database.query(SCHEMA);
    const tables = [HOSTS, STAYS, MONTHS];
    await install(database, tables);
    await database.query(`
      alter table stay disable trigger deltad_insert; drop trigger deltad_update on stay; alter table month_low enable trigger zz_deltad_row;
      drop trigger zz_deltad_move on month; drop view deltad.guard_stays;
      create or replace function deltad.capture_delete_stays() returns trigger language plpgsql as 'begin return null; end';
      create table month_far partition of month for values from (200) to (300)`);
    const plan = planWatch(tables, LIMITS, await readCaptureState(database, tables)).map(
      ({ sql }) => sql.split("\n")[0],
    );
    assert.deepEqual(plan, [
      "lock table only public.stay in share row exclusive mode",
      "create or replace function deltad.capture_delete_stays() returns trigger",
      "create view deltad.guard_stays as select id, host_id, state from public.stay",
      "create or replace trigger deltad_update after update on public.stay",
      "alter table only public.stay",
      ...["insert", "update", "delete", "truncate"].map(
        (operation) => `create or replace trigger deltad_${operation} after ${operation} on public.month_far`,
      ),
      "create trigger zz_deltad_move before update on public.month",
      ...["month", "month_far", "month_high", "month_low", "month_rest"].map(
        (name) => `alter table only public.${name}`,
      ),
    ]);
    if (missing === false) {
      const text = migrationScript([await scriptedFor(database, watchStep(tables, LIMITS))]);
      assert.match(text, /create or replace trigger deltad_insert after insert on public.month_far/);
      assert.equal(await lintPlan(text), "");
    }
    await applyOneByOne(database, tables);
    assert.deepEqual(await install(database, tables), ["rights"]);
  });
});
