import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { before, it } from "node:test";
import { promisify } from "node:util";
import { applyMigrations, findPending, readApplied } from "../../../daemon/database/migrate.ts";
import { migrationScript, scripted, scriptedFor } from "../../../daemon/database/migration-script.ts";
import { readMigrations } from "../../../daemon/database/sql-file.ts";
import type { MigrationStep } from "../../../daemon/database/migration-step.ts";
import { ConfigError, FatalError } from "../../../daemon/config/errors.ts";
import { install, LIMITS, migrationSession, QUIETLY, stepsFor } from "../../support/install.ts";
import { eventually } from "../../support/real-time.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

const run = promisify(execFile);
const PSQL = await run("psql", ["--version"]).then(
  () => true,
  () => false,
);
const DUMP_MAJOR = await run("pg_dump", ["--version"]).then(
  ({ stdout }) => Number(/\d+/.exec(stdout)?.[0]),
  () => 0,
);

const STEPS = [...(await readMigrations()).map(({ name }) => name), "sql", "watch", "rights"];

await onEachServer("migrate", (server) => {
  let steps: MigrationStep[];

  before(async () => {
    steps = await stepsFor(STAYS);
  });

  async function withTables(): Promise<TestDatabase> {
    const database = await server.createDatabase();
    await database.query(STAYS_SCHEMA);
    return database;
  }

  async function apply(database: TestDatabase, tell: (line: string) => void = () => undefined): Promise<string[]> {
    const client = await database.client();
    const observer = await database.client();
    try {
      return await applyMigrations({
        session: await migrationSession(client),
        observer: await migrationSession(observer),
        steps,
        ...QUIETLY,
        tell,
      });
    } finally {
      await client.end();
      await observer.end();
    }
  }

  it("applies all steps once, in order, and has nothing to do afterwards", async () => {
    const database = await withTables();
    assert.deepEqual(await apply(database), STEPS);
    assert.deepEqual((await readApplied(database)).map((row) => row.name).toSorted(), STEPS.toSorted());
    assert.deepEqual(await apply(database), []);
    assert.deepEqual(await findPending(database, steps), { steps: [], faults: [] });
  });

  it("twenty at once all succeed, and one of them does the work", async () => {
    const database = await withTables();
    const applied = await Promise.all(Array.from({ length: 20 }, () => apply(database)));
    assert.deepEqual(applied.flat(), STEPS);
  });

  it("waits for a migration that is under way before it does anything", async () => {
    const database = await withTables();
    await apply(database);
    await database.query("delete from deltad.migration where name = 'rights'");
    const other = await database.client();
    await other.query("begin; lock table deltad.migration in share row exclusive mode");
    const released = async (): Promise<void> => {
      await eventually(
        "it to wait for the lock of a whole migration",
        async () =>
          (
            await database.query(
              "select from pg_locks where relation = 'deltad.migration'::regclass and mode = 'ShareRowExclusiveLock' and not granted",
            )
          ).length === 1,
      );
      await other.query("commit");
    };
    const [applied] = await Promise.all([apply(database), released()]);
    assert.deepEqual(applied, ["rights"]);
  });

  it("two databases of one server at once are applied to without an error", async () => {
    await Promise.all(
      (await Promise.all([withTables(), withTables(), withTables()])).map((database) => apply(database)),
    );
  });

  it("needs no superuser: the tables' owner, CREATEROLE and CREATE on the database are enough", async () => {
    const database = await server.createDatabase();
    const role = `dba_${database.name}`;
    await database.query(`create role ${role} createrole; grant create on database ${database.name} to ${role};
      grant create on schema public to ${role}`);
    const client = await database.client();
    await client.query(`set role ${role}`);
    await client.query(STAYS_SCHEMA);
    const session = await migrationSession(client);
    await applyMigrations({ session, observer: session, steps, ...QUIETLY });
    await client.query("insert into stay (host_id) values (1)");
    assert.equal((await database.query("select from deltad.change_stays")).length, 1);
  });

  it("takes no lock on a watched table when it is run again", async () => {
    const database = await withTables();
    await install(database, STAYS);
    const client = await database.client();
    const session = await migrationSession(client);
    await session.script("begin");
    for (const step of steps) if (step.kind !== "once") await session.script((await scriptedFor(session, step)).text);
    const locks = await session.query(`select relation::regclass::text, mode from pg_locks
       where pid = pg_backend_pid() and mode not in ('AccessShareLock', 'RowExclusiveLock') and locktype = 'relation'
         and relation in ('stay'::regclass, 'host'::regclass, 'deltad.change_stays'::regclass, 'deltad.change_owner'::regclass)`);
    await session.script("rollback");
    assert.deepEqual(locks, []);
  });

  it("is all or nothing", async () => {
    const database = await withTables();
    await database.query("drop table stay");
    await assert.rejects(apply(database), (error) => {
      assert.ok(error instanceof FatalError);
      assert.match(error.message, /^watch, line \d+: relation "public.stay" does not exist$/);
      return true;
    });
    assert.deepEqual(await database.query("select from pg_namespace where nspname = 'deltad'"), []);
  });

  it("names who is in the way, lets writers pass, and goes on when the way is free", async () => {
    const database = await withTables();
    const blocker = await database.client();
    await blocker.query("set application_name = 'a long report'; begin; lock table stay in row exclusive mode");
    const told: string[] = [];
    const applied = apply(database, (line) => {
      told.push(line);
      if (line.startsWith("waiting")) void blocker.query("commit");
    });
    assert.deepEqual(await applied, STEPS);
    const waiting = told.find((line) => line.startsWith("waiting"));
    assert.match(waiting ?? "", /session \d+ \(role postgres, application a long report, idle in transaction/);
  });

  it("gives up after ten tries with the blocker's name, and leaves nothing half done", async () => {
    const database = await withTables();
    const blocker = await database.client();
    await blocker.query("begin; lock table stay in row exclusive mode");
    const client = await database.client();
    const session = await migrationSession(client);
    // The wait itself is PostgreSQL's, shortened here.
    const impatient = { ...session, script: (text: string) => session.script(text.replace("'800ms'", "'20ms'")) };
    await assert.rejects(
      applyMigrations({ session: impatient, observer: await migrationSession(blocker), steps, ...QUIETLY }),
      (error) => {
        assert.ok(error instanceof FatalError);
        assert.match(error.message, /in use by .*End its transaction, or try again later/);
        return true;
      },
    );
    await blocker.query("rollback");
    assert.deepEqual(await readApplied(database), []);
  });

  it("L12 An old binary refuses a newer schema", async () => {
    const database = await withTables();
    await apply(database);
    await database.query("insert into deltad.migration values ('000002_from_the_future', 'x')");
    await assert.rejects(apply(database), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /newer deltad \(migration 000002_from_the_future\): install that version/);
      return true;
    });
    await assert.rejects(findPending(database, steps), ConfigError);
  });

  it("refuses a migration that was changed after it had been applied, and applies changed functions again", async () => {
    const database = await withTables();
    await apply(database);
    await database.query("update deltad.migration set checksum = 'other' where name in ('sql', 'watch')");
    assert.deepEqual(await apply(database), ["sql", "watch", "rights"]);
    await database.query("update deltad.migration set checksum = 'other' where name = '000001_deltad'");
    await assert.rejects(apply(database), /migrations\/000001_deltad.sql is not the text that was applied/);
  });

  it("`migrate plan | psql` gives the same database as `migrate apply`", {
    skip: !PSQL && "psql is not installed",
  }, async (test) => {
    const [applied, planned] = [await withTables(), await withTables()];
    await apply(applied);
    const psql = run("psql", ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", planned.url]);
    psql.child.stdin?.end(migrationScript(steps.map(scripted)));
    const { stdout, stderr } = await psql;
    assert.equal(stdout + stderr, "");

    const bookkeeping = "select name, checksum from deltad.migration order by name";
    assert.deepEqual(await planned.query(bookkeeping), await applied.query(bookkeeping));
    assert.deepEqual(await findPending(planned, steps), { steps: [], faults: [] });
    if (DUMP_MAJOR < server.major) return test.diagnostic("schemas not compared: pg_dump is older than the server");
    const dump = async (database: TestDatabase): Promise<string> =>
      (await run("pg_dump", ["--schema-only", database.url])).stdout
        .replaceAll(/^\\(un)?restrict .*$/gm, "")
        // Each database has roles of its own.
        .replaceAll(database.name, "DATABASE");
    const schema = await dump(applied);
    assert.match(schema, /CREATE TRIGGER deltad_insert/);
    assert.equal(await dump(planned), schema);
    return undefined;
  });

  it("a plan made without a database refuses one in which a table is partitioned, and says how to make the right one", async () => {
    const database = await server.createDatabase();
    await database.query(STAYS_SCHEMA.replace(/create table stay .*;/, ""));
    await database.query(
      "create table stay (id int, host_id int, state text, amount numeric) partition by list (host_id)",
    );
    await assert.rejects(database.query(migrationScript(steps.map(scripted))), {
      message: "public.stay is partitioned, and this plan was made without a database",
      hint: "Set DATABASE_URL and run deltad migrate plan again: it then sees the partitions.",
    });
    await database.query("rollback");
    await database.query("create table stay_of_one partition of stay for values in (1)");
    assert.deepEqual(await apply(database), STEPS);
    assert.deepEqual((await findPending(database, steps)).steps, []);
  });

  it("plans only what is pending", async () => {
    const database = await withTables();
    await install(database, STAYS);
    const changed = await stepsFor(STAYS, { ...LIMITS, bulkRows: 10 });
    assert.deepEqual(
      (await findPending(database, changed)).steps.map((step) => step.name),
      ["watch", "rights"],
    );
    assert.match(migrationScript([]), /^-- .*nothing to do/);
  });
});
