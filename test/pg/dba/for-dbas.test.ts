/** docs/for-dbas.md: each of its statements runs, and its table of locks is what pg_locks shows. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import type pg from "pg";
import { estimateCosts } from "../../../daemon/dba/cost.ts";
import { removalStatements } from "../../../daemon/dba/uninstall.ts";
import { lockStatement } from "../../../daemon/capture/statement.ts";
import { PREAMBLE, scriptedFor, stepScript } from "../../../daemon/database/migration-script.ts";
import { readRequirements } from "../../../daemon/cli/apply-configuration.ts";
import { ROOT } from "../../house/source-tree.ts";
import { migrationSession } from "../../support/install.ts";
import { applyShop, SHOP_CHOICES, SHOP_CONFIG, SHOP_PLAN, SHOP_SCHEMA } from "../../support/shop-database.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const PAGE = join(ROOT, "docs/for-dbas.md");
/** From the weakest to the strongest. */
const MODES = [
  "AccessShareLock",
  "RowShareLock",
  "RowExclusiveLock",
  "ShareUpdateExclusiveLock",
  "ShareLock",
  "ShareRowExclusiveLock",
  "ExclusiveLock",
  "AccessExclusiveLock",
];

type Work = (client: pg.Client, database: TestDatabase) => Promise<unknown>;

async function applySteps(client: pg.Client): Promise<void> {
  const { steps } = await readRequirements(SHOP_CONFIG);
  const { rows } = await client.query("select from pg_namespace where nspname = 'deltad'");
  await client.query(PREAMBLE);
  const session = await migrationSession(client);
  for (const step of steps)
    if (rows.length === 0 || step.kind !== "once") await client.query(stepScript(await scriptedFor(session, step)));
}

/** What is done in a transaction, on a database with deltad's objects unless it is the first `apply`. */
const WORKS: Readonly<Record<string, { readonly isFirst?: true; readonly work: Work }>> = {
  "the first `migrate apply`": { isFirst: true, work: applySteps },
  "`migrate apply` again, or of a newer version": { work: applySteps },
  "a write, with its triggers": {
    work: (client) => client.query("insert into payments (shop_id, amount) values (1, 1)"),
  },
  "a load of owners by the daemon": { work: (client) => client.query(lockStatement(SHOP_PLAN.tables)) },
  "a heartbeat, pruning": { work: (client) => client.query("select deltad.prune(1000)") },
  "`deltad cost`, `migrate plan --trial`": {
    work: async (client, database) => {
      await database.query("insert into shops (id) values (1)");
      await database.query("insert into payments (shop_id, amount) values (1, 1)");
      const session = await migrationSession(client);
      await estimateCosts({
        session: {
          ...session,
          // What it has begun stays, so that its locks can be seen.
          script: (text) =>
            text === "rollback" || text.startsWith("begin") ? Promise.resolve() : session.script(text),
        },
        tables: SHOP_PLAN.tables.filter(({ source }) => source === "payments"),
        limits: SHOP_CHOICES,
        rows: 1,
        tell: () => undefined,
        stopping: new AbortController().signal,
      });
    },
  },
  "`migrate off`, `migrate on`": {
    work: (client) => client.query("select deltad.switch_off(), deltad.switch_on(); select deltad.return_capture()"),
  },
  "`migrate uninstall`": {
    work: async (client, database) => {
      for (const statement of await removalStatements(database)) await client.query(statement);
    },
  },
};

await onEachServer("the page for those who run the database", (server) => {
  async function shop(isInstalled: boolean): Promise<TestDatabase> {
    const database = await server.createDatabase();
    await database.query(SHOP_SCHEMA);
    if (isInstalled) await applyShop(database);
    return database;
  }

  async function strongestLock({ isFirst, work }: (typeof WORKS)[string]): Promise<string> {
    const database = await shop(isFirst !== true);
    const [watched] = await database.query<{ oid: string }>("select 'payments'::regclass::oid::text as oid");
    const client = await database.client();
    await client.query("begin");
    await work(client, database);
    const { rows } = await client.query<{ mode: string }>(
      "select mode from pg_locks where pid = pg_backend_pid() and locktype = 'relation' and relation = $1",
      [watched?.oid],
    );
    await client.query("rollback");
    const strongest = Math.max(-1, ...rows.map(({ mode }) => MODES.indexOf(mode)));
    return MODES[strongest] === undefined ? "none" : `\`${MODES[strongest]}\``;
  }

  it("tells the strongest lock of each work", async () => {
    const rows: string[] = [];
    for (const [title, work] of Object.entries(WORKS)) rows.push(`| ${title} | ${await strongestLock(work)} |`);
    const made = `<!-- locks -->\n| Work | Lock on the watched table |\n|---|---|\n${rows.join("\n")}\n<!-- /locks -->`;
    const page = readFileSync(PAGE, "utf8");
    const written = page.replace(/<!-- locks -->[\s\S]*<!-- \/locks -->/, made);
    if (process.env["WRITE_DOCUMENTS"] === "1") writeFileSync(PAGE, written);
    else assert.equal(page, written);
  });

  it("has statements that run, one after the other", async () => {
    const database = await shop(true);
    await database.query("insert into shops (id) values (1); insert into payments (shop_id, amount) values (1, 1)");
    const client = await database.client();
    const blocks = [...readFileSync(PAGE, "utf8").matchAll(/```(sql|sh)\n([\s\S]*?)```/g)];
    assert.ok(blocks.length > 8);
    for (const [, language, text = ""] of blocks) {
      if (language === "sql") await client.query(text);
      else if (/^npx deltad migrate apply$/m.test(text)) await applyShop(database);
    }
    assert.deepEqual(await applyShop(database), []);
  });
});
