import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import type pg from "pg";
import { applyMigrations } from "../../../daemon/database/migrate.ts";
import { daemonRole, migrationSession, QUIETLY, stepsFor } from "../../support/install.ts";
import { connectAs, onEachMajor, type RunningCluster, startCluster } from "../../support/servers.ts";
import { STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

await onEachMajor("the first migration of a server", (major) => {
  let running: RunningCluster;

  before(async () => {
    running = await startCluster(major);
  });
  after(() => running.remove());

  const connect = (role?: string): Promise<pg.Client> => connectAs(running, role);

  it("needs no superuser: the tables' owner, with CREATEROLE and CREATE on the database", async () => {
    const superuser = await connect();
    await superuser.query(`create role dba login password 'test' createrole;
        grant create on database postgres to dba; grant create on schema public to dba;
        create role daemon login password 'test'`);
    const dba = await connect("dba");
    await dba.query(STAYS_SCHEMA);
    const session = await migrationSession(dba);
    const steps = await stepsFor(STAYS);
    assert.equal((await applyMigrations({ session, observer: session, steps, ...QUIETLY })).length, steps.length);
    // Later migrations too: replacing functions, altering change tables.
    await dba.query("delete from deltad.migration where name in ('sql', 'watch')");
    await dba.query("alter table deltad.change_stays drop column amount");
    assert.equal((await applyMigrations({ session, observer: session, steps, ...QUIETLY })).length, 3);
    await dba.query(`grant ${await daemonRole(session)} to daemon`);
    await dba.query("insert into stay (host_id) values (1)");

    const daemon = await connect("daemon");
    const { rows } = await daemon.query("select host_id from deltad.change_stays");
    assert.deepEqual(rows, [{ host_id: "1" }]);
    await daemon.query("select deltad.prune(10)");
    await Promise.all([superuser.end(), dba.end(), daemon.end()]);
  });
});
