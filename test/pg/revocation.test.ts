/** Revocation from the operator's command to the sockets of every daemon, whose login has no more than deltad_daemon's rights. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, it } from "node:test";
import { runProgram } from "../../daemon/cli/program.ts";
import { ConfigError } from "../../daemon/config/errors.ts";
import { freePort } from "../../daemon/database/cluster.ts";
import { demo } from "../../demo/cli/demo.ts";
import { DEMO } from "../support/oracle.ts";
import { eventually } from "../support/real-time.ts";
import { recordedShell } from "../support/recorded-shell.ts";
import { createMarketplace, type MarketplaceDaemon, startMarketplaceDaemon } from "../support/running-daemon.ts";
import { daemonRole } from "../support/install.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";
import { TestSocket } from "../support/socket.ts";

await onEachServer("A revoked token", (server) => {
  let database: TestDatabase;
  let daemonUrl: string;
  const login = `deltad_revocation_${randomBytes(4).toString("hex")}`;
  const ports: number[] = [];
  const daemons: MarketplaceDaemon[] = [];

  const startDaemon = async (port: number): Promise<MarketplaceDaemon> => {
    const daemon = await startMarketplaceDaemon({ url: daemonUrl }, DEMO, port);
    while ((await fetch(`${daemon.url}readyz`)).status !== 200) await new Promise(setImmediate);
    return daemon;
  };

  before(async () => {
    database = await server.createDatabase();
    await createMarketplace(database, DEMO);
    await database.query("insert into owners (id, name) values (1, 'Ana')");
    await database.query(`create role ${login} login password 'daemon' in role ${await daemonRole(database)}`);
    const url = new URL(database.url);
    [url.username, url.password] = [login, "daemon"];
    daemonUrl = url.href;
    for (let count = 0; count < 2; count++) {
      const port = await freePort();
      ports.push(port);
      daemons.push(await startDaemon(port));
    }
  });
  after(() => Promise.all(daemons.map((daemon) => daemon.stop())));

  const token = (claims: object): string => daemons[0]?.token({ ownerId: 1, ...claims }) ?? "";
  const revoke = async (args: string[], url = database.url): Promise<unknown> => {
    const shell = recordedShell({ environment: { DATABASE_URL: url } });
    const command = runProgram(shell, () => Promise.resolve(demo), ["token", "revoke", ...args]);
    return command.then(
      () => undefined,
      (error: unknown) => error,
    );
  };
  const welcomed = (text: string): Promise<TestSocket>[] => ports.map((port) => TestSocket.welcomed(port, text));
  const refused = async (text: string): Promise<void> => {
    for (const port of ports) {
      const socket = new TestSocket(port, { headers: { authorization: `Bearer ${text}` } });
      assert.equal((await socket.closed).code, 4401);
      const answer = await fetch(`http://127.0.0.1:${port}/v1/topics/owner:1`, {
        headers: { authorization: `Bearer ${text}` },
      });
      assert.equal(answer.status, 401);
    }
  };

  it("By its jti: its idle sockets on every daemon close with 4401 within 5 s, others go on; it is refused from then on", async () => {
    const [bad, good] = [token({ sub: "u1", jti: "t1" }), token({ sub: "u1", jti: "t2" })];
    const [closing, staying] = [await Promise.all(welcomed(bad)), await Promise.all(welcomed(good))];
    const startedAt = performance.now();
    assert.equal(await revoke(["--jti", "t1"]), undefined);
    for (const socket of closing) assert.equal((await socket.closed).code, 4401);
    // A busy machine is given twice the time.
    assert.ok(performance.now() - startedAt < 10_000);
    for (const socket of staying) await socket.settle();
    await refused(bad);
    // Another token of the same name: a new signature, other claims in another order.
    await refused(token({ jti: "t1", sub: "u1", more: "claims" }));
    for (const socket of await Promise.all(welcomed(good))) socket.terminate();
    for (const socket of staying) socket.terminate();
  });

  it("By subject: those issued at or before the instant; a restarted daemon knows it too", async () => {
    const issuedAt = Math.floor(Date.now() / 1000) - 100;
    const old = token({ sub: "u2", iat: issuedAt });
    const [later, another] = [token({ sub: "u2", iat: issuedAt + 1 }), token({ sub: "u3", iat: issuedAt })];
    const sockets = await Promise.all(welcomed(old));
    const until = new Date(issuedAt * 1000).toISOString();
    assert.equal(await revoke(["--subject", "u2", "--issued-until", until]), undefined);
    for (const socket of sockets) assert.equal((await socket.closed).code, 4401);
    await daemons[1]?.stop();
    daemons[1] = await startDaemon(ports[1] ?? 0);
    await refused(old);
    for (const text of [later, another]) for (const socket of await Promise.all(welcomed(text))) socket.terminate();
  });

  it("By subject without an instant: those of a clock that runs ahead by the leeway, too", async () => {
    const nowS = Math.floor(Date.now() / 1000);
    const ahead = token({ sub: "u4", iat: nowS + 5 });
    const sockets = await Promise.all(welcomed(ahead));
    assert.equal(await revoke(["--subject", "u4"]), undefined);
    for (const socket of sockets) assert.equal((await socket.closed).code, 4401);
    await refused(ahead);
  });

  it("A revocation that has expired is removed, and tokens are none the wiser", async () => {
    assert.equal(await revoke(["--jti", "brief", "--keep", "1s"]), undefined);
    await database.query("update deltad.revocation set expires_at = now() where token_id = 'brief'");
    const left = () => database.query("select from deltad.revocation where token_id = 'brief'");
    await eventually("it to go", async () => (await left()).length === 0, { everyMs: 50 });
    assert.ok((await database.query("select from deltad.revocation")).length > 0);
  });

  it("The daemon's role can only read revocations; who lacks the right is told what to do", async () => {
    const [rights] = await database.query<Record<string, boolean>>(
      `select has_table_privilege($1, 'deltad.revocation', 'select') as reads,
              has_table_privilege($1, 'deltad.revocation', 'insert, update, delete, truncate') as writes,
              has_function_privilege($1, 'deltad.revoke_token(text, text, timestamptz, timestamptz)', 'execute') as revokes,
              has_table_privilege('public', 'deltad.revocation', 'select, insert, update, delete') as anybody`,
      [login],
    );
    assert.deepEqual(rights, { reads: true, writes: false, revokes: false, anybody: false });
    const error = await revoke(["--jti", "x"], daemonUrl);
    assert.ok(error instanceof ConfigError, String(error));
    assert.match(error.message, /may not revoke tokens: use the one that applies migrations/);
  });

  it("The command wants to know exactly which tokens", async () => {
    for (const args of [
      [],
      ["--jti", "a", "--subject", "b"],
      ["--jti", "a", "--issued-until", "2026-01-01T00:00:00Z"],
    ]) {
      assert.ok((await revoke(args)) instanceof Error, args.join(" "));
    }
    assert.ok((await revoke(["--subject", "b", "--issued-until", "yesterday"])) instanceof Error);
  });
});
