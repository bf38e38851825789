/** Changes are kept for clients that come back: as long as is said, and no longer. */
import assert from "node:assert/strict";
import { before, beforeEach, it } from "node:test";
import { install } from "../../support/install.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";
import { STAYS, STAYS_SCHEMA } from "../../support/stays.ts";

await onEachServer("retention", (server) => {
  let database: TestDatabase;

  before(async () => {
    database = await server.createDatabase();
    await database.query(STAYS_SCHEMA);
    await install(database, STAYS);
  });
  beforeEach(() =>
    database.query(
      "delete from deltad.change_stays; delete from deltad.mark; delete from deltad.floor; delete from deltad.pruned",
    ),
  );

  const insert = (id: number): Promise<unknown> => database.query(`insert into stay (id) values (${id})`);
  const prune = (keep = "interval '1 hour', 1000"): Promise<unknown> =>
    database.query(`select deltad.prune(100, ${keep})`);
  const age = (by: string): Promise<unknown> =>
    database.query(`update deltad.mark set made_at = made_at - interval '${by}'`);
  const left = async (): Promise<number[]> =>
    (await database.query<{ id: string }>("select id from deltad.change_stays order by id")).map(({ id }) =>
      Number(id),
    );
  const isBelowFloor = async (cursor: string): Promise<boolean> => {
    const [floor] = await database.query<{ upto: string }>("select upto::text from deltad.floor");
    if (floor === undefined) return false;
    const [row] = await database.query<{ gone: boolean }>(
      `select pg_snapshot_xmax('${floor.upto}') > pg_snapshot_xmax('${cursor}') as gone`,
    );
    return row?.gone === true;
  };
  const now = async (): Promise<string> =>
    (await database.query<{ now: string }>("select pg_current_snapshot()::text as now"))[0]?.now ?? "";

  it("keeps what is younger than the retention, removes what is older, and remembers up to where", async () => {
    const early = await now();
    await insert(1);
    await prune();
    await age("61 minutes");
    const late = await now();
    await insert(2);
    await prune();
    assert.deepEqual(await left(), [2]);
    assert.deepEqual([await isBelowFloor(early), await isBelowFloor(late)], [true, false]);
  });

  it("keeps no more changes than are allowed, however young", async () => {
    await insert(3);
    await prune("interval '1 hour', 5");
    for (const id of [4, 5, 6, 7, 8]) await insert(id);
    await prune("interval '1 hour', 5");
    assert.deepEqual(await left(), [4, 5, 6, 7, 8]);
  });

  it("removes everything that was read where nothing is to be kept", async () => {
    await insert(9);
    await prune("interval '0', 1000");
    assert.deepEqual(await left(), []);
  });

  it("marks at most once a minute, and forgets the marks of what is gone", async () => {
    await prune();
    await prune();
    const marks = (): Promise<unknown[]> => database.query("select from deltad.mark");
    assert.equal((await marks()).length, 1);
    await age("2 hours");
    await prune();
    await age("2 hours");
    await prune();
    assert.equal((await marks()).length, 2);
  });

  it("the secret is one for all, and another one after the tables were emptied", async () => {
    const secret = async (): Promise<string | undefined> =>
      (await database.query<{ s: string }>("select encode(deltad.incarnation(), 'hex') as s"))[0]?.s;
    const first = await secret();
    assert.equal(await secret(), first);
    await database.query("truncate deltad.incarnation");
    assert.notEqual(await secret(), first);
  });
});
