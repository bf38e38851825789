import assert from "node:assert/strict";
import { it } from "node:test";
import { HEARTBEAT } from "../../../daemon/capture/capture-options.ts";
import { runProgram } from "../../../daemon/cli/program.ts";
import { readConfig } from "../../../daemon/config/config.ts";
import { freePort } from "../../../daemon/database/cluster.ts";
import { startDaemon } from "../../../daemon/daemon.ts";
import { demo } from "../../../demo/cli/demo.ts";
import { eventually } from "../../support/real-time.ts";
import { daemonRole } from "../../support/install.ts";
import { recordedShell } from "../../support/recorded-shell.ts";
import { recordingLog } from "../../support/run-reader.ts";
import { databaseOn, onEachMajor, startCluster } from "../../support/servers.ts";
import { applyShop, SHOP_CONFIG, SHOP_SCHEMA } from "../../support/shop-database.ts";
import { SECRET } from "../../support/tokens.ts";

await onEachMajor("a copied database", (major) => {
  it("a daemon serves no copy of a database, and takes no lease there, until it is adopted", async (t) => {
    const running = await startCluster(major);
    t.after(() => running.remove());
    const original = await databaseOn(running.cluster);
    await original.query(SHOP_SCHEMA);
    await applyShop(original);
    await original.query("select deltad.incarnation()");
    await original.query(
      "insert into deltad.revocation (token_id, expires_at) values ('gone', now() - interval '1 hour')",
    );
    const admin = await databaseOn(running.cluster);
    const [before] = await original.query<{ token: string }>("select token from deltad.install");
    // A template may have no sessions.
    await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [original.name]);
    await admin.query(`create database a_copy template ${original.name}`);
    const copy = await databaseOn(running.cluster, "a_copy");

    const logged: string[] = [];
    const port = await freePort();
    const daemon = await startDaemon({
      config: readConfig({
        DATABASE_URL: copy.url,
        DELTAD_CONFIG: SHOP_CONFIG,
        DELTAD_PORT: String(port),
        DELTAD_JWT_SECRET: SECRET,
      }),
      log: recordingLog(logged),
      tuning: { heartbeat: { ...HEARTBEAT, everyMs: 400 } },
    });
    t.after(() => daemon.stop());
    const ready = async (): Promise<number> => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
    const said = new RegExp(
      `The database a_copy is a copy of ${original.name}, .*run \`deltad adopt\`\\. \\[database_copied\\]`,
    );
    await eventually(
      () => logged.join("\n"),
      () => logged.some((line) => said.test(line)),
    );
    assert.equal(await ready(), 503);
    assert.deepEqual(await copy.query("select from deltad.reader"), []);
    const revocations = async (): Promise<number> => (await copy.query("select from deltad.revocation")).length;
    await copy.query("select deltad.expire_revocations()");
    assert.equal(await revocations(), 1, "what the original had is there to see");

    const adopt = async (): Promise<string> => {
      const shell = recordedShell({ environment: { DATABASE_URL: copy.url } });
      await runProgram(shell, () => Promise.resolve(demo), ["adopt"]);
      return shell.printed.join("\n");
    };
    assert.match(await adopt(), /^Adopted: /);
    await eventually(
      () => logged.slice(-3).join("\n"),
      async () => (await ready()) === 200,
    );
    await eventually("expired revocations to go", async () => (await revocations()) === 0);
    const [after] = await copy.query<{ token: string }>("select token from deltad.install");
    assert.notEqual(after?.token, before?.token);
    assert.match(await adopt(), /^Nothing to do/);
    assert.equal(await daemonRole(copy), "deltad_daemon_a_copy");
    assert.deepEqual(await applyShop(copy), []);
    const [left] = await copy.query<{ n: number }>(
      "select count(*)::int as n from pg_shdepend d join pg_database b on b.oid = d.dbid and b.datname = 'a_copy' where d.refobjid in ($1::regrole, $2::regrole) ",
      [`deltad_capture_${original.name}`, `deltad_daemon_${original.name}`],
    );
    assert.deepEqual(left, { n: 0 }, "the original's roles have nothing here");
  });
});
