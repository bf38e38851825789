/** What migration tools do with exported files: each in a transaction of its own, with the tool's bookkeeping in the same one. */
import assert from "node:assert/strict";
import { before, it } from "node:test";
import { scripted } from "../../../daemon/database/migration-script.ts";
import { exportFiles } from "../../../daemon/dba/export.ts";
import { findPending } from "../../../daemon/database/migrate.ts";
import type { MigrationStep } from "../../../daemon/database/migration-step.ts";
import { stepsFor } from "../../support/install.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

await onEachServer("an exported migration", (server) => {
  let steps: MigrationStep[];

  before(async () => {
    steps = await stepsFor(STAYS);
  });

  async function withTables(): Promise<TestDatabase> {
    const database = await server.createDatabase();
    await database.query(STAYS_SCHEMA);
    await database.query("create table done (migration text)");
    return database;
  }

  function texts(format: "flyway" | "graphile-migrate"): [string, string] {
    const [up, down] = exportFiles(format, { steps: steps.map(scripted), isWhole: true, at: new Date() });
    return [up?.text ?? "", down?.text ?? ""];
  }

  /** As a tool runs it; what it has set for its session must still hold for its own statement. */
  async function run(database: TestDatabase, text: string): Promise<void> {
    const client = await database.client();
    await client.query("set search_path = public; set lock_timeout = '7s'");
    await client.query("begin");
    try {
      await client.query(text);
      await client.query("insert into done values ('deltad')");
      const { rows } = await client.query(
        "select current_setting('search_path') as path, current_setting('lock_timeout') as wait",
      );
      assert.deepEqual(rows, [{ path: "public", wait: "7s" }]);
      await client.query("commit");
    } finally {
      await client.end();
    }
  }

  it("makes what apply makes, in the transaction of the tool, and its down takes it away", async () => {
    const database = await withTables();
    const [up, down] = texts("flyway");
    await run(database, up);
    assert.deepEqual(await findPending(database, steps), { steps: [], faults: [] });
    await database.query("insert into stay (host_id) values (1)");
    assert.equal((await database.query("select from deltad.change_stays")).length, 1);
    await run(database, down);
    assert.deepEqual(await database.query("select from pg_namespace where nspname = 'deltad'"), []);
    assert.deepEqual(await database.query("select from pg_trigger where not tgisinternal"), []);
    await run(database, down);
  });

  it("for graphile-migrate may run any number of times", async () => {
    const database = await withTables();
    const [up] = texts("graphile-migrate");
    await run(database, up);
    assert.deepEqual(await findPending(database, steps), { steps: [], faults: [] });
    const applied = await database.query("select * from deltad.migration order by name");
    await run(database, up);
    assert.deepEqual(await database.query("select * from deltad.migration order by name"), applied);
  });

  it("is not taken away while a daemon reads", async () => {
    const database = await withTables();
    const [up, down] = texts("flyway");
    await run(database, up);
    await database.query(
      "insert into deltad.reader (id, cursor, application_name, backend_pid) values (gen_random_uuid(), pg_current_snapshot(), 'deltad/reader', 4711)",
    );
    await assert.rejects(run(database, down), /daemons read this database: deltad\/reader \(session 4711\)/);
    assert.equal((await database.query("select from deltad.reader")).length, 1);
  });
});
