import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { SessionPool } from "../../../daemon/database/session-pool.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import { withheldReader } from "../../../daemon/resume/withheld-reader.ts";
import { parseSnapshot, sees as includesXid } from "../../../daemon/stream/snapshot.ts";
import { DEMO } from "../../support/oracle.ts";
import { book, SEASON } from "../../support/returning-client.ts";
import { createMarketplace } from "../../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

await onEachServer("events that were withheld", (server) => {
  let database: TestDatabase;
  let pool: SessionPool;
  let incarnation = "";
  /** The snapshot before each write, and that after the last. */
  const snapshots: string[] = [];

  const ask = async (expression: string): Promise<string> =>
    (await database.query<{ answer: string }>(`select ${expression} as answer`))[0]?.answer ?? "";
  const readAll = async (since: number, upto: number, life = incarnation, mostRows = 20) => {
    const reader = withheldReader({
      plan: compile(DEMO.config),
      sessions: pool,
      zones: () => ["UTC"],
      mostRows,
    });
    const range = { since: snapshots[since] ?? "", upto: snapshots[upto] ?? "" };
    const { events, count } = await reader("1", range, life);
    const all = [...events];
    assert.equal(count, all.length);
    return all;
  };
  const read = async (...of: Parameters<typeof readAll>): Promise<unknown[]> => {
    return (await readAll(...of)).map(({ event }) => event.data["bookingId"]);
  };

  before(async () => {
    database = await server.createDatabase();
    await createMarketplace(database, DEMO);
    await database.query(SEASON);
    pool = new SessionPool({ url: database.url, role: "history", statementTimeoutMs: 30_000 }, 1);
    incarnation = await ask("encode(deltad.incarnation(), 'hex')");
    for (const write of [book(5), book(4), book(6, 2), book(3)]) {
      snapshots.push(await ask("pg_current_snapshot()::text"));
      await database.query(write);
    }
    snapshots.push(await ask("pg_current_snapshot()::text"));
  });
  after(() => pool.stop());

  it("are those of the owner between two snapshots, in order of commit", async () => {
    assert.deepEqual(await read(0, 4), ["5", "4", "3"]);
    assert.deepEqual(await read(1, 3), ["4"]);
  });

  it("say how far each brings who gets it with rows, and of a transaction with a bulk statement that it is not over", async () => {
    const all = await readAll(0, 4);
    const xids = all.map(({ event }) => event.xid);
    const sees = all.map(({ rows: { snapshot } }) => xids.map((xid) => includesXid(parseSnapshot(snapshot), xid)));
    assert.deepEqual(sees, [
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ]);
    assert.ok(all.every(({ rows }) => rows.part === undefined));
    const [first = 0n] = xids;
    // Another owner's bulk statement keeps none of this one's open.
    for (const [owner, isOver] of [
      ["1", false],
      ["2", true],
    ] as const) {
      await database.query("insert into deltad.reset (source, owner, change_xid) values ('listings', $1, $2)", [
        owner,
        String(first),
      ]);
      const again = await readAll(0, 4);
      await database.query("delete from deltad.reset");
      assert.equal(again.length, 3);
      assert.ok(again.every(({ rows: { snapshot } }) => includesXid(parseSnapshot(snapshot), first) === isOver));
    }
  });

  it("are not read where they are too many to be in memory at once", async () => {
    // The heads of the reply are two more.
    assert.deepEqual(await read(0, 4, incarnation, 5), ["5", "4", "3"]);
    await assert.rejects(read(0, 4, incarnation, 4), /more than 4/);
  });

  it("are not read from another life of the change rows, nor where some may be gone", async () => {
    await assert.rejects(read(0, 4, "00"), /another life/);
    await database.query(`update deltad.floor set upto = '${snapshots[1]}'`);
    assert.deepEqual(await read(1, 4), ["4", "3"]);
    await assert.rejects(read(0, 4), /pruned/);
  });
});
