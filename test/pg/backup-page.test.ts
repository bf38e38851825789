/** The commands of docs/backup.md, run as they stand by PostgreSQL 15's own tools: pg_dump dumps no newer server. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { checkCapture } from "../../daemon/capture/check.ts";
import { daemonRole, migrationSession } from "../support/install.ts";
import { missingServer } from "../support/known-servers.ts";
import { databaseOn, type RunningCluster, startCluster, type TestDatabase } from "../support/servers.ts";
import { applyShop, SHOP_CHOICES, SHOP_PLAN, SHOP_SCHEMA } from "../support/shop-database.ts";

const run = promisify(execFile);
const TOOLS = "/usr/lib/postgresql/15/bin";
const page = await readFile(new URL("../../../docs/backup.md", import.meta.url), "utf8");
const blocks = (kind: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${kind}\\n(.*?)\`\`\``, "gs"))].map(([, text]) => text ?? "");
const [dump = "", leaveOut = "", whole = "", without = "", rows = "", ...more] = blocks("sh");
const [readAll = "", ...moreSql] = blocks("sql");

const reason = await missingServer(15);
const missing =
  reason ??
  (await run(`${TOOLS}/pg_restore`, ["--version"]).then(
    () => undefined,
    () => "PostgreSQL 15's pg_restore is not installed",
  ));

describe("docs/backup.md", { skip: missing ?? false }, () => {
  let running: RunningCluster;
  let folder: string;
  let shop: TestDatabase;
  let appUrl: string;
  const databases: TestDatabase[] = [];

  before(async () => {
    running = await startCluster(15);
    folder = await mkdtemp(join(tmpdir(), "deltad-backup-"));
    shop = await created();
    await shop.query("create role app login password 'test'");
    await shop.query(SHOP_SCHEMA);
    await shop.query("insert into shops (id) values (1); insert into payments (shop_id, amount) values (1, 1), (1, 2)");
    await shop.query("insert into orders (shop_id, amount, placed_on) values (1, 10, '2026-02-02')");
    await shop.query(
      "grant select on all tables in schema public to app; grant select on all sequences in schema public to app",
    );
    await applyShop(shop);
    const url = new URL(shop.url);
    [url.username, url.password] = ["app", "test"];
    appUrl = url.href;
  });
  after(async () => {
    for (const database of databases) await database.drop();
    await running.remove();
    await rm(folder, { recursive: true });
  });

  async function created(): Promise<TestDatabase> {
    const database = await databaseOn(running.cluster);
    databases.push(database);
    return database;
  }

  /** The page's lines, by a shell that stops at the first that fails; what deltad itself is to do is done to `applied`. */
  async function follow(
    text: string,
    urls: Readonly<Record<string, string>>,
    applied?: TestDatabase,
  ): Promise<string[]> {
    const lines = text.trimEnd().split("\n");
    const asksDeltad = lines.at(-1) === "npx deltad migrate apply";
    const script = (asksDeltad ? lines.slice(0, -1) : lines).join("\n");
    const environment = {
      PATH: `${TOOLS}:${process.env.PATH ?? ""}`,
      DATABASE_URL: shop.url,
      APP_URL: appUrl,
      ...urls,
    };
    const { stdout, stderr } = await run("sh", ["-euc", script], { cwd: folder, env: environment });
    assert.equal(stdout + stderr, "");
    return asksDeltad && applied ? applyShop(applied) : [];
  }

  async function isRight(database: TestDatabase): Promise<void> {
    const session = await migrationSession(await database.client());
    assert.deepEqual(await checkCapture(session, SHOP_PLAN.tables, SHOP_CHOICES), []);
    assert.equal(await daemonRole(database), `deltad_daemon_${database.name}`);
    assert.deepEqual(await database.query("select count(*)::int as n from payments"), [{ n: 2 }]);
    assert.deepEqual(await applyShop(database), []);
  }

  it("holds no command that is not run here", () => assert.deepEqual([more, moreSql], [[], []]));

  it("a whole dump is restored whole, and apply gives the copy roles of its own", async () => {
    await follow(dump, {});
    const copy = await created();
    assert.deepEqual(await follow(whole, { COPY_URL: copy.url }, copy), ["rights"]);
    await isRight(copy);
    await isRight(shop);
    const bare = await created();
    await run(`${TOOLS}/pg_restore`, ["--no-owner", "--no-acl", "--dbname", bare.url, join(folder, "shop.dump")]);
    assert.deepEqual(await applyShop(bare), ["rights"]);
    await isRight(bare);
  });

  it("a role that may read the tables only can dump without deltad, or everything once it may read everything", async () => {
    const plain = (): Promise<unknown> => run(`${TOOLS}/pg_dump`, ["--file", "/dev/null", appUrl]);
    await assert.rejects(plain(), /permission denied for schema deltad/);
    await shop.query(readAll);
    await plain();
    await shop.query("revoke pg_read_all_data from app");
    await follow(leaveOut, {});
  });

  it("a dump without deltad is restored without an error, and has nothing of it", async () => {
    const bare = await created();
    await follow(without, { BARE_URL: bare.url });
    assert.deepEqual(await bare.query("select count(*)::int as n from payments"), [{ n: 2 }]);
    assert.deepEqual(
      await bare.query(
        "select tgname from pg_trigger where tgname like '%deltad%' union all select evtname from pg_event_trigger",
      ),
      [],
    );
  });

  it("rows alone are restored under deltad, and apply makes the triggers fire for everybody again", async () => {
    await shop.query("truncate payments");
    assert.deepEqual(await follow(rows, {}, shop), ["watch", "rights"]);
    await isRight(shop);
  });
});
