import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, it } from "node:test";
import { promisify } from "node:util";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { removalStatements, removalText, uninstall } from "../../../daemon/dba/uninstall.ts";
import { applyMigrations } from "../../../daemon/database/migrate.ts";
import { migrationSession, QUIETLY, stepsFor } from "../../support/install.ts";
import { applyShop, SHOP_SCHEMA } from "../../support/shop-database.ts";
import {
  databaseOn,
  onEachMajor,
  type RunningCluster,
  startCluster,
  type TestDatabase,
} from "../../support/servers.ts";
import { STAYS, STAYS_SCHEMA } from "../../support/stays.ts";
import { TRACES, TRACES_OF_DATABASE } from "../../support/traces.ts";

const run = promisify(execFile);
const DUMP_MAJOR = await run("pg_dump", ["--version"]).then(
  ({ stdout }) => Number(/\d+/.exec(stdout)?.[0]),
  () => 0,
);

/** What the application had before deltad came. */
const BEFORE = `
  create role reporter; create role clerk login;
  grant usage on schema public to reporter;
  grant select (id, amount) on payments to reporter;
  grant insert on payments to clerk with grant option;
  alter default privileges grant select on tables to reporter;
  create function ours() returns trigger language plpgsql as 'begin return null; end';
  create trigger ours after insert on payments for each row execute function ours();
  create table orders_may partition of orders for values from ('2026-05-01') to ('2026-06-01')`;

await onEachMajor("uninstall", (major) => {
  let running: RunningCluster;

  before(async () => {
    running = await startCluster(major);
  });
  after(() => running.remove());

  async function withShop(): Promise<TestDatabase> {
    const database = await databaseOn(running.cluster);
    await database.query(SHOP_SCHEMA);
    return database;
  }

  async function remove(database: TestDatabase, force = false, tell: (line: string) => void = () => undefined) {
    const [client, observer] = [await database.client(), await database.client()];
    try {
      return await uninstall({
        session: await migrationSession(client),
        observer: await migrationSession(observer),
        force,
        ...QUIETLY,
        tell,
      });
    } finally {
      await client.end();
      await observer.end();
    }
  }

  const dump = async (database: TestDatabase): Promise<string> =>
    (await run("pg_dump", ["--schema-only", database.url])).stdout.replaceAll(/^\\(un)?restrict .*$/gm, "");

  it("leaves the schema as pg_dump sees it, the catalogs, roles and grants as they were", async (t) => {
    const database = await withShop();
    await database.query(BEFORE);
    const traces = await database.query(TRACES);
    const dumped = DUMP_MAJOR >= major ? await dump(database) : undefined;
    await applyShop(database);
    assert.notDeepEqual(await database.query(TRACES), traces);
    await database.query("insert into payments (shop_id, amount) values (1, 1)");
    await database.query("alter table payments enable row level security");
    await database.query(`do $$ begin execute format('create policy deltad_daemon on payments for select to %I using (true)',
        (select a.grantee::regrole from pg_proc, aclexplode(proacl) a where proname = 'register_reader' and a.grantee <> proowner limit 1)); end $$`);
    const removed = await remove(database);
    assert.ok(removed.length > 5);
    await database.query("alter table payments disable row level security");
    assert.deepEqual(await database.query(TRACES), traces);
    if (dumped === undefined) t.diagnostic("pg_dump is older than the server");
    else assert.equal(await dump(database), dumped);
    assert.deepEqual(await remove(database), []);
  });

  it("and what was removed can be installed again", async () => {
    const database = await withShop();
    await applyShop(database);
    await remove(database);
    assert.ok((await applyShop(database)).includes("watch"));
    await database.query("insert into payments (shop_id, amount) values (1, 1)");
    assert.equal((await database.query("select from deltad.change_payments")).length, 1);
  });

  it("needs no superuser: who has applied can remove", async () => {
    const database = await databaseOn(running.cluster);
    const role = `dba_${database.name}`;
    await database.query(`create role ${role} createrole; grant create on database ${database.name} to ${role};
        grant create on schema public to ${role}`);
    const traces = await database.query(TRACES);
    const client = await database.client();
    await client.query(`set role ${role}`);
    await client.query(STAYS_SCHEMA);
    const session = await migrationSession(client);
    await applyMigrations({ session, observer: session, steps: await stepsFor(STAYS), ...QUIETLY });
    await client.query("insert into stay (host_id) values (1)");
    await uninstall({ session, observer: session, force: false, ...QUIETLY });
    await client.query("drop table stay, host");
    assert.deepEqual(await database.query(TRACES), traces);
  });

  it("refuses while a daemon reads, names it, and does it when told; a lease that has ended is no daemon", async () => {
    const database = await withShop();
    await applyShop(database);
    await database.query(
      "insert into deltad.reader (id, cursor, application_name, backend_pid) values (gen_random_uuid(), pg_current_snapshot(), 'deltad/reader', 4711)",
    );
    await assert.rejects(remove(database), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /^Daemons read this database: deltad\/reader \(session 4711\)\. Stop them first/);
      return true;
    });
    assert.equal((await database.query("select from deltad.reader")).length, 1);
    assert.ok((await remove(database, true)).length > 0);
    await applyShop(database);
    await database.query(
      "insert into deltad.reader (id, cursor, seen_at) values (gen_random_uuid(), pg_current_snapshot(), now() - interval '61 seconds')",
    );
    assert.ok((await remove(database)).length > 0);
  });

  it("fails as a whole, and names it, where something of the application's depends on deltad's objects", async () => {
    const database = await withShop();
    await applyShop(database);
    await database.query("create view backlog as select count(*) from deltad.change_payments");
    await assert.rejects(remove(database), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /view (public\.)?backlog depends on table deltad\.change_payments/);
      return true;
    });
    await database.query("insert into payments (shop_id, amount) values (1, 1)");
    assert.deepEqual(await database.query("select * from backlog"), [{ count: "1" }]);
  });

  it("is what its plan says, which psql could run", async () => {
    const database = await withShop();
    const traces = await database.query(TRACES);
    await applyShop(database);
    const planned = await removalStatements(database);
    const text = removalText(planned);
    assert.match(text, /^drop trigger deltad_insert on public\.orders_april;$/m);
    assert.match(text, /^drop schema deltad;$/m);
    await database.query(text);
    assert.deepEqual(await database.query(TRACES), traces);
    assert.match(removalText(await removalStatements(database)), /nothing to do/);
  });

  it("waits for nobody for long, names who is in the way, and goes on when the way is free", async () => {
    const database = await withShop();
    await applyShop(database);
    const blocker = await database.client();
    await blocker.query("set application_name = 'a long report'; begin; lock table payments in access share mode");
    const told: string[] = [];
    const removed = remove(database, false, (line) => {
      told.push(line);
      if (/try 1 of/.test(line)) void blocker.query("commit");
    });
    assert.ok((await removed).length > 0);
    assert.match(
      told.join("\n"),
      /waiting for session \d+ \(role postgres, application a long report, idle in transaction/,
    );
  });

  it("refuses a database that a newer deltad has migrated", async () => {
    const database = await withShop();
    await applyShop(database);
    await database.query("insert into deltad.migration values ('999999_from_the_future', 'x')");
    await assert.rejects(remove(database), /newer deltad .*\[database_newer\]/);
  });

  it("leaves another database of the server as it is", async () => {
    const [first, second] = [await withShop(), await withShop()];
    await applyShop(first);
    await applyShop(second);
    const traces = await second.query(TRACES_OF_DATABASE);
    await remove(first);
    assert.deepEqual(await second.query(TRACES_OF_DATABASE), traces);
    assert.deepEqual(await applyShop(second), []);
  });
});
