/** What commands say to the pooler that most people have before their database. */
import { it } from "node:test";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { CalledProgram } from "../support/called-program.ts";
import { DEMO } from "../support/oracle.ts";
import { missingPgBouncer, PgBouncer } from "../support/pgbouncer.ts";
import { createMarketplace } from "../support/running-daemon.ts";
import { onEachServer } from "../support/servers.ts";
import { SECRET } from "../support/tokens.ts";

const called = new CalledProgram({
  DELTAD_JWT_SECRET: SECRET,
  DELTAD_CONFIG: fileURLToPath(new URL("../../../demo/deltad.config.ts", import.meta.url)),
});
const skip = missingPgBouncer() ?? false;

await onEachServer("PgBouncer", (server) => {
  it("in transaction mode is refused by start and verify, in the same words", { skip }, async (t) => {
    const database = await server.createDatabase();
    await createMarketplace(database, DEMO);
    const pooler = await PgBouncer.before(database.url, "transaction");
    t.after(() => pooler.stop());
    for (const command of ["start", "verify", "verify --fresh"])
      await called.refuses(command, /pooler in transaction mode: use the direct URL/, { DATABASE_URL: pooler.url });
  });

  it("in session mode is good enough for verify", { skip }, async (t) => {
    const database = await server.createDatabase();
    await createMarketplace(database, DEMO);
    await database.query("insert into owners (id, name) values (1, 'Ana')");
    const pooler = await PgBouncer.before(database.url, "session");
    t.after(() => pooler.stop());
    const { code, output } = await called.run("verify --fresh", { DATABASE_URL: pooler.url });
    assert.match(output, /^1 owner: freshly loaded numbers are what SQL says$/m);
    assert.equal(code, 0);
  });
});
