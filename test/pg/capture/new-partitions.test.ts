/**
 * Partitions that come after deltad was installed: row triggers that PostgreSQL copies to them keep what happens there, until
 * `migrate apply` makes statement triggers. Whatever statement reaches a row, by whatever way, its images are kept once.
 */
import assert from "node:assert/strict";
import { before, beforeEach, it } from "node:test";
import { checkCapture } from "../../../daemon/capture/check.ts";
import { install, LIMITS } from "../../support/install.ts";
import { onEachServer, type TestDatabase, type TestServer, withoutMerge } from "../../support/servers.ts";
import { STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

/** Hosts below 100 are in a partition with statement triggers; 100 to 199 in one that came since, 200 on in one below a table that came since. */
async function treeWithNewPartitions(server: TestServer): Promise<TestDatabase> {
  const database = await server.createDatabase();
  await database.query(`
    ${STAYS_SCHEMA.replace(/create table stay .*;/, "")}
    create table stay (id int, host_id int, state varchar(20), amount numeric(12,2), note text) partition by range (host_id);
    create table armed partition of stay for values from (1) to (100)`);
  await install(database, STAYS);
  await database.query(`
    create table fresh partition of stay for values from (100) to (200);
    create unique index on fresh (id);
    create table branch partition of stay for values from (200) to (400) partition by list (state);
    create table leaf partition of branch default;
    create function add_to(place text, id int, host int) returns int language plpgsql as $$
      begin execute format('insert into %I (id, host_id, state) values ($1, $2, ''new'')', place) using id, host; return id; end $$`);
  return database;
}

await onEachServer("a partition that came since", (server) => {
  let database: TestDatabase;

  before(async () => {
    database = await treeWithNewPartitions(server);
  });

  beforeEach(async () => {
    await database.query("truncate stay; delete from deltad.change_stays; delete from deltad.reset");
  });

  /** Rows whose images don't add up to what became of them: as `weight id host state`. None of an owner that is read again. */
  async function unexplained(from: readonly string[] = []): Promise<string[]> {
    const rows = await database.query<{ row: string }>(
      `select concat_ws(' ', sum(weight), id, host_id, state) as row
         from (select change_weight as weight, id, host_id, state from deltad.change_stays
               union all select -1, id, host_id, state from stay
               union all select 1, (w).id, (w).host_id, (w).state
                 from (select string_to_array(unnest($1::text[]), ' ') as f) was,
                      lateral (select f[1]::bigint as id, f[2]::bigint as host_id, f[3] as state) w) images
        where host_id::text not in (select owner from deltad.reset where owner is not null)
        group by id, host_id, state having sum(weight) <> 0 order by 1`,
      [from],
    );
    return rows.map(({ row }) => row);
  }

  const rows = async (): Promise<string[]> =>
    (await database.query<{ row: string }>("select concat_ws(' ', id, host_id, state) as row from stay")).map(
      ({ row }) => row,
    );

  const resets = async (): Promise<string[]> =>
    (
      await database.query<{ owner: string }>(
        "select distinct coalesce(owner, 'all') as owner from deltad.reset order by 1",
      )
    ).map(({ owner }) => owner);

  it("has all it needs", async () => {
    assert.deepEqual(await checkCapture(database, STAYS, LIMITS), []);
  });

  const WAYS: Readonly<Record<string, string>> = {
    "by the root": "insert into stay (id, host_id, state) values (1, 1, 'new'), (2, 150, 'new'), (3, 250, 'new')",
    "by itself": "insert into fresh (id, host_id, state) values (1, 150, 'new'), (2, 151, 'new')",
    "by a table between": "insert into branch (id, host_id, state) values (1, 250, 'new'), (2, 251, 'old')",
    "by two names in one transaction":
      "begin; insert into fresh (id, host_id, state) values (1, 150, 'new'); insert into stay (id, host_id, state) values (2, 150, 'new'), (3, 1, 'new'); commit",
    "by two names in one statement":
      "with a as (insert into fresh (id, host_id, state) values (1, 150, 'new')), b as (insert into leaf (id, host_id, state) values (4, 250, 'new')) insert into stay (id, host_id, state) values (2, 150, 'new'), (3, 1, 'new')",
    "by a function inside of a statement":
      "insert into stay (id, host_id, state) select add_to('fresh', 7, 150), 1, 'outer' union all select add_to('stay', 8, 160), 260, 'outer'",
    "by an upsert": `insert into fresh (id, host_id, state) values (1, 150, 'new');
       insert into fresh (id, host_id, state) values (1, 150, 'x'), (2, 150, 'y') on conflict (id) do update set state = excluded.state`,
    "and deleted in the same transaction":
      "begin; insert into stay (id, host_id, state) values (1, 150, 'new'), (2, 150, 'new'); delete from fresh where id = 1; update stay set state = 'done'; commit",
    "with a savepoint that is rolled back":
      "begin; savepoint s; insert into fresh (id, host_id, state) values (1, 150, 'new'); rollback to s; insert into stay (id, host_id, state) values (2, 150, 'new'), (3, 1, 'new'); commit",
    "by MERGE":
      "insert into stay (id, host_id, state) values (1, 150, 'new'), (2, 1, 'new'); merge into stay using (values (1), (2), (3)) v(id) on stay.id = v.id when matched then update set state = 'merged' when not matched then insert (id, host_id, state) values (v.id, 250, 'merged')",
    "as a replica":
      "set session_replication_role = replica; insert into stay (id, host_id, state) values (1, 150, 'new'); insert into fresh (id, host_id, state) values (2, 150, 'new'); reset session_replication_role",
    "with settings that are reset between two statements":
      "begin; insert into fresh (id, host_id, state) values (1, 150, 'new'); reset all; insert into stay (id, host_id, state) values (2, 150, 'new'); commit",
  };

  for (const [way, statements] of Object.entries(WAYS)) {
    it(`keeps each row's images once: written ${way}`, {
      skip: way === "by MERGE" && withoutMerge(server),
    }, async () => {
      await database.query(statements);
      assert.notDeepEqual(await rows(), []);
      assert.deepEqual(await unexplained(), []);
      assert.deepEqual(await resets(), []);
    });
  }

  it("tells a row that moves to it or from it by its owners", async () => {
    await database.query(
      "insert into stay (id, host_id, state) values (1, 1, 'new'), (2, 150, 'new'), (3, 250, 'new')",
    );
    await database.query("delete from deltad.change_stays");
    const before = await rows();
    await database.query("update stay set host_id = host_id + 100 where id <= 2");
    assert.deepEqual(await unexplained(before), []);
    assert.deepEqual(await resets(), ["1", "101", "150", "250"]);
  });

  it("tells a row that MERGE moves to it or from it by its owners", { skip: withoutMerge(server) }, async () => {
    await database.query("insert into stay (id, host_id, state) values (1, 150, 'new'), (2, 1, 'new')");
    await database.query("delete from deltad.change_stays");
    const before = await rows();
    await database.query(
      "merge into stay using (values (1, 2), (2, 160)) v(id, host) on stay.id = v.id when matched then update set host_id = host",
    );
    assert.deepEqual(await unexplained(before), []);
    assert.deepEqual(await resets(), ["1", "150", "160", "2"]);
  });

  it("has the whole table read again beyond as many rows of a transaction as a bulk statement has", async () => {
    await database.query(
      "insert into fresh (id, host_id, state) select n, 100 + n % 3, 'new' from generate_series(1, 5003) n",
    );
    assert.deepEqual(await resets(), ["all"]);
    const [kept] = await database.query<{ images: number }>("select count(*)::int as images from deltad.change_stays");
    assert.equal(kept?.images, 5_000);
  });

  it("of random writes by every name, each row's images add up to what became of it", async () => {
    const random = randomFrom(20_261_129);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
    const host = {
      stay: [1, 2, 150, 151, 250, 251],
      armed: [1, 2],
      fresh: [150, 151],
      branch: [250, 251],
      leaf: [250, 251],
    };
    const statement = (): string => {
      const place = pick(["stay", "armed", "fresh", "branch", "leaf"] as const);
      const id = Math.floor(random() * 20);
      return pick([
        `insert into ${place} (id, host_id, state) select ${id} + 100 * (random() * 1e6)::int, h, 's${id % 3}' from unnest('{${pick(host[place])},${pick(host[place])}}'::int[]) h`,
        `update ${place} set state = 's${id % 5}' where id % 7 = ${id % 7}`,
        `delete from ${place} where id = ${id}`,
        `with gone as (delete from ${pick(["fresh", "armed", "leaf"])} where id % 5 = ${id % 5} returning *) insert into stay select * from gone`,
      ]);
    };
    for (let round = 0; round < 60; round += 1) {
      const inside = Array.from({ length: 1 + Math.floor(random() * 3) }, statement);
      const undone = `savepoint s; ${statement()}; rollback to s`;
      await database.query(["begin", ...inside, ...(random() < 0.3 ? [undone] : []), statement(), "commit"].join("; "));
    }
    assert.ok((await rows()).length > 20);
    assert.deepEqual(await unexplained(), []);
  });

  it("that was detached and comes back has row triggers beside its statement triggers, and each row is still kept once", async () => {
    await database.query(
      "alter table stay detach partition armed; alter table stay attach partition armed for values from (1) to (100)",
    );
    assert.deepEqual(await checkCapture(database, STAYS, LIMITS), []);
    await database.query(
      "insert into armed (id, host_id, state) values (1, 1, 'new'); insert into stay (id, host_id, state) values (2, 1, 'new'), (3, 150, 'new')",
    );
    assert.deepEqual(await unexplained(), []);
    assert.deepEqual(await install(database, STAYS), ["watch", "rights"]);
    const enabled = await database.query(
      "select from pg_trigger where tgname = 'zz_deltad_row' and tgenabled <> 'D' and tgrelid in ('armed'::regclass, 'fresh'::regclass, 'leaf'::regclass)",
    );
    assert.equal(enabled.length, 0);
  });

  it("that is the default one and the only one, without any constraint, keeps each row's images once", async () => {
    const tree = await server.createDatabase();
    await tree.query(`${STAYS_SCHEMA.replace(/create table stay .*;/, "")}
      create table stay (id int, host_id int, state varchar(20), amount numeric(12,2), note text) partition by list (host_id)`);
    await install(tree, STAYS);
    await tree.query("create table everything partition of stay default; insert into stay (id, host_id) values (1, 1)");
    assert.deepEqual(await tree.query("select id::int, change_weight as weight from deltad.change_stays"), [
      { id: 1, weight: 1 },
    ]);
  });

  it("lacks what captures it once its row trigger is disabled, and so does every table above it", async () => {
    const tree = await treeWithNewPartitions(server);
    await tree.query("alter table leaf disable trigger zz_deltad_row");
    const findings = (await checkCapture(tree, STAYS, LIMITS)).map(({ meaning }) => meaning.split(" is ")[0]);
    const missing = ["branch", "leaf"].flatMap((table) =>
      ["delete", "insert", "truncate", "update"].map((event) => `The trigger deltad_${event} on ${table}`),
    );
    // Moves below the table that came since are told by nobody either.
    const moves = ["armed", "branch", "fresh", "leaf", "stay"].map((table) => `The trigger zz_deltad_move on ${table}`);
    assert.deepEqual(new Set(findings), new Set([...missing, ...moves, "The trigger zz_deltad_row on leaf"]));
    assert.deepEqual(await install(tree, STAYS), ["watch", "rights"]);
    assert.deepEqual(await checkCapture(tree, STAYS, LIMITS), []);
  });
});

/** mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
