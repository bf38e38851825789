/** The SQL of docs/running.md, run as it stands, by a role that is no superuser, on servers of its own: it makes and drops roles. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import pg from "pg";
import { freePort } from "../../daemon/database/cluster.ts";
import { applyFile } from "../support/install.ts";
import { DEMO } from "../support/oracle.ts";
import { startMarketplaceDaemon } from "../support/running-daemon.ts";
import { knownServers, missingServer } from "../support/known-servers.ts";
import { startCluster } from "../support/servers.ts";

const page = readFileSync(new URL("../../../docs/running.md", import.meta.url), "utf8");
const [login = "", size = "", prune = "", stop = "", ...more] = [...page.matchAll(/```sql\n(.*?)```/gs)].map(
  ([, sql]) => sql ?? "",
);

const WRITE = "insert into owners (name) values ('A')";
const TRIGGERS = "select count(*)::int as n from pg_trigger where tgname like 'deltad%'";
const CHANGES = "select count(*)::int as n from deltad.change_owner";

async function follow(major: number): Promise<void> {
  const running = await startCluster(major);
  const { cluster } = running;
  const clients: pg.Client[] = [];
  const connect = async (url: string): Promise<(sql: string) => Promise<Record<string, unknown>[]>> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    clients.push(client);
    return async (sql) => (await client.query<Record<string, unknown>>(sql)).rows;
  };
  const as = (user: string, password: string): string => {
    const url = new URL(cluster.url("market"));
    [url.username, url.password] = [user, password];
    return url.href;
  };
  try {
    const superuser = await connect(cluster.url("postgres"));
    await superuser("create role dba login createrole password 'dba'");
    await superuser("create database market owner dba");
    const dba = await connect(as("dba", "dba"));
    await dba(DEMO.schema);
    const apply = (): Promise<string[]> => applyFile(as("dba", "dba"), DEMO.configFile);
    await apply();

    await dba(login);
    const database = { url: as("deltad_login", "change me") };
    const daemon = await startMarketplaceDaemon(database, DEMO, await freePort());
    assert.equal((await fetch(`${daemon.url}readyz`)).status, 200);
    await daemon.stop();

    await dba(WRITE);
    assert.ok((await dba(size)).some(({ relname }) => relname === "change_owner"));
    assert.deepEqual(await dba(CHANGES), [{ n: 1 }]);
    // The write, and what apply has had every daemon read again: each of the tables.
    const tables = Number((await dba("select count(*) as n from deltad.source"))[0]?.["n"]);
    assert.deepEqual(await dba(prune), [{ prune: String(tables + 1) }]);
    assert.deepEqual(await dba(CHANGES), [{ n: 0 }]);

    await dba(stop);
    assert.deepEqual(await dba(TRIGGERS), [{ n: 0 }]);
    await dba(WRITE);
    await apply();
    assert.deepEqual(await dba(TRIGGERS), [{ n: 4 * tables }]);

    assert.deepEqual(await dba(CHANGES), [{ n: 0 }]);
  } finally {
    for (const client of clients) await client.end();
    await running.remove();
  }
}

describe("docs/running.md", () => {
  it("holds no SQL that is not run here", () => assert.deepEqual(more, []));

  for (const { name, major } of knownServers()) {
    it(`does what it says, step by step, on ${name}`, async (t) => {
      const missing = await missingServer(major);
      if (missing === undefined) await follow(major);
      else t.skip(missing);
    });
  }
});
