/** What is in a database so that clients may write, and what deltad may do to the application's tables. */
import assert from "node:assert/strict";
import { before, it } from "node:test";
import pg from "pg";
import { validateConfiguration } from "../../../daemon/capture/check-database.ts";
import { FindingsError, tellFindings } from "../../../daemon/database/findings.ts";
import { uninstall } from "../../../daemon/dba/uninstall.ts";
import { loadDefinitionFile } from "../../../daemon/define/definition-file.ts";
import { type Compiled, compileKinds } from "../../../daemon/plan/compile.ts";
import { checkWrites } from "../../../daemon/writes/check-writes.ts";
import { writeObjects } from "../../../daemon/writes/write-objects.ts";
import { writtenSets } from "../../../daemon/writes/written-set.ts";
import { BOARD_ROWS, BOARDS_CONFIG, BOARDS_SCHEMA, Operators, set, widget } from "../../support/boards.ts";
import { applyFile, daemonLogin, install, LIMITS, migrationSession, QUIETLY } from "../../support/install.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { TRACES_OF_DATABASE } from "../../support/traces.ts";

/** What roles of deltad's may do to tables that are not deltad's, beside reading. */
const MAY_CHANGE = `
  select r.rolname || ' ' || lower(p.privilege) || ' ' || c.relname || coalesce('.' || a.attname, '') as may
    from pg_roles r
    join pg_class c on c.relkind in ('r', 'p', 'v') and c.relnamespace = 'public'::regnamespace
   cross join (values ('INSERT', true), ('UPDATE', true), ('REFERENCES', true), ('DELETE', false), ('TRUNCATE', false), ('TRIGGER', false)) p(privilege, by_column)
    left join pg_attribute a on p.by_column and a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
   where r.rolname like 'deltad\\_%' || current_database()
     and case when p.by_column then has_column_privilege(r.oid, c.oid, a.attnum, p.privilege) else has_table_privilege(r.oid, c.oid, p.privilege) end
   order by 1`;

await onEachServer("what clients may write, in the database", (server) => {
  let compiled: Compiled;

  before(async () => {
    compiled = compileKinds(await loadDefinitionFile(BOARDS_CONFIG));
  });

  const withBoards = async (): Promise<TestDatabase> => {
    const database = await server.createDatabase();
    await database.query(BOARDS_SCHEMA);
    return database;
  };
  /** @param isWritten false: as for the same configuration without writes */
  const apply = async (database: TestDatabase, isWritten: boolean): Promise<string[]> =>
    install(database, compiled.tables, LIMITS, await writeObjects(isWritten ? writtenSets(compiled.channels) : []));
  const traces = async (database: TestDatabase): Promise<Set<string>> =>
    new Set((await database.query(TRACES_OF_DATABASE)).map((row) => JSON.stringify(row)));
  const mayChange = async (database: TestDatabase): Promise<readonly string[]> =>
    (await database.query<{ may: string }>(MAY_CHANGE)).map(({ may }) => may.replace(`_${database.name}`, ""));

  it("deltad writes to no table of the application that declares no writes, and of those that do to the declared columns alone", async () => {
    const database = await withBoards();
    await apply(database, false);
    assert.deepEqual(await mayChange(database), []);
    const without = await traces(database);
    await apply(database, true);
    const updated = ["metric", "price", "settings", "slot", "tags", "title", "x", "y"];
    const inserted = ["board_id", "created_by", "id", "kind", ...updated];
    const columns = (privilege: string, names: readonly string[]): string[] =>
      names.map((name) => `deltad_writer ${privilege} widgets.${name}`);
    assert.deepEqual(
      await mayChange(database),
      [
        "deltad_writer delete widgets",
        ...["author", "board_id", "body"].map((name) => `deltad_writer insert messages.${name}`),
        ...columns("insert", inserted),
        ...columns("update", updated),
      ].toSorted(),
    );
    const [superuser] = await database.query(
      "select rolsuper or rolbypassrls or rolcanlogin as much from pg_roles where rolname = $1",
      [`deltad_writer_${database.name}`],
    );
    assert.equal(superuser?.["much"], false);
    assert.deepEqual(await apply(database, true), [], "a second apply has nothing to do");
    assert.ok((await apply(database, false)).includes("watch"));
    assert.deepEqual(await mayChange(database), []);
    const left = await traces(database);
    assert.deepEqual(
      [[...left].filter((one) => !without.has(one)), [...without].filter((one) => !left.has(one))],
      [[], []],
    );
    assert.deepEqual(
      await database.query("select from pg_roles where rolname = $1", [`deltad_writer_${database.name}`]),
      [],
    );
  });

  it("uninstall leaves nothing of it, its role included", async () => {
    const database = await withBoards();
    const before = await traces(database);
    await apply(database, true);
    const client = await database.client();
    const session = await migrationSession(client);
    await uninstall({ session, observer: session, force: false, ...QUIETLY });
    const after = await traces(database);
    assert.deepEqual(
      [[...after].filter((one) => !before.has(one)), [...before].filter((one) => !after.has(one))],
      [[], []],
    );
    assert.deepEqual(
      await database.query("select rolname from pg_roles where rolname like $1", [`%${database.name}`]),
      [],
    );
  });

  it("what is lacking is found, said, and mended by the next apply", async () => {
    const database = await withBoards();
    await apply(database, true);
    const sets = writtenSets(compiled.channels);
    assert.deepEqual(await checkWrites(database, sets), []);
    const writer = `deltad_writer_${database.name}`;
    const breaks: readonly (readonly [string, RegExp])[] = [
      [
        `revoke update (title) on widgets from ${writer}`,
        /board\.rows\.widgets: its role may not update title of public\.widgets.*\[writes_lacking\]/,
      ],
      [`revoke delete on widgets from ${writer}`, /its role may not delete from public\.widgets/],
      [`revoke select (role) on board_members from ${writer}`, /its role may not select role of public\.board_members/],
      [
        `revoke execute on function deltad."write_board.messages" from deltad_daemon_${database.name}`,
        /daemons may not call deltad\."write_board\.messages"/,
      ],
      [`alter function deltad."write_board.messages" reset all`, /missing, or not as apply makes it/],
      [`alter function deltad."write_board.messages" owner to current_user`, /missing, or not as apply makes it/],
      ['drop function deltad."write_board.messages"', /missing, or not as apply makes it/],
    ];
    for (const [damage, said] of breaks) {
      await database.query(damage);
      assert.match(tellFindings(await checkWrites(database, sets)), said);
      assert.notDeepEqual(await apply(database, true), [], damage);
      assert.deepEqual(await checkWrites(database, sets), [], damage);
    }
  });

  it("a column that nobody can write, and one that an insert would lack, are refused before anything is made", async () => {
    const said = async (change: string): Promise<string> => {
      const database = await withBoards();
      await database.query(change);
      const error: unknown = await validateConfiguration(database, compiled).catch((reason: unknown) => reason);
      assert.ok(error === undefined || error instanceof FindingsError, String(error));
      return error === undefined ? "" : error.message;
    };
    assert.equal(await said("select 1"), "");
    assert.match(
      await said(
        "alter table widgets drop column price, add column price numeric(10, 2) generated always as (x * 2) stored",
      ),
      /channels\.board\.rows\.widgets\.writes: public\.widgets, column price, is generated always.*\[column_unwritable\]/,
    );
    assert.match(
      await said("alter table messages add column room text not null"),
      /writes\.insert: public\.messages, column room, must have a value and has no default.*\[column_unwritable\]/,
    );
    assert.match(
      await said("alter table board_members rename column role to part"),
      /public\.board_members has no column role.*\[column_missing\]/,
    );
    // A trigger may give it one.
    const trigger = `create function room() returns trigger language plpgsql as 'begin new.room := 1; return new; end';
      create trigger room before insert on messages for each row execute function room()`;
    assert.equal(await said(`alter table messages add column room text not null; ${trigger}`), "");
  });

  it("who applies need be no superuser; clients then write, and nobody else calls the functions", async () => {
    const database = await withBoards();
    const owner = `owner_${database.name}`;
    await database.query(
      `create role ${owner} login createrole password 'test'; grant create on database ${database.name} to ${owner}`,
    );
    await database.query(`alter schema public owner to ${owner}`);
    for (const table of ["accounts", "boards", "board_members", "widgets", "messages", "parts", "metrics_known"])
      await database.query(`alter table ${table} owner to ${owner}`);
    const url = new URL(database.url);
    url.username = owner;
    url.password = "test";
    await applyFile(url.href, BOARDS_CONFIG);
    assert.deepEqual(await applyFile(url.href, BOARDS_CONFIG), []);
    await database.query(BOARD_ROWS);
    const operators = new Operators({ daemonUrl: await daemonLogin(database), compiled });
    const asked = [
      set(1, "place", { x: 1, y: 1 }, { x: 0, y: 0 }),
      { op: "delete", rows: "widgets", key: widget(2) } as const,
    ];
    assert.deepEqual(await operators.outcomes("ana", 1, 1, asked), [{ outcome: "applied" }, { outcome: "applied" }]);
    await operators.stop();
    const [stranger] = await database.query(
      `select has_function_privilege('pg_monitor', 'deltad.begin_operation(uuid, bigint, bytea, text)', 'execute') as one,
              bool_or(has_function_privilege('pg_monitor', oid, 'execute')) as any
         from pg_proc where proname like 'write\\_%'`,
    );
    assert.deepEqual(stranger, { one: false, any: false });
    await database.query(`reassign owned by ${owner} to current_user`);
  });

  it("a copy that is adopted has a role of its own, and the original's may do nothing there", async () => {
    const database = await withBoards();
    await apply(database, true);
    const copy = `${database.name}_copy`;
    const admin = await server.createDatabase();
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [database.name]);
    await admin.query(`create database ${copy} template ${database.name}`);
    const session = new pg.Client({ connectionString: database.url.replace(database.name, copy) });
    await session.connect();
    try {
      await session.query("call deltad.adopt()");
      const { rows: owners } = await session.query(
        "select distinct pg_get_userbyid(proowner) as owner from pg_proc where pronamespace = 'deltad'::regnamespace and proname like 'write\\_%'",
      );
      assert.deepEqual(owners, [{ owner: `deltad_writer_${copy}` }]);
      const { rows: left } = await session.query(
        `select has_any_column_privilege($1, 'widgets', 'update') as before, has_any_column_privilege($2, 'widgets', 'update') as now,
                has_schema_privilege($1, 'deltad', 'usage') as use`,
        [`deltad_writer_${database.name}`, `deltad_writer_${copy}`],
      );
      assert.deepEqual(left, [{ before: false, now: true, use: false }]);
      assert.deepEqual(await checkWrites(await migrationSession(session), writtenSets(compiled.channels)), []);
    } finally {
      await session.end();
      await admin.query(`drop database ${copy}`);
    }
  });
});
