import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { before, it } from "node:test";
import { ConfigError } from "../../daemon/config/errors.ts";
import { DEMO } from "../support/oracle.ts";
import { createMarketplace, startMarketplaceDaemon } from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";

await onEachServer("a daemon whose start fails", (server) => {
  let database: TestDatabase;
  before(async () => {
    database = await server.createDatabase();
    await createMarketplace(database, DEMO);
  });

  it("has stopped what it had started: no session and no lease is left in the database", async (t) => {
    const { taken, port } = await takePort();
    t.after(() => taken.close());
    await assert.rejects(startMarketplaceDaemon(database, DEMO, port), (error) => {
      assert.ok(error instanceof ConfigError);
      return true;
    });
    assert.deepEqual(await database.query("select id from deltad.reader"), []);
    const sessions = `select application_name from pg_stat_activity
       where datname = current_database() and application_name like 'deltad/%'`;
    // A backend ends a moment after its connection.
    for (let tries = 0; tries < 100 && (await database.query(sessions)).length > 0; tries += 1);
    assert.deepEqual(await database.query(sessions), []);
  });
});

function takePort(): Promise<{ taken: Server; port: number }> {
  return new Promise((resolve, reject) => {
    const taken = createServer();
    taken.once("error", reject);
    taken.listen(0, "127.0.0.1", () => {
      const address = taken.address();
      if (address && typeof address === "object") resolve({ taken, port: address.port });
      else reject(new Error("no port"));
    });
  });
}
