/** Leases and pruning: nothing is removed that a living reader has not read, and everything else is. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { before, beforeEach, it } from "node:test";
import type pg from "pg";
import { install } from "../../support/install.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

await onEachServer("leases", (server) => {
  let database: TestDatabase;

  before(async () => {
    database = await server.createDatabase();
    await database.query(STAYS_SCHEMA);
    await install(database, STAYS);
  });

  beforeEach(async () => {
    await database.query(`truncate stay, deltad.change_stays;
      delete from deltad.reset; delete from deltad.reader; delete from deltad.pruned`);
  });

  async function value<T>(
    sql: string,
    params: unknown[] = [],
    on: Pick<TestDatabase, "query"> | pg.Client = database,
  ): Promise<T> {
    const result = await (on.query as (sql: string, params: unknown[]) => Promise<unknown>)(sql, params);
    const rows = (Array.isArray(result) ? result : (result as pg.QueryResult).rows) as { value: T }[];
    return rows[0]?.value as T;
  }

  async function register(): Promise<{ id: string; cursor: string }> {
    const id = randomUUID();
    return { id, cursor: await value<string>("select deltad.register_reader($1)::text as value", [id]) };
  }

  const now = (): Promise<string> => value("select pg_current_snapshot()::text as value");
  const heartbeat = (id: string, cursor: string): Promise<boolean> =>
    value("select deltad.heartbeat($1, $2, 'probe') as value", [id, cursor]);
  const prune = async (maxRows = 1000): Promise<number> =>
    Number(await value("select deltad.prune($1) as value", [maxRows]));
  const left = async (): Promise<number[]> =>
    (await database.query<{ id: string }>("select id from deltad.change_stays order by id")).map((row) =>
      Number(row.id),
    );
  const insert = (...ids: number[]): Promise<unknown> =>
    database.query(`insert into stay (id, host_id) values ${ids.map((id) => `(${id}, 1)`).join(", ")}`);

  it("keeps what a living reader has not read, and removes the rest", async () => {
    const reader = await register();
    await insert(1);
    const cursor = await now();
    await insert(2);
    assert.equal(await prune(), 0);
    assert.ok(await heartbeat(reader.id, cursor));
    assert.equal(await prune(), 1);
    assert.deepEqual(await left(), [2]);
  });

  it("removes only what all living readers have read: the intersection of their snapshots", async () => {
    const [a, b] = [await register(), await register()];
    const open = await database.client();
    await open.query("begin; insert into stay (id) values (1)");
    await insert(2);
    // Sees 2, and 1 as in progress; then sees both, but not 3.
    const early = await now();
    await open.query("commit");
    const late = await now();
    await insert(3);
    await heartbeat(a.id, await now());
    await heartbeat(b.id, early);
    await prune();
    assert.deepEqual(await left(), [1, 3]);
    await heartbeat(b.id, late);
    await prune();
    assert.deepEqual(await left(), [3]);
    await database.query("select deltad.release_reader($1)", [b.id]);
    await prune();
    assert.deepEqual(await left(), []);
  });

  it("removes everything where no reader lives", async () => {
    await insert(1, 2, 3);
    await database.query("truncate stay");
    assert.equal(await prune(), 4);
  });

  it("ends the lease of a reader not seen for 60 s, which its next heartbeat tells it", async () => {
    const reader = await register();
    await insert(1);
    await database.query("update deltad.reader set seen_at = seen_at - interval '59 seconds'");
    assert.equal(await prune(), 0);
    await database.query("update deltad.reader set seen_at = seen_at - interval '2 seconds'");
    assert.equal(await prune(), 1);
    assert.equal(await heartbeat(reader.id, reader.cursor), false);
  });

  it("does not wait for a heartbeat that is being written, nor end its lease", async () => {
    const reader = await register();
    await database.query("update deltad.reader set seen_at = seen_at - interval '61 seconds'");
    const beating = await database.client();
    await beating.query("begin");
    await beating.query("select deltad.heartbeat($1, $2, '')", [reader.id, reader.cursor]);
    await insert(1);
    assert.equal(await prune(), 0);
    await beating.query("commit");
    assert.ok(await heartbeat(reader.id, reader.cursor));
  });

  it("prunes in slices of whole or part transactions until nothing is left, behind a transaction that stays open", async () => {
    const open = await database.client();
    await open.query("begin; insert into stay (id) values (999)");
    for (let first = 1; first <= 40; first += 4) await insert(first, first + 1, first + 2, first + 3);
    const slices = [];
    for (let slice = 7; slice === 7; ) slices.push((slice = await prune(7)));
    assert.deepEqual(slices, [7, 7, 7, 7, 7, 5]);
    await open.query("commit");
    assert.deepEqual(await left(), [999]);
    assert.equal(await prune(7), 1);
    assert.deepEqual(await left(), []);
  });

  it("does not walk again over rows that it has removed while somebody holds a transaction open", async () => {
    const open = await database.client();
    await open.query("begin isolation level repeatable read; select from stay");
    await database.query("insert into stay (host_id) select 1 from generate_series(1, 5000) g");
    await database.query("insert into stay (host_id) select 1 from generate_series(1, 5000) g");
    assert.equal(await prune(20_000), 10_000);
    await insert(100_001);
    const client = await database.client();
    await client.query("begin");
    const removed = await value<string>("select deltad.prune(1000) as value", [], client);
    const read = await value<number>(
      "select pg_stat_get_xact_blocks_fetched('deltad.change_stays'::regclass)::int as value",
      [],
      client,
    );
    await client.query("commit");
    assert.equal(Number(removed), 1);
    await open.query("rollback");
    assert.ok(read < 20, `${read} blocks were read, of some 100`);
  });

  it("removes rows of another life, whose transaction ids lie in the future, and ignores its marks", async () => {
    await insert(1, 2);
    await database.query("update deltad.change_stays set change_xid = '9000000000' where id = 1");
    await database.query("insert into deltad.reset values ('9000000001', 'stays', null)");
    await database.query("insert into deltad.pruned values ('change_stays', '9000000000:9000000000:')");
    const other = await register();
    assert.deepEqual(await left(), [2]);
    assert.deepEqual(await database.query("select from deltad.reset"), []);
    await database.query(
      "insert into deltad.pruned values ('change_stays', '9000000000:9000000000:') on conflict (change_table) do update set upto = excluded.upto",
    );
    await heartbeat(other.id, await now());
    assert.equal(await prune(), 1);
  });

  it("a reader that registers during a prune waits for it, and loses nothing", async () => {
    const pruning = await database.client();
    await pruning.query("begin; select deltad.prune(10)");
    const client = await database.client();
    const id = randomUUID();
    let isRegistered = false;
    const registering = client.query("select deltad.register_reader($1)", [id]).then(() => (isRegistered = true));
    await insert(1);
    const waiting = "select from pg_locks where relation = 'deltad.lease_lock'::regclass and not granted";
    while ((await database.query(waiting)).length === 0) assert.equal(isRegistered, false, "it waits");
    assert.equal(await value("select deltad.prune(10) as value"), null, "another prune does not wait");
    await pruning.query("commit");
    await registering;
    await insert(2);
    await heartbeat(
      id,
      (await database.query<{ cursor: string }>("select cursor::text from deltad.reader"))[0]?.cursor ?? "",
    );
    await prune();
    assert.deepEqual(await left(), [2]);
  });

  it("refuses to register or prune at a snapshot older than its lock", async () => {
    for (const call of ["deltad.prune(1)", `deltad.register_reader('${randomUUID()}')`]) {
      const client = await database.client();
      await client.query("begin isolation level repeatable read");
      await assert.rejects(client.query(`select ${call}`), /needs READ COMMITTED/);
      await client.query("rollback");
    }
  });
});
