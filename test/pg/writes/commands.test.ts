/** What the commands for who runs the database say where clients write. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { BOARD_ROWS, BOARDS_CONFIG, BOARDS_SCHEMA } from "../../support/boards.ts";
import { applyFile } from "../../support/install.ts";
import { ranCommand } from "../../support/recorded-shell.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

await onEachServer("commands where clients write", (server) => {
  async function run(args: string, { url }: Pick<TestDatabase, "url">, cwd = tmpdir()) {
    const environment = { DATABASE_URL: url, DELTAD_CONFIG: BOARDS_CONFIG };
    const { code, printed } = await ranCommand({ environment, cwd }, args.split(" "));
    return { code, printed: printed.join("\n") };
  }
  const withBoards = async (): Promise<TestDatabase> => {
    const database = await server.createDatabase();
    await database.query(BOARDS_SCHEMA);
    return database;
  };

  it("doctor says what is lacking, and exits with 2; deltad cost what the ledger costs, and changes nothing", async () => {
    const database = await withBoards();
    await database.query(BOARD_ROWS);
    const { ledger } = JSON.parse((await run("cost --rows 50 --json", database)).printed) as {
      ledger: { us: number; walBytes: number };
    };
    assert.ok(ledger.us > 0 && ledger.walBytes > 100, JSON.stringify(ledger));
    assert.deepEqual(await database.query("select from pg_namespace where nspname = 'deltad'"), []);
    await applyFile(database.url, BOARDS_CONFIG);
    assert.equal((await run("doctor", database)).code, 0);
    assert.match(
      (await run("cost --rows 5", database)).printed,
      /^An operation of a client costs its write, and for the ledger [\d.]+ µs and \d+ bytes of WAL\.$/m,
    );
    assert.deepEqual(await database.query("select from deltad.operation"), []);
    await database.query('drop function deltad."write_board.widgets"');
    const { code, printed } = await run("doctor", database);
    assert.equal(code, 2);
    assert.match(
      printed,
      /board\.rows\.widgets: .*"write_board\.widgets".* is missing.*\[writes_lacking\]\n +deltad migrate apply/,
    );
  });

  it("what is exported for another tool makes all of it, and takes it away", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "deltad-test-"));
    t.after(() => rm(folder, { recursive: true }));
    const database = await withBoards();
    await run("migrate export --format psql --out sql", database, folder);
    const client = await database.client();
    await client.query(await readFile(join(folder, "sql/deltad.up.sql"), "utf8"));
    assert.match((await run("migrate apply", database)).printed, /^Nothing to do/m);
    await client.query(await readFile(join(folder, "sql/deltad.down.sql"), "utf8"));
    assert.deepEqual(await database.query("select from pg_roles where rolname like $1", [`%${database.name}`]), []);
  });
});
