import assert from "node:assert/strict";
import { before, beforeEach, it } from "node:test";
import { checkCapture } from "../../../daemon/capture/check.ts";
import { install, LIMITS } from "../../support/install.ts";
import { onEachServer, type TestDatabase, withoutMerge } from "../../support/servers.ts";
import { IMAGES, STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

await onEachServer("a partitioned table", (server) => {
  let database: TestDatabase;

  before(async () => {
    database = await server.createDatabase();
    await database.query(`${STAYS_SCHEMA}
      drop table stay;
      create schema parts;
      create table stay (note text, id int, host_id int, state varchar(20), amount numeric(12,2)) partition by list (lower(state));
      create table parts.open partition of stay for values in ('new', 'kept') partition by range (host_id);
      create table parts.open_low partition of parts.open for values from (0) to (100);
      create table parts.open_high (amount numeric(12,2), state varchar(20), host_id int, id int, note text);
      alter table parts.open attach partition parts.open_high for values from (100) to (1000);
      create table parts.closed partition of stay default`);
    await install(database, STAYS);
  });

  beforeEach(async () => {
    await database.query("truncate stay; delete from deltad.change_stays; delete from deltad.reset");
  });

  async function images(): Promise<string[]> {
    return (await database.query<{ image: string }>(IMAGES)).map((row) => row.image);
  }

  async function resets(): Promise<string[]> {
    const rows = await database.query<{ owner: string | null }>("select owner from deltad.reset order by 1");
    return rows.map((row) => row.owner ?? "all");
  }

  it("is captured once per row, whichever table of the tree a statement names", async () => {
    await database.query("insert into stay (id, host_id, state) values (1, 1, 'new'), (2, 200, 'new'), (3, 1, 'done')");
    await database.query("insert into parts.open (id, host_id, state) values (4, 1, 'new')");
    await database.query("insert into parts.open_high (id, host_id, state) values (5, 200, 'new')");
    await database.query("delete from parts.open");
    assert.deepEqual(await images(), [
      "1 1 1 new",
      "-1 1 1 new",
      "1 2 200 new",
      "-1 2 200 new",
      "1 3 1 done",
      "1 4 1 new",
      "-1 4 1 new",
      "1 5 200 new",
      "-1 5 200 new",
    ]);
    assert.deepEqual(await resets(), []);
  });

  it("resets both owners of a row that moves to another partition", async () => {
    await database.query("insert into stay (id, host_id, state) values (1, 1, 'new'), (2, 2, 'new')");
    await database.query("update stay set host_id = 200 where id = 1");
    assert.deepEqual(await resets(), ["1", "200"]);
  });

  it("resets the owner of a row that MERGE moves to another partition", { skip: withoutMerge(server) }, async () => {
    await database.query("insert into stay (id, host_id, state) values (2, 2, 'new')");
    await database.query(
      "merge into stay using (values (2)) v(id) on stay.id = v.id when matched then update set state = 'done'",
    );
    assert.deepEqual(await resets(), ["2"]);
  });

  it("is told of once per owner, however many rows of it move in a transaction", async () => {
    await database.query(
      "insert into stay (id, host_id, state) select g, 1 + g % 2, 'new' from generate_series(1, 100) g",
    );
    await database.query("begin; update stay set state = 'done'; update stay set state = 'new'; commit");
    assert.deepEqual(await resets(), ["1", "2"]);
  });

  it("tells the TRUNCATE of a partition as a reset of the table", async () => {
    await database.query("truncate parts.closed");
    assert.deepEqual(await resets(), ["all"]);
  });

  it("lacks nothing when a partition comes without statement triggers, which the next apply makes", async () => {
    await database.query("create table parts.far partition of parts.open for values from (1000) to (2000)");
    assert.deepEqual(await checkCapture(database, STAYS, LIMITS), []);
    assert.deepEqual(await install(database, STAYS), ["watch", "rights"]);
    assert.deepEqual(await install(database, STAYS), []);
    assert.deepEqual(await checkCapture(database, STAYS, LIMITS), []);
    await database.query("delete from deltad.reset");
    await database.query("insert into parts.far (id, host_id, state) values (1, 1500, 'new')");
    assert.deepEqual(await images(), ["1 1 1500 new"]);
  });

  it("records nothing more from a partition that was detached", async () => {
    await database.query("alter table parts.open detach partition parts.open_low");
    await database.query("insert into parts.open_low (id, host_id, state) values (1, 1, 'new')");
    assert.deepEqual(await images(), []);
  });
});
