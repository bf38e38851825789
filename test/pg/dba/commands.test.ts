/** The commands for who runs the database, by their arguments, exit codes and words. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { runProgram } from "../../../daemon/cli/program.ts";
import { switchOff, switchOn } from "../../../daemon/dba/switch-capture.ts";
import { migrationSession, QUIETLY } from "../../support/install.ts";
import { Pooler } from "../../support/pooler.ts";
import { recordedShell } from "../../support/recorded-shell.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { applyShop, SHOP_CONFIG, SHOP_SCHEMA } from "../../support/shop-database.ts";

await onEachServer("a command", (server) => {
  let database: TestDatabase;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "deltad-test-"));
    database = await server.createDatabase();
    await database.query(SHOP_SCHEMA);
    await database.query("insert into shops (id) values (1)");
  });
  after(() => rm(folder, { recursive: true }));

  async function run(args: string, url = database.url) {
    let code = 0;
    const shell = recordedShell({
      environment: { DATABASE_URL: url, DELTAD_CONFIG: SHOP_CONFIG },
      cwd: folder,
      setExitCode: (told) => {
        code = told;
      },
    });
    await runProgram(shell, () => assert.fail("no demo is asked for"), args.split(" "));
    return { code, printed: shell.printed.join("\n"), complaints: shell.complaints.join("") };
  }

  it("doctor exits with 2 for errors, 1 for warnings, 0 for notices, and says what mends each", async () => {
    const pending = await run("doctor");
    assert.equal(pending.code, 2);
    assert.match(pending.printed, /^error {4}The database lacks .* \[objects_pending\]\n {9}deltad migrate apply$/m);
    await applyShop(database);
    const sound = await run("doctor");
    assert.deepEqual(
      [sound.code, sound.printed],
      [0, "notice   No daemon reads this database. [lease_missing]\n1 notice."],
    );
    await database.query("create table copy (like payments); create publication feed for table deltad.migration");
    const warned = await run("doctor");
    assert.equal(warned.code, 1);
    assert.match(
      warned.printed,
      /\n {9}alter publication feed drop table deltad\.migration;\n[\s\S]*1 warning, 1 notice\.$/,
    );
    await database.query("drop publication feed");
  });

  it("doctor --json prints every finding for programs", async () => {
    await applyShop(database);
    const { findings } = JSON.parse((await run("doctor --json")).printed) as { findings: unknown };
    assert.deepEqual(findings, [
      { code: "lease_missing", severity: "notice", meaning: "No daemon reads this database." },
    ]);
  });

  it("doctor finds a pooler in transaction mode, and exits with 69 where nobody answers", async (t) => {
    const pooler = await Pooler.start(database.url, "all in turn");
    t.after(() => pooler.stop());
    const pooled = await run("doctor", pooler.url);
    assert.equal(pooled.code, 2);
    assert.match(pooled.printed, /\[pooler_transaction_mode\]/);
    const silent = await run("doctor", "postgresql://127.0.0.1:1/nobody");
    assert.equal(silent.code, 69);
    assert.match(silent.complaints, /^deltad: could not look: /);
  });

  it("cost and migrate plan --trial say what a write costs, the latter in comments of the SQL", async () => {
    await applyShop(database);
    const { printed, complaints } = await run("cost --rows 5");
    assert.match(printed, /owner: public\.shops, for one row of 1\n/);
    assert.match(printed, /payments: public\.payments: the table is empty/);
    assert.match(complaints, /^public\.shops: round 1 of 5$/m);
    const planned = await run("migrate plan --trial");
    assert.match(planned.printed, /^-- owner: public\.shops, for one row of 1\n[\s\S]*nothing to do/);
  });

  it("migrate off and on switch capture; plan, status and doctor say that it is off", async () => {
    await applyShop(database);
    await assert.rejects(run("migrate off"), /Name one watched table, or --all: deltad migrate off TABLE\./);
    await assert.rejects(run("migrate off payments --all"), /Name one watched table, or --all/);
    await assert.rejects(
      run("migrate off bookings"),
      /no watched table is called bookings: Watched are: public.orders, public.shops, public.payments/,
    );
    assert.match((await run("migrate off payments")).printed, /^Off: payments\. Writes are not recorded/);
    assert.equal((await run("migrate off public.payments")).printed, "Nothing to do: it is off.");
    const told = /The capture of public\.payments is off since 20.* UTC\. Apply leaves it so\./;
    assert.match((await run("migrate plan")).printed, told);
    assert.match((await run("migrate status")).printed, told);
    const doctor = await run("doctor");
    assert.equal(doctor.code, 2);
    assert.match(doctor.printed, /\[capture_off\]\n {9}deltad migrate on public\.payments$/m);
    assert.match((await run("migrate on --all")).printed, /^On: payments\.$/);
    assert.equal((await run("migrate on payments")).printed, "Nothing to do: it is on.");
    assert.equal((await run("doctor")).code, 0);
  });

  it("migrate on names who may still write unrecorded, and leaves the rest to daemons", async () => {
    await applyShop(database);
    const client = await database.client();
    const session = await migrationSession(client);
    const options = { ...QUIETLY, session: { ...session, pid: session.pid }, observer: database, watched: undefined };
    const told: string[] = [];
    await switchOff(options);
    const writer = await database.client();
    await writer.query("begin; insert into payments (shop_id, amount) values (1, 1)");
    const { switched, awaited } = await switchOn({ ...options, tell: (line) => void told.push(line) });
    assert.deepEqual(switched, ["orders", "owner", "payments"]);
    assert.match(awaited ?? "", /^session \d+$/);
    assert.match(told.join(), /^waiting for session \d+ to end its transaction/);
    assert.match((await run("doctor")).printed, /\[capture_returning\]$/m);
    await writer.query("commit");
    assert.deepEqual(await switchOn(options), { switched: [], awaited: undefined });
    assert.deepEqual(await database.query("select source from deltad.source where capture <> 'on'"), []);
    await client.end();
  });

  it("migrate export writes files once, and migrate uninstall ends what they begin", async () => {
    await applyShop(database);
    assert.match((await run("migrate export --format dbmate --out files")).printed, /^Nothing to do/);
    assert.match((await run("migrate uninstall --plan")).printed, /^begin;\n[\s\S]*^drop schema deltad;$/m);
    assert.match((await run("migrate uninstall")).printed, /Nothing of deltad's is left\.$/);
    assert.match((await run("migrate uninstall")).printed, /^Nothing to do/);
    const exported = await run("migrate export --format psql --out files");
    assert.match(exported.printed, /Next: psql -v ON_ERROR_STOP=1 -f deltad\.up\.sql$/);
    assert.deepEqual((await readdir(join(folder, "files"))).toSorted(), ["deltad.down.sql", "deltad.up.sql"]);
    await assert.rejects(run("migrate export --format psql --out files"), {
      name: "ConfigError",
      message: /deltad\.up\.sql is there already/,
    });
    await rm(join(folder, "files"), { recursive: true });
  });
});
