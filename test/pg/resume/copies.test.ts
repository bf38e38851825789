/**
 * A client that has left one server and comes back to another, on which a copy of the database lives on: by its old cursor it is told that
 * nobody can say what it missed, and shows what is so there.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, it, type TestContext } from "node:test";
import { promisify } from "node:util";
import { runProgram } from "../../../daemon/cli/program.ts";
import { demo } from "../../../demo/cli/demo.ts";
import { applyFile } from "../../support/install.ts";
import { microsecondsOf } from "../../support/microseconds.ts";
import { DEMO, oracleDocuments } from "../../support/oracle.ts";
import { eventually } from "../../support/real-time.ts";
import { recordedShell } from "../../support/recorded-shell.ts";
import { book, ReturningMarketplace, shownBy } from "../../support/returning-client.ts";
import {
  databaseOn,
  onEachMajor,
  type RunningCluster,
  startCluster,
  type TestDatabase,
} from "../../support/servers.ts";

const run = promisify(execFile);
const TOOLS = "/usr/lib/postgresql/15/bin";

await onEachMajor("an old cursor", (major) => {
  let primary: RunningCluster;
  let original: TestDatabase;
  let market: ReturningMarketplace;
  let next = 100;

  before(async () => {
    primary = await startCluster(major);
    original = await databaseOn(primary.cluster);
    market = await ReturningMarketplace.open(original);
  });
  after(async () => {
    await market.stopDaemon();
    await primary.remove();
  });

  /** A client hears of a booking of the original, and goes with the cursor that it then has. */
  async function leave(): Promise<string> {
    const { socket } = await market.come();
    const cursor = await market.hear(socket, book((next += 1)));
    socket.terminate();
    return cursor;
  }

  /** Another life of the data than the original's, with transactions of the same numbers. */
  async function liveOn(copy: TestDatabase): Promise<void> {
    await copy.query(`delete from bookings where id = ${next}`);
    for (let n = 0; n < 20; n += 1) await copy.query(book((next += 1)));
  }

  /** Who comes back to a daemon on this database shows what SQL says, and is told that nobody can say what it missed. */
  async function isNotRecovered(copy: TestDatabase, ...cursors: readonly string[]): Promise<void> {
    const other = await ReturningMarketplace.on(copy);
    try {
      for (const cursor of cursors) {
        const { socket, snapshot, events } = await other.come(cursor);
        assert.deepEqual([snapshot.recovered, events], [false, []]);
        const { asOf, data } = shownBy(socket);
        const truth = (await oracleDocuments(DEMO, copy, microsecondsOf(asOf), ["1"])).get("1");
        assert.deepEqual(JSON.parse(JSON.stringify(data)), truth);
        socket.terminate();
      }
    } finally {
      await other.stopDaemon();
    }
  }

  /** Of the primary, which is stopped while its files are copied, and goes on. */
  async function copyOfFiles(t: TestContext, standby: boolean): Promise<RunningCluster> {
    await market.stopDaemon();
    await primary.cluster.stop();
    const folder = await copyOfFolder(primary.dataDir);
    t.after(() => rm(dirname(folder), { recursive: true, force: true }));
    await primary.cluster.start();
    original = await databaseOn(primary.cluster, original.name);
    market = await ReturningMarketplace.on(original);
    const settings = standby ? { primary_conninfo: primary.cluster.url("postgres") } : {};
    const copied = await startCluster(major, { settings, copyOf: folder, standby });
    t.after(() => copied.remove());
    return copied;
  }

  it("in a copy of the files, taken before or after, is of another life", async (t) => {
    const before = await leave();
    const copied = await copyOfFiles(t, false);
    const since = await leave();
    const copy = await databaseOn(copied.cluster, original.name);
    await liveOn(copy);
    await isNotRecovered(copy, before, since);
  });

  it("at a standby that was promoted is of another life, whether the standby had what it stands for or not", async (t) => {
    const standby = await copyOfFiles(t, true);
    const copy = await databaseOn(standby.cluster, original.name);
    const had = await leave();
    await eventually(
      "the standby to have it",
      async () => (await copy.query(`select from bookings where id = ${next}`)).length > 0,
    );
    const recovery = await databaseOn(standby.cluster, "postgres");
    await recovery.query("select pg_wal_replay_pause()");
    await eventually("the standby to stand still", async () => {
      const [row] = await recovery.query<{ state: string }>("select pg_get_wal_replay_pause_state() as state");
      return row?.state === "paused";
    });
    const lost = await leave();
    await market.stopDaemon();
    await primary.cluster.stop("immediate");
    await recovery.query("select pg_promote()");
    await liveOn(copy);
    await isNotRecovered(copy, had, lost);
    await primary.cluster.start();
    original = await databaseOn(primary.cluster, original.name);
    market = await ReturningMarketplace.on(original);
  });

  it("in a dump that was restored elsewhere and adopted is of another life", {
    skip: major <= 15 ? false : "pg_dump 15 dumps no newer server",
  }, async (t) => {
    const cursor = await leave();
    const folder = await mkdtemp(join(tmpdir(), "deltad-copies-"));
    t.after(() => rm(folder, { recursive: true }));
    await run(`${TOOLS}/pg_dump`, ["--format", "custom", "--file", join(folder, "dump"), original.url]);
    const elsewhere = await startCluster(major);
    t.after(() => elsewhere.remove());
    // So that it gets another oid.
    await databaseOn(elsewhere.cluster);
    const copy = await databaseOn(elsewhere.cluster);
    await run(`${TOOLS}/pg_restore`, ["--no-owner", "--no-acl", "--dbname", copy.url, join(folder, "dump")]);
    await applyFile(copy.url, DEMO.configFile);
    const shell = recordedShell({ environment: { DATABASE_URL: copy.url } });
    await runProgram(shell, () => Promise.resolve(demo), ["adopt"]);
    assert.match(shell.printed.join("\n"), /^Adopted: /);
    await liveOn(copy);
    await isNotRecovered(copy, cursor);
  });
});

async function copyOfFolder(dataDir: string): Promise<string> {
  const folder = await mkdtemp(`${dataDir}-copy-`);
  const copied = join(folder, "data");
  await run("cp", ["-a", dataDir, copied]);
  return copied;
}
