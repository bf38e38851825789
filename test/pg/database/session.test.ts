import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { it } from "node:test";
import { join } from "node:path";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { Session, type SessionOptions } from "../../../daemon/database/session.ts";
import { daemonRole } from "../../support/install.ts";
import { createLedger } from "../../support/ledger.ts";
import { Proxy } from "../../support/proxy.ts";
import { readerOf } from "../../support/run-reader.ts";
import { onEachServer, startCluster } from "../../support/servers.ts";

const optionsFor = (url: string): SessionOptions => ({ url, role: "test", statementTimeoutMs: 2_000 });

await onEachServer("a session", (server) => {
  it("is named, in UTC, at an explicit isolation level, with limits, and with the settings asked for", async (t) => {
    const database = await server.createDatabase();
    await database.query(`alter database ${database.name} set timezone = 'Asia/Tokyo'`);
    await database.query(`alter database ${database.name} set default_transaction_isolation = 'serializable'`);
    const session = await Session.open({ ...optionsFor(database.url), settings: { jit: "off" } });
    t.after(() => session.close());
    const [settings] = await session.query(
      `select current_setting('application_name') as name, current_setting('TimeZone') as zone, current_setting('DateStyle') as dates,
              current_setting('transaction_isolation') as level, current_setting('statement_timeout') as statement,
              current_setting('idle_in_transaction_session_timeout') as idle, current_setting('jit') as jit`,
    );
    assert.deepEqual(settings, {
      name: "deltad/test",
      zone: "UTC",
      dates: "ISO, YMD",
      level: "read committed",
      statement: "2s",
      idle: "10s",
      jit: "off",
    });
  });

  it("prints and reads values alike whatever its database is set to", async (t) => {
    const shown = `select interval '1 day 2 hours'::text as length, (1::float8 / 3)::text as third, '\\x00ff'::bytea::text as bytes,
      1234.5::numeric::money::text as price, to_char(1234.5, '9G999D9') as grouped, (null = null) is null as unknown`;
    const texts: unknown[] = [];
    for (const settings of [
      { intervalstyle: "iso_8601", extra_float_digits: "-10", bytea_output: "escape", transform_null_equals: "on" },
      { intervalstyle: "sql_standard", lc_monetary: "C.UTF-8", standard_conforming_strings: "off" },
    ]) {
      const database = await server.createDatabase();
      for (const [name, value] of Object.entries(settings))
        await database.query(`alter database ${database.name} set ${name} = '${value}'`);
      const session = await Session.open(optionsFor(database.url));
      t.after(() => session.close());
      texts.push(...(await session.query(shown)));
    }
    assert.deepEqual(texts[0], texts[1]);
    assert.deepEqual((texts[0] as { length: string; third: string }).third, "0.3333333333333333");
  });

  it("tells of its loss once, and nothing after it was closed", async () => {
    const database = await server.createDatabase();
    const losses: string[] = [];
    const session = await Session.open(optionsFor(database.url));
    session.onLost((reason) => losses.push(reason));
    const refused = assert.rejects(session.query("select pg_sleep(10)"), { code: "57P01" });
    await database.query("select pg_terminate_backend($1)", [session.pid]);
    await refused;
    await session.close();
    assert.equal(losses.length <= 1, true);
    assert.equal(session.isOpen, false);

    const idle = await Session.open(optionsFor(database.url));
    const lost = new Promise<string>((resolve) => idle.onLost(resolve));
    await database.query("select pg_terminate_backend($1)", [idle.pid]);
    assert.match(await lost, /terminating connection|ended/);

    const closed = await Session.open(optionsFor(database.url));
    closed.onLost((reason) => losses.push(`after close: ${reason}`));
    await Promise.all([closed.close(), closed.close()]);
    assert.deepEqual(
      losses.filter((reason) => reason.startsWith("after")),
      [],
    );
  });

  it("gives up on a peer that says nothing, and closes in bounded time", async (t) => {
    const database = await server.createDatabase();
    const proxy = await Proxy.start(database.url);
    t.after(() => proxy.stop());
    const session = await Session.open({ ...optionsFor(proxy.url), statementTimeoutMs: 100 });
    proxy.silence("deltad/");
    await assert.rejects(session.query("select 1"), /no answer from PostgreSQL within 600 ms/);
    await session.close();
  });

  it("runs statements in the order of their calls, also after one that failed", async (t) => {
    const database = await server.createDatabase();
    const session = await Session.open(optionsFor(database.url));
    t.after(() => session.close());
    const order: number[] = [];
    const failed = session.query("select 1/0").finally(() => order.push(0));
    const rest = [1, 2, 3].map(async (n) => {
      await session.rows({ name: `s${n}`, text: `select pg_sleep(0.0${4 - n})` }, []);
      order.push(n);
    });
    await assert.rejects(failed, { code: "22012" });
    await Promise.all(rest);
    assert.deepEqual(order, [0, 1, 2, 3]);
  });

  it("says in one line what the operator must do, and never the password", async () => {
    const database = await server.createDatabase();
    const wrong = (change: (url: URL) => void): string => {
      const url = new URL(database.url);
      url.password = "canary-secret";
      change(url);
      return url.href;
    };
    const cases: [string, RegExp, boolean][] = [
      ["postgresql://u:canary-secret@[bad/x", /not a PostgreSQL connection string/, true],
      [wrong((url) => (url.pathname = "/nowhere")), /nowhere/, true],
      [wrong((url) => (url.username = "nobody")), /nobody/, true],
      [wrong((url) => (url.port = "1")), /127\.0\.0\.1:1\/.*ECONNREFUSED/, false],
    ];
    for (const [url, expected, isConfigError] of cases) {
      const error = await Session.open(optionsFor(url)).then(
        () => assert.fail("it opened"),
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof Error);
      assert.equal(error instanceof ConfigError, isConfigError, error.message);
      assert.match(error.message, expected);
      assert.ok(!/canary-secret|\n/.test(error.message), error.message);
      assert.ok(!JSON.stringify(error, Object.getOwnPropertyNames(error)).includes("canary-secret"));
    }
  });

  it("through a pooler in transaction mode is refused: the backend changes", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const proxy = await Proxy.start(ledger.url);
    t.after(() => proxy.stop());
    // Of the same length, so that the protocol's lengths stay right.
    let backend = 0;
    const meet = (next: () => number) => (chunk: Buffer) =>
      Buffer.from(
        chunk.toString("latin1").replaceAll("pg_backend_pid()", () => String(next()).padEnd(16)),
        "latin1",
      );

    proxy.rewrite = meet(() => (backend += 1));
    await assert.rejects(Session.open(optionsFor(proxy.url)), {
      name: "ConfigError",
      message: /transaction mode: use the direct URL.*\[pooler_transaction_mode\]/,
    });

    // With few clients a pooler gives each statement the same backend: then two sessions share it.
    proxy.rewrite = meet(() => 7);
    const running = readerOf(proxy.url);
    await assert.rejects(running.reader.start(), { name: "ConfigError", message: /transaction mode/ });
    await running.stop();
  });

  it("to a standby is refused", async (t) => {
    const running = await startCluster(server.major);
    t.after(() => running.remove());
    await running.cluster.stop("fast");
    await writeFile(join(running.dataDir, "standby.signal"), "");
    await running.cluster.start();
    await assert.rejects(Session.open(optionsFor(running.cluster.url("postgres"))), {
      name: "ConfigError",
      message: "The server is a standby (read-only replica): point DATABASE_URL at the primary. [server_standby]",
    });
  });

  it("to a database without deltad's objects, or without its rights, is refused", async () => {
    const database = await server.createDatabase();
    const bare = readerOf(database.url);
    await assert.rejects(bare.reader.start(), { name: "ConfigError", message: /deltad migrate apply/ });
    await bare.stop();

    const ledger = await createLedger(await server.createDatabase());
    const role = await daemonRole(ledger.database);
    await ledger.database.query(`revoke ${role} from "daemon_${ledger.database.name}"`);
    const stranger = readerOf(ledger.url);
    await assert.rejects(stranger.reader.start(), {
      name: "ConfigError",
      message: `The role daemon_${ledger.database.name} has not the rights of a daemon: grant ${role} to daemon_${ledger.database.name}. [privileges_missing]`,
    });
    await stranger.stop();
  });
});
