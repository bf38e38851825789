import assert from "node:assert/strict";
import { before, beforeEach, it } from "node:test";
import { install } from "../../support/install.ts";
import { onEachServer, type TestDatabase, withoutMerge } from "../../support/servers.ts";
import { IMAGES, STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

/** Low, so that both sides of it are reached with few rows. */
const BULK_ROWS = 20;

await onEachServer("capture", (server) => {
  let database: TestDatabase;

  before(async () => {
    database = await server.createDatabase();
    await database.query(STAYS_SCHEMA);
    await install(database, STAYS, { bulkRows: BULK_ROWS, twoPhase: true });
    await database.query("insert into host values (1), (2), (3)");
  });

  beforeEach(async () => {
    await database.query("set session_replication_role = origin");
    await database.query("truncate stay restart identity");
    await forget();
  });

  async function forget(): Promise<void> {
    await database.query("delete from deltad.change_stays; delete from deltad.change_owner; delete from deltad.reset");
  }

  async function images(): Promise<string[]> {
    return (await database.query<{ image: string }>(IMAGES)).map((row) => row.image);
  }

  /** More rows than a bulk statement has, written by none. */
  async function fill(): Promise<void> {
    for (const _ of [1, 2]) {
      await database.query("insert into stay (host_id) select 1 + g % 2 from generate_series(1, $1) g", [BULK_ROWS]);
    }
  }

  async function resets(): Promise<string[]> {
    const rows = await database.query<{ source: string; owner: string | null }>(
      "select distinct source, owner from deltad.reset order by 1, 2",
    );
    return rows.map((row) => `${row.source} ${row.owner ?? "all"}`);
  }

  it("keeps the new image of an insert, both of an update, the old one of a delete", async () => {
    await database.query("insert into stay values (7, 1, 'new', 10.5)");
    await database.query("update stay set host_id = 2, state = null");
    await database.query("delete from stay");
    assert.deepEqual(await images(), ["1 7 1 new 10.50", "-1 7 1 new 10.50", "1 7 2 10.50", "-1 7 2 10.50"]);
    assert.deepEqual(await resets(), []);
  });

  it("writes nothing, and takes no transaction id, for a statement that touches no row", async () => {
    const [row] = await database.query<{ xid: string | null }>(
      "with none as (update stay set state = 'x' where id = -1) select pg_current_xact_id_if_assigned()::text as xid",
    );
    await database.query("insert into stay select 1, 1 where false");
    assert.equal(row?.xid, null);
    assert.deepEqual(await images(), []);
  });

  it("keeps the images of each branch of an upsert", async () => {
    await database.query("insert into stay values (1, 1, 'old', 1)");
    await forget();
    await database.query(
      `insert into stay values (1, 1, 'x', 1), (2, 1, 'new', 1) on conflict (id) do update set state = 'met'`,
    );
    assert.deepEqual(await images(), ["-1 1 1 old 1.00", "1 1 1 met 1.00", "1 2 1 new 1.00"]);
  });

  it("keeps the images of each action of a MERGE", { skip: withoutMerge(server) }, async () => {
    await database.query("insert into stay values (1, 1, 'a', 1), (2, 1, 'b', 1)");
    await forget();
    await database.query(`merge into stay using (values (1), (2), (3)) v(id) on stay.id = v.id
      when matched and v.id = 1 then update set state = 'c' when matched then delete
      when not matched then insert values (v.id, 1, 'd', 1)`);
    assert.deepEqual(await images(), ["-1 1 1 a 1.00", "1 1 1 c 1.00", "-1 2 1 b 1.00", "1 3 1 d 1.00"]);
  });

  it("captures COPY", async () => {
    const client = await database.client();
    await client.query("create temp table before_copy as select 4 as id, 2 as host_id, 'copied' as state");
    const { rows } = await client.query<{ file: string }>(
      "select current_setting('data_directory') || '/copy.csv' as file",
    );
    await client.query(`copy before_copy to '${rows[0]?.file}'`);
    await client.query(`copy stay (id, host_id, state) from '${rows[0]?.file}'`);
    assert.deepEqual(await images(), ["1 4 2 copied"]);
  });

  it("captures what foreign keys cascade, deletes and key changes", async () => {
    await database.query("insert into host values (8), (9)");
    await database.query(
      "alter table stay add constraint of_host foreign key (host_id) references host on delete cascade on update cascade",
    );
    await database.query("insert into stay values (1, 8, 'a', 1), (2, 9, 'b', 1)");
    await forget();
    await database.query("update host set id = 10 where id = 8");
    await database.query("delete from host where id = 9");
    await database.query("alter table stay drop constraint of_host");
    assert.deepEqual(await images(), ["-1 1 8 a 1.00", "1 1 10 a 1.00", "-1 2 9 b 1.00"]);
  });

  it("captures sessions whose replication role is replica", async () => {
    await database.query("set session_replication_role = replica");
    await database.query("insert into stay values (1, 1, 'a', 1)");
    assert.deepEqual(await images(), ["1 1 1 a 1.00"]);
  });

  it("tells a TRUNCATE as one reset of the table", async () => {
    await database.query("insert into stay values (1, 1, 'a', 1)");
    await database.query("truncate host, stay");
    await database.query("insert into host values (1), (2), (3)");
    assert.deepEqual(await resets(), ["owner all", "stays all"]);
  });

  it("L2 A rolled-back change is never seen, under savepoints neither", async () => {
    await database.query(`begin;
      insert into stay values (1, 1, 'kept', 1);
      savepoint a; insert into stay values (2, 1, 'undone', 1); truncate host; rollback to a;
      savepoint b; update stay set state = 'kept too'; release b; commit`);
    await database.query("begin; delete from stay; truncate stay; rollback");
    assert.deepEqual(await images(), ["1 1 1 kept 1.00", "-1 1 1 kept 1.00", "1 1 1 kept too 1.00"]);
    assert.deepEqual(await resets(), []);
  });

  it("gives every row of a transaction its top-level transaction id, under savepoints too", async () => {
    await database.query(`begin; insert into stay values (1); savepoint a; insert into stay values (2); savepoint b;
      insert into stay values (3); commit`);
    const [row] = await database.query<{ count: number }>(
      "select count(distinct change_xid)::int as count from deltad.change_stays",
    );
    assert.equal(row?.count, 1);
  });

  for (const [operation, statement, weights] of [
    ["insert", "insert into stay (host_id) select 1 + g % 2 from generate_series(1, $1) g", 1],
    ["update", "update stay set state = 'x' where id <= $1", 2],
    ["delete", "delete from stay where id <= $1", 1],
  ] as const) {
    it(`keeps images of up to ${BULK_ROWS} rows in one ${operation}, and names the owners of more`, async () => {
      if (operation !== "insert") await fill();
      await forget();
      await database.query(statement.replace("$1", String(BULK_ROWS)));
      assert.equal((await images()).length, BULK_ROWS * weights);
      assert.deepEqual(await resets(), []);

      await database.query("truncate stay restart identity");
      if (operation !== "insert") await fill();
      await forget();
      await database.query(statement.replace("$1", String(BULK_ROWS + 1)));
      assert.deepEqual(await resets(), ["stays 1", "stays 2"]);
    });
  }

  it("names both owners of rows that a bulk update hands over, and none for rows without one", async () => {
    await database.query("insert into stay (host_id) select nullif(g % 2, 0) from generate_series(1, 50) g");
    await forget();
    await database.query("update stay set host_id = 3 where host_id = 1");
    assert.deepEqual(await resets(), ["stays 1", "stays 3"]);
  });

  it("tells a bulk statement over more than 1,000 owners as one reset of the table", async () => {
    await database.query("insert into stay (host_id) select g from generate_series(1, 1000) g");
    assert.equal((await resets()).length, 1000);
    await forget();
    await database.query("insert into stay (host_id) select g from generate_series(1, 1001) g");
    assert.ok((await resets()).includes("stays all"));
  });

  it("stores values wider than the column once was", async () => {
    await database.query(
      "begin; drop view deltad.guard_stays; alter table stay alter amount type numeric, alter state type text, alter id type bigint",
    );
    await database.query("insert into stay values (5000000000, 1, repeat('x', 30), 12345678901234567890.123456)");
    assert.deepEqual(await images(), [`1 5000000000 1 ${"x".repeat(30)} 12345678901234567890.123456`]);
    await database.query("rollback");
  });
});
