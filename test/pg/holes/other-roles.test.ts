/** DDL by roles that know nothing of deltad: it may not fail because of it. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import type pg from "pg";
import { applyMigrations } from "../../../daemon/database/migrate.ts";
import { migrationSession, QUIETLY, stepsFor } from "../../support/install.ts";
import { connectAs, onEachMajor, type RunningCluster, startCluster } from "../../support/servers.ts";
import { STAYS } from "../../support/stays.ts";

const SCHEMA = `
  create table host (id int primary key, zone varchar(40) not null default 'UTC');
  create table stay (id int, host_id int, state varchar(20), amount numeric(12,2), primary key (id, host_id)) partition by range (host_id);
  create table low partition of stay for values from (0) to (100);`;

await onEachMajor("roles without rights to deltad", (major) => {
  let running: RunningCluster;

  before(async () => {
    running = await startCluster(major);
  });
  after(() => running.remove());

  const connect = (role?: string): Promise<pg.Client> => connectAs(running, role);

  async function apply(client: pg.Client): Promise<string[]> {
    const session = await migrationSession(client);
    return applyMigrations({ session, observer: session, steps: await stepsFor(STAYS), ...QUIETLY });
  }

  it("a table's owner makes, fills and drops partitions of a table that a superuser's apply has armed", async () => {
    const superuser = await connect();
    await superuser.query(`create role owner login password 'test'; grant create on schema public to owner`);
    const owner = await connect("owner");
    await owner.query(SCHEMA);
    assert.ok((await apply(superuser)).length > 0);
    await owner.query("create table high partition of stay for values from (100) to (200)");
    await owner.query(
      "insert into high (id, host_id) values (1, 100); insert into stay (id, host_id) values (2, 101), (3, 1)",
    );
    await owner.query("alter table stay detach partition low; drop table high; alter table low rename to out_of_use");
    await superuser.query("create role heir; alter table stay owner to heir");
    assert.deepEqual(await apply(superuser), ["rights"]);
    const { rows } = await superuser.query(
      "select id::int, change_weight::int as weight from deltad.change_stays order by id",
    );
    assert.deepEqual(
      rows,
      [1, 2, 3].map((id) => ({ id, weight: 1 })),
    );
    await assert.rejects(
      owner.query("create trigger forged after insert on out_of_use for each row execute function deltad.row_stays()"),
      /permission denied for schema deltad/,
    );
    await superuser.query(
      "drop schema deltad cascade; drop owned by owner, heir, deltad_daemon_postgres, deltad_capture_postgres",
    );
    assert.deepEqual((await superuser.query("select from pg_event_trigger")).rows, []);
    await Promise.all([superuser.end(), owner.end()]);
  });

  it("who may not make event triggers applies without them; a superuser's apply adds them, and the other has nothing to do", async () => {
    const superuser = await connect();
    await superuser.query(`create role dba login password 'test' createrole; grant create on database postgres to dba; grant create on schema public to dba;
        grant deltad_capture_postgres, deltad_daemon_postgres to dba with admin option`);
    const dba = await connect("dba");
    await dba.query(SCHEMA);
    const triggers = async (): Promise<number> => (await superuser.query("select from pg_event_trigger")).rows.length;
    assert.ok((await apply(dba)).includes("watch"));
    assert.deepEqual(await apply(dba), []);
    assert.equal(await triggers(), 0);
    await superuser.query("set role none");
    assert.deepEqual(await apply(superuser), ["watch", "rights"]);
    assert.equal(await triggers(), 3);
    assert.deepEqual(await apply(dba), []);
    await dba.query("alter table stay detach partition low");
    assert.deepEqual(
      (
        await dba.query(
          "select distinct source from deltad.reset where change_xid = (select change_xid from deltad.reset order by change_xid desc limit 1)",
        )
      ).rows,
      [{ source: "stays" }],
    );
    await Promise.all([superuser.end(), dba.end()]);
  });
});
