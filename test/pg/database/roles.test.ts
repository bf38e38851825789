/** The roles of one database's deltad mean nothing in another, whatever the databases are called and whoever made which role. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import pg from "pg";
import { tellFindings } from "../../../daemon/database/findings.ts";
import { checkCapture } from "../../../daemon/capture/check.ts";
import { readDaemonRole } from "../../../daemon/database/daemon-role.ts";
import { quoteIdentifier } from "../../../daemon/database/identifier.ts";
import { applyMigrations } from "../../../daemon/database/migrate.ts";
import { LIMITS, migrationSession, QUIETLY, stepsFor } from "../../support/install.ts";
import { onEachMajor, type RunningCluster, startCluster } from "../../support/servers.ts";
import { STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

/** Every privilege on every object of schema deltad, and the schema itself; $1: who must have none. */
const PRIVILEGES = `
  select n.nspname::text as object, p as privilege
    from pg_namespace n, unnest(array['usage', 'create']) p
   where n.nspname = 'deltad' and has_schema_privilege($1::text, n.oid, p)
  union all
  select c.relname, p from pg_class c, unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) p
   where c.relnamespace = 'deltad'::regnamespace and c.relkind in ('r', 'v') and has_table_privilege($1::text, c.oid, p)
  union all
  select c.relname, p from pg_class c, unnest(array['usage', 'select', 'update']) p
   where c.relnamespace = 'deltad'::regnamespace and c.relkind = 'S' and has_sequence_privilege($1::text, c.oid, p)
  union all
  select f.proname, 'execute' from pg_proc f where f.pronamespace = 'deltad'::regnamespace and has_function_privilege($1::text, f.oid, 'execute')
  union all
  select r.rolname, 'member' from pg_roles r
   where r.oid in (select nspowner from pg_namespace where nspname = 'deltad' union select to_regrole(quote_ident(daemon_role)) from deltad.install)
     and pg_has_role($1::text, r.oid, 'member')`;

await onEachMajor("roles of a database", (major) => {
  let running: RunningCluster;
  const clients: pg.Client[] = [];

  before(async () => {
    running = await startCluster(major);
    await (await connect("postgres")).query(
      "create role first login createrole password 'test'; create role second login createrole password 'test'",
    );
  });
  after(async () => {
    for (const client of clients) await client.end();
    await running.remove();
  });

  async function connect(database: string, role?: string): Promise<pg.Client> {
    const { hostname, port, username } = new URL(running.cluster.url("postgres"));
    const user = role ?? username;
    const client = new pg.Client({ host: hostname, port: Number(port), user, password: "test", database });
    await client.connect();
    clients.push(client);
    return client;
  }

  /** A database with watched tables; who owns it applies. */
  async function installed(database: string, owner?: string): Promise<pg.Client> {
    const superuser = await connect("postgres");
    await superuser.query(
      `create database ${quoteIdentifier(database)} template template0${owner ? ` owner ${owner}` : ""}`,
    );
    const client = await connect(database, owner);
    await client.query(STAYS_SCHEMA);
    await apply(client);
    return client;
  }

  async function apply(client: pg.Client): Promise<{ applied: string[]; told: string[] }> {
    const session = await migrationSession(client);
    const told: string[] = [];
    const steps = await stepsFor(STAYS);
    const tell = (line: string): number => told.push(line);
    return { applied: await applyMigrations({ session, observer: session, steps, ...QUIETLY, tell }), told };
  }

  const rolesOf = async (client: pg.Client): Promise<{ capture: string; daemon: string }> => {
    const { rows } = await client.query<{ capture: string; daemon: string }>(
      "select pg_get_userbyid(nspowner) as capture, daemon_role as daemon from pg_namespace, deltad.install where nspname = 'deltad'",
    );
    assert.equal(await readDaemonRole(await migrationSession(client)), rows[0]?.daemon);
    return rows[0] ?? assert.fail();
  };
  const privileges = async (client: pg.Client, role: string): Promise<unknown[]> =>
    (await client.query<{ object: string }>(PRIVILEGES, [role])).rows;

  it("the owner of a second database, with CREATEROLE, can do nothing in the first one's schema", async () => {
    const one = await installed("one", "first");
    const two = await installed("two", "second");
    const superuser = await connect("one");
    assert.deepEqual(await privileges(superuser, "second"), []);
    for (const role of Object.values(await rolesOf(two))) assert.deepEqual(await privileges(superuser, role), []);
    assert.ok((await privileges(superuser, "first")).length > 50, "the matrix sees rights");
    const intruder = await connect("one", "second");
    await assert.rejects(intruder.query("drop table deltad.change_stays"), /permission denied|must be owner/);
    assert.deepEqual(await rolesOf(one), { capture: "deltad_capture_one", daemon: "deltad_daemon_one" });
  });

  it("databases of any name have roles of their own", async () => {
    const names = [
      `a"b'; drop role postgres; --`,
      "line\nfeed $$ \\",
      "Mixed Case",
      `ñ${"é".repeat(30)}x`,
      `ñ${"é".repeat(30)}y`,
      "x".repeat(48),
      "x".repeat(49),
      "x".repeat(63),
    ];
    const seen = new Set<string>();
    for (const database of names) {
      const client = await installed(database);
      assert.deepEqual(await checkCapture(await migrationSession(client), STAYS, LIMITS), []);
      for (const role of Object.values(await rolesOf(client))) {
        assert.ok(Buffer.byteLength(role) <= 63 && !seen.has(role), role);
        seen.add(role);
      }
      assert.deepEqual((await apply(client)).applied, []);
    }
  });

  it("a role that somebody else made in advance, to be let in, is not used", async () => {
    const second = await connect("two", "second");
    await second.query("create role deltad_capture_three; create role deltad_daemon_three; create role accomplice");
    await second.query("grant deltad_capture_three, deltad_daemon_three to accomplice");
    const three = await installed("three", "first");
    const { rows } = await three.query<{ oid: string }>("select oid::text from pg_database where datname = 'three'");
    const oid = rows[0]?.oid;
    assert.deepEqual(await rolesOf(three), {
      capture: `deltad_capture_three_${oid}`,
      daemon: `deltad_daemon_three_${oid}`,
    });
    for (const role of ["second", "accomplice"]) assert.deepEqual(await privileges(three, role), []);
  });

  it("a renamed database keeps its roles, and one that takes its name gets others", async () => {
    const superuser = await connect("postgres");
    const four = await installed("four");
    const roles = await rolesOf(four);
    await four.end();
    clients.splice(clients.indexOf(four), 1);
    await superuser.query("alter database four rename to former");
    const former = await connect("former");
    assert.deepEqual(await apply(former), { applied: [], told: [] });
    assert.deepEqual(await rolesOf(former), roles);
    const heir = Object.values(await rolesOf(await installed("four")));
    for (const role of heir) {
      assert.match(role, /^deltad_(capture|daemon)_four_\d+$/);
      assert.deepEqual(await privileges(former, role), []);
    }
  });

  it("an installation that uninstalls leaves roles that the next one takes", async () => {
    const five = await installed("five");
    const roles = await rolesOf(five);
    await five.query("drop schema deltad cascade");
    await apply(five);
    assert.deepEqual(await rolesOf(five), roles);
  });

  it("restored without owners, rights and roles, apply says what it mends, and the daemon has its rights", async () => {
    const six = await installed("six");
    const roles = await rolesOf(six);
    const owned = async (): Promise<unknown[]> => (await six.query<{ name: string }>(OWNERS)).rows;
    const before = await owned();
    await six.query(`reassign owned by ${roles.capture} to postgres; drop owned by ${roles.daemon}, ${roles.capture};
        drop role ${roles.daemon}, ${roles.capture}`);
    await six.query(
      "grant execute on all functions in schema deltad to public; grant usage on schema deltad to public",
    );
    assert.match(tellFindings(await checkCapture(await migrationSession(six), STAYS, LIMITS)), /may not read/);
    const { applied, told } = await apply(six);
    assert.deepEqual(applied, ["rights"]);
    assert.deepEqual(told.slice(0, 3), [
      `to be mended: The role deltad_capture_six does not exist.`,
      `to be mended: The role deltad_daemon_six does not exist.`,
      `to be mended: schema deltad belongs to postgres.`,
    ]);
    assert.match(told.join("\n"), /And \d+ more of this kind/);
    assert.deepEqual(await owned(), before);
    assert.deepEqual(await checkCapture(await migrationSession(six), STAYS, LIMITS), []);
    assert.deepEqual(await apply(six), { applied: [], told: [] });
  });
});

/** Who owns what, and who may do what. */
const OWNERS = `
  select relname as name, pg_get_userbyid(relowner) as owner, (select array_agg(a::text order by a::text) from unnest(relacl) a) as acl
    from pg_class where relnamespace = 'deltad'::regnamespace and relkind in ('r', 'v', 'S')
  union all
  select oid::regprocedure::text, pg_get_userbyid(proowner), (select array_agg(a::text order by a::text) from unnest(proacl) a)
    from pg_proc where pronamespace = 'deltad'::regnamespace
  union all
  select nspname, pg_get_userbyid(nspowner), (select array_agg(a::text order by a::text) from unnest(nspacl) a)
    from pg_namespace where nspname = 'deltad'
   order by 1`;
