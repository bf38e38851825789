/**
 * What the program says to a database that it can't use, or can't use yet; on real servers. A daemon that waits is the real program, and
 * so is one command of each kind that refuses; the others run within this process.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "../../daemon/database/cluster.ts";
import { CalledProgram } from "../support/called-program.ts";
import type { DemoProcess } from "../support/demo-clone.ts";
import { DeltadProgram } from "../support/deltad-program.ts";
import { listeningOn } from "../support/listening-on.ts";
import { DEMO } from "../support/oracle.ts";
import { Pooler } from "../support/pooler.ts";
import { eventually } from "../support/real-time.ts";
import { createMarketplace } from "../support/running-daemon.ts";
import { onEachServer, startCluster, type TestDatabase } from "../support/servers.ts";
import { TestSocket } from "../support/socket.ts";
import { token } from "../support/tokens.ts";

/** One of each kind: the daemon, what changes the database, what reads it. */
const COMMANDS = ["start", "migrate apply", "verify"];
const READY_MS = 60_000;
const SECRET = "canary-jwt-secret-of-more-than-32-bytes";
/** Within this process. */
const called = new CalledProgram({
  DELTAD_JWT_SECRET: SECRET,
  DELTAD_CONFIG: fileURLToPath(new URL("../../../demo/deltad.config.ts", import.meta.url)),
});

/** The status of /livez and of /readyz. */
async function health(port: string): Promise<number[]> {
  const paths = ["livez", "readyz"];
  return Promise.all(paths.map(async (path) => (await fetch(`http://127.0.0.1:${port}/${path}`)).status));
}

async function untilReady(port: string): Promise<void> {
  const isReady = async (): Promise<boolean> => (await health(port))[1] === 200;
  await eventually("the daemon to be ready", isReady, { everyMs: 50, withinMs: READY_MS });
}

async function stopped(daemon: DemoProcess): Promise<void> {
  daemon.child.kill("SIGTERM");
  assert.equal(await daemon.exited, 0, daemon.output);
  assert.doesNotMatch(daemon.output, /canary/);
}

/** A way to the server that can be opened later. */
function wayTo(url: string): { server: Server; close(): void } {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
    }
    near.pipe(far).pipe(near);
  });
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { server, close };
}

/** The same database by another port, password, or name. */
function otherwise(url: string, change: (parts: URL) => void): string {
  const parts = new URL(url);
  change(parts);
  return parts.href;
}

await onEachServer("deltad", (server) => {
  let deltad: DeltadProgram;
  let port = "";

  before(async () => {
    port = String(await freePort());
    deltad = await DeltadProgram.make({
      DELTAD_JWT_SECRET: SECRET,
      DELTAD_CONFIG: "demo/deltad.config.ts",
      DELTAD_PORT: port,
    });
  });
  after(() => deltad.remove());

  async function marketplace(): Promise<TestDatabase> {
    const database = await server.createDatabase();
    await database.query(DEMO.schema);
    return database;
  }

  async function migrated(): Promise<TestDatabase> {
    const database = await server.createDatabase();
    await createMarketplace(database, DEMO);
    return database;
  }

  /** To each of these commands the answer is the same. One after the other: whose turn it is at a pooler must not depend on a neighbour. */
  async function allRefuse(commands: readonly string[], said: RegExp, url: string): Promise<void> {
    for (const command of commands) await called.refuses(command, said, { DATABASE_URL: url });
  }

  it("waits for a database that does not answer, says so and is not ready; goes live when it comes", async () => {
    const { url } = await migrated();
    const later = await freePort();
    const daemon = deltad.start("start", { DATABASE_URL: otherwise(url, (parts) => (parts.port = String(later))) });
    await daemon.says(/ECONNREFUSED[^\n]*is PostgreSQL running there/);
    await daemon.says(/listening/);
    assert.deepEqual(await health(port), [200, 503]);
    const way = wayTo(url);
    await listeningOn(way.server, later);
    await untilReady(port);
    await stopped(daemon);
    way.close();
  });

  it("waits for a database that is not migrated, says what to run, and goes live when it is", async () => {
    const { url } = await marketplace();
    const daemon = deltad.start("start", { DATABASE_URL: url });
    await daemon.says(/run `deltad migrate apply`/);
    await daemon.says(/listening/);
    assert.deepEqual(await health(port), [200, 503]);
    const socket = await TestSocket.welcomed(Number(port), token({ ownerId: 1 }, Date.now(), SECRET));
    socket.say({ type: "subscribe", id: "1", topic: "owner:1" });
    // What is wrong is the operator's to know.
    assert.equal((await socket.next("stale")).reason, "database");
    const { code, output } = await deltad.run("verify", { DATABASE_URL: url });
    assert.equal(code, 69);
    assert.match(output, /^deltad: could not verify: [^\n]*run `deltad migrate apply`\. \[objects_pending\]\n$/);
    assert.equal((await called.run("migrate apply", { DATABASE_URL: url })).code, 0);
    await untilReady(port);
    assert.deepEqual((await socket.next("snapshot")).data, {});
    await stopped(daemon);
  });

  it("refuses a wrong password and a database that is not there, without repeating the password", async () => {
    const { url } = await server.createDatabase();
    const wrong = otherwise(url, (parts) => (parts.password = "canary-password"));
    await allRefuse(COMMANDS, /password authentication failed .*; check user and password of the database URL$/, wrong);
    const nowhere = otherwise(url, (parts) => (parts.pathname = "/nowhere"));
    await allRefuse(["start"], /database "nowhere" does not exist; create the database, or correct/, nowhere);
  });

  it("L12 An old binary refuses a newer schema, whatever the command", async () => {
    const database = await migrated();
    await database.query("insert into deltad.migration (name, checksum) values ('000002_from_the_future', 'x')");
    const said = /migrated by a newer deltad \(migration 000002_from_the_future\): install that version/;
    await allRefuse(["migrate apply", "migrate plan", "migrate status", "verify"], said, database.url);
    await deltad.refuses("start", said, { DATABASE_URL: database.url });
    await database.query("delete from deltad.migration where name = '000002_from_the_future'");
    await database.query("update deltad.install set version = '10.0.0'");
    const newer = /migrated by a newer deltad \(10\.0\.0\): install that version, this one \([\d.]+\) could damage it/;
    await allRefuse(["migrate apply", "migrate plan", "migrate status", "verify"], newer, database.url);
    await deltad.refuses("start", newer, { DATABASE_URL: database.url });
  });

  it("names each table and column that the configuration has and the database has not, and makes nothing", async () => {
    const database = await marketplace();
    await database.query("drop table payouts; alter table bookings rename column paid_at to paidat");
    await allRefuse(["migrate apply"], /The table public\.payouts \(source payouts\) does not exist: /, database.url);
    await allRefuse(["migrate plan"], /bookings has no column paid_at: did you mean paidat\?/, database.url);
    assert.deepEqual(await database.query("select from pg_namespace where nspname = 'deltad'"), []);
  });

  it("waits where a captured column went away since the migration, says so, and goes live when it is back", async () => {
    const database = await migrated();
    await database.query("alter table bookings rename column paid_at to paidat");
    const daemon = deltad.start("start", { DATABASE_URL: database.url });
    await daemon.says(
      /captured column paid_at is renamed or dropped\. Let the configuration follow[^\n]*\[column_gone\]/,
    );
    await daemon.says(/listening/);
    assert.deepEqual(await health(port), [200, 503]);
    await database.query("alter table bookings rename column paidat to paid_at");
    await untilReady(port);
    await stopped(daemon);
  });

  it("refuses to apply to a table without a column that the configuration names, and to sum one that became a float", async () => {
    const gone = await marketplace();
    await gone.query("alter table bookings rename column paid_at to paidat");
    await allRefuse(["migrate apply"], /public\.bookings has no column paid_at: did you mean paidat\?/, gone.url);
    const float = await marketplace();
    await float.query("alter table bookings alter payment_amount type double precision");
    const inexact =
      /public\.bookings, column payment_amount, is double precision: .*never exact, make it numeric\(p, s\)/;
    await allRefuse(["migrate apply"], inexact, float.url);
  });

  it("refuses a port that is taken, and nothing but the reason is said last", async () => {
    const { url } = await migrated();
    const squatter = createServer();
    const taken = String(await listeningOn(squatter));
    const { code, output } = await deltad.run("start", { DATABASE_URL: url, DELTAD_PORT: taken });
    squatter.close();
    assert.match(output, /^deltad: port \d+ on 127\.0\.0\.1 is taken: [^\n]*DELTAD_PORT\n$/m);
    assert.match(output.trimEnd().split("\n").at(-1) ?? "", /^deltad: port/);
    assert.equal(code, 78);
  });

  for (const turns of ["all in turn", "the last one first"] as const) {
    it(`through a pooler in transaction mode (${turns}) says to use the direct URL`, async (t) => {
      const { url } = await migrated();
      const pooler = await Pooler.start(url, turns);
      t.after(() => pooler.stop());
      // Two sessions that get the same backend are seen by those that have two, which are the ones to be misled by them.
      const commands = turns === "all in turn" ? COMMANDS : ["start", "verify"];
      await allRefuse(commands, /pooler in transaction mode: use the direct URL/, pooler.url);
    });
  }

  it("refuses a standby, and points at the primary", async (t) => {
    const standby = await startCluster(server.major);
    t.after(() => standby.remove());
    await standby.cluster.stop();
    await writeFile(join(standby.dataDir, "standby.signal"), "");
    await standby.cluster.start();
    const said = /is a standby \(read-only replica\): point DATABASE_URL at the primary\. \[server_standby\]$/;
    await allRefuse(COMMANDS, said, standby.cluster.url("postgres"));
  });
});
