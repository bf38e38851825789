/** What deltad's objects let others do: nothing but what they are for. */
import assert from "node:assert/strict";
import { before, it } from "node:test";
import { captureFunctions } from "../../../daemon/capture/capture-function.ts";
import { checkCapture } from "../../../daemon/capture/check.ts";
import type { WatchedTable } from "../../../daemon/plan/watched-table.ts";
import { quoteIdentifier } from "../../../daemon/database/identifier.ts";
import { packageVersion } from "../../../daemon/database/sql-file.ts";
import { Session } from "../../../daemon/database/session.ts";
import { daemonRole, install, LIMITS } from "../../support/install.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { IMAGES, STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

const version = await packageVersion();

await onEachServer("trust", (server) => {
  let database: TestDatabase;
  /** A role with no rights but those the test gives; roles are the whole server's. */
  let app: string;

  before(async () => {
    database = await server.createDatabase();
    app = `app_${database.name}`;
    await database.query(STAYS_SCHEMA);
    await install(database, STAYS);
    await database.query(`create role ${app}; create schema own authorization ${app}`);
  });

  async function asRole(role: string, statements: string): Promise<void> {
    const client = await database.client();
    await client.query(`set role ${role}`);
    try {
      await client.query(statements);
    } finally {
      await client.end();
    }
  }

  it("an application role that may only insert writes, and its rows are captured", async () => {
    await database.query(`grant insert on stay to ${app}`);
    await asRole(app, "insert into stay (id, host_id, state) values (1, 1, 'by app')");
    const images = await database.query<{ image: string }>(IMAGES);
    assert.deepEqual(
      images.map((row) => row.image),
      ["1 1 1 by app"],
    );
  });

  it("row-level security of the writer does not filter what is captured", async () => {
    await database.query(`grant select, update on stay to ${app}; alter table stay enable row level security;
      alter table stay force row level security; create policy all_rows on stay to ${app} using (true)`);
    await database.query("delete from deltad.change_stays");
    await asRole(app, "update stay set state = 'seen'");
    await database.query("alter table stay no force row level security; alter table stay disable row level security");
    assert.equal((await database.query(IMAGES)).length, 2);
  });

  it("nothing is granted to PUBLIC", async () => {
    const granted = await database.query(`
      select c.relname as name, a.privilege_type from pg_class c, aclexplode(c.relacl) a
       where c.relnamespace = 'deltad'::regnamespace and a.grantee = 0
      union all
      select p.proname, a.privilege_type from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
       where p.pronamespace = 'deltad'::regnamespace and a.grantee = 0
      union all
      select n.nspname, a.privilege_type from pg_namespace n, aclexplode(n.nspacl) a where n.nspname = 'deltad' and a.grantee = 0`);
    assert.deepEqual(granted, []);
  });

  it("every object belongs to a role of this database, who cannot log in", async () => {
    const capture = `deltad_capture_${database.name}`;
    const others = await database.query(
      `
      select oid::regclass::text from pg_class where relnamespace = 'deltad'::regnamespace and relowner <> $1::text::regrole
      union all
      select oid::regprocedure::text from pg_proc where pronamespace = 'deltad'::regnamespace and proowner <> $1::text::regrole
      union all
      select nspname from pg_namespace where nspname = 'deltad' and nspowner <> $1::text::regrole
      union all
      select rolname from pg_roles where rolname in ($1::text, $2::text) and (rolcanlogin or rolsuper)`,
      [capture, `deltad_daemon_${database.name}`],
    );
    assert.deepEqual(others, []);
  });

  it("every object says of which version it is, and those of a source what they are for", async () => {
    const comments = await database.query<{ called: string; comment: string | null }>(`
      select oid::regclass::text as called, obj_description(oid, 'pg_class') as comment from pg_class
       where relnamespace = 'deltad'::regnamespace and relkind in ('r', 'v') or oid = 'deltad.change_seq'::regclass
      union all
      select proname, obj_description(oid, 'pg_proc') from pg_proc where pronamespace = 'deltad'::regnamespace
      union all
      select nspname, obj_description(oid, 'pg_namespace') from pg_namespace where nspname = 'deltad'`);
    assert.deepEqual(
      comments.filter(({ comment }) => comment?.startsWith(`deltad ${version}`) !== true),
      [],
    );
    const of = (called: string): unknown => comments.find((row) => row.called === called)?.comment;
    assert.equal(of("deltad.change_stays"), `deltad ${version}: changes of public.stay`);
    assert.equal(of("capture_insert_stays"), `deltad ${version}: captures public.stay`);
  });

  it("every function that runs as its owner has a fixed search path, but those of the triggers, in which everything is qualified", async () => {
    const loose = await database.query<{ name: string }>(`select proname as name from pg_proc
      where pronamespace = 'deltad'::regnamespace and prosecdef
        and not 'search_path=pg_catalog, pg_temp' = any (coalesce(proconfig, '{}')) order by 1`);
    const ofTriggers = STAYS.flatMap((table) => [...captureFunctions(table, LIMITS).keys()]);
    assert.deepEqual(
      loose.map(({ name }) => name),
      ofTriggers.toSorted(),
    );
  });

  it("the daemon may read captured columns, changes, leases and migrations, and write none of them", async () => {
    const rights = await database.query<{ right: string }>(
      `
      select format('%s %s', a.privilege_type, c.oid::regclass) as right
        from pg_class c, aclexplode(c.relacl) a where a.grantee = $1::text::regrole
      union all
      select format('%s %s.%s', a.privilege_type, t.attrelid::regclass, t.attname)
        from pg_attribute t, aclexplode(t.attacl) a where a.grantee = $1::text::regrole
      union all
      select format('%s %s', a.privilege_type, p.proname)
        from pg_proc p, aclexplode(p.proacl) a where a.grantee = $1::text::regrole
      order by 1`,
      [await daemonRole(database)],
    );
    assert.deepEqual(
      rights.map((row) => row.right),
      [
        "EXECUTE armed_triggers",
        "EXECUTE day_start",
        "EXECUTE expire_revocations",
        "EXECUTE fingerprint",
        "EXECUTE heartbeat",
        "EXECUTE incarnation",
        "EXECUTE is_original",
        "EXECUTE partition_key",
        "EXECUTE prune",
        "EXECUTE register_reader",
        "EXECUTE release_reader",
        "EXECUTE return_capture",
        "EXECUTE switched_on",
        "SELECT deltad.change_owner",
        "SELECT deltad.change_stays",
        "SELECT deltad.floor",
        "SELECT deltad.install",
        "SELECT deltad.migration",
        "SELECT deltad.reader",
        "SELECT deltad.reset",
        "SELECT deltad.revocation",
        "SELECT deltad.source",
        "SELECT deltad.status",
        "SELECT host.id",
        "SELECT host.zone",
        "SELECT stay.amount",
        "SELECT stay.host_id",
        "SELECT stay.id",
        "SELECT stay.state",
      ],
    );
  });

  it("an application role can call nothing of deltad's and read none of its tables", async () => {
    for (const statement of [
      "select deltad.prune(1)",
      "select deltad.register_reader(gen_random_uuid())",
      "select * from deltad.change_stays",
      "insert into deltad.reset (source) values ('stays')",
      "call deltad.unwatch_others('{}')",
      "create trigger forged after insert on own.stay referencing new table as new_rows for each statement execute function deltad.capture_insert_stays()",
    ]) {
      await asRole(app, "create table if not exists own.stay (id int, host_id int, state text, amount numeric)");
      await assert.rejects(asRole(app, statement), /permission denied/, statement);
    }
  });

  it("a capture function on a table that it was not made for records nothing", async () => {
    await database.query(
      `grant usage on schema deltad to ${app}; grant execute on function deltad.capture_insert_stays(), deltad.capture_truncate_stays(), deltad.row_stays() to ${app}`,
    );
    await asRole(
      app,
      `
      create table if not exists own.stay (id int, host_id int, state text, amount numeric);
      create table own.partitioned (id int, host_id int, state text, amount numeric) partition by list (id);
      create table own.partition partition of own.partitioned default;
      create trigger forged after insert on own.stay
        referencing new table as new_rows for each statement execute function deltad.capture_insert_stays();
      create trigger forged_truncate after truncate on own.stay for each statement execute function deltad.capture_truncate_stays();
      create trigger forged_move before update on own.stay for each row execute function deltad.row_stays();
      create trigger forged_row after insert or update or delete on own.stay for each row execute function deltad.row_stays();
      create trigger forged after insert on own.partition
        referencing new table as new_rows for each statement execute function deltad.capture_insert_stays()`,
    );
    await database.query(`revoke usage on schema deltad from ${app}; revoke execute on function deltad.capture_insert_stays(), deltad.capture_truncate_stays() from ${app};
      delete from deltad.change_stays; delete from deltad.reset`);

    await asRole(
      app,
      `insert into own.stay values (1, 1, 'forged', 1000); insert into own.partition values (1, 1, 'forged', 1000);
      update own.stay set host_id = 2; truncate own.stay`,
    );

    const [row] = await database.query<{ rows: number }>(
      "select ((select count(*) from deltad.change_stays) + (select count(*) from deltad.reset))::int as rows",
    );
    assert.equal(row?.rows, 0);
  });

  it("names of any kind are watched as they are", async () => {
    const hostile = [
      '"a"".b"',
      "x'; drop table host; --",
      "línea ñ 你好",
      "Mixed Case",
      "order",
      "new\nline",
      "back\\slash $$ $body1$",
      "a".repeat(63),
    ];
    const own = await server.createDatabase();
    const watched = hostile.map((name, index): WatchedTable => {
      const [table = "", owner = "", text = ""] = [1, 2, 3].map((offset) => hostile[(index + offset) % hostile.length]);
      return {
        source: name.length > 46 ? "a".repeat(46) : name,
        schema: name,
        table,
        columns: [
          { name: owner, type: "bigint" },
          { name: text, type: "text" },
        ],
        key: text,
        owner,
      };
    });
    const named = ({ schema, table, columns }: WatchedTable): string[] =>
      [schema, table, ...columns.map((column) => column.name)].map(quoteIdentifier);
    for (const table of watched) {
      const [schema, name, owner, text] = named(table);
      await own.query(`create schema ${schema}; create table ${schema}.${name} (${owner} int, ${text} varchar(9))`);
    }
    await install(own, watched);
    assert.deepEqual(await checkCapture(own, watched, LIMITS), []);
    for (const table of watched) {
      const [schema, name, owner, text] = named(table);
      await own.query(`insert into ${schema}.${name} values (1, 'one'); truncate ${schema}.${name}`);
      const change = quoteIdentifier(`change_${table.source}`);
      const rows = await own.query(`select ${owner}::int as owner, ${text} as text from deltad.${change}`);
      assert.deepEqual(rows, [{ owner: 1, text: "one" }], table.schema);
    }
    const resets = await own.query<{ source: string }>("select distinct source from deltad.reset where owner is null");
    assert.deepEqual(resets.map((row) => row.source).toSorted(), watched.map((table) => table.source).toSorted());
  });

  it("functions planted in a schema that others may write to are called neither by the daemon nor by a migration", async (t) => {
    const planted = await server.createDatabase();
    await planted.query(STAYS_SCHEMA);
    // They fit calls of PostgreSQL's own functions better, which take any type.
    for (const call of [
      "concat_ws(text, numeric)",
      "format(text, name)",
      "format(text, text, text)",
      "has_schema_privilege(text, oid, text)",
    ])
      await planted.query(
        `create function public.${call} returns text language plpgsql as $$ begin raise 'planted'; end $$`,
      );
    await install(planted, STAYS);
    const session = await Session.open({ url: planted.url, role: "test", statementTimeoutMs: 5_000 });
    t.after(() => session.close());
    assert.deepEqual(await checkCapture(session, STAYS, LIMITS), []);
    assert.deepEqual(await session.query("select concat_ws(' ', 7::numeric) as m"), [{ m: "7" }]);
  });
});
