import assert from "node:assert/strict";
import { it } from "node:test";
import type pg from "pg";
import { createLedger } from "../../support/ledger.ts";
import { pause } from "../../support/real-time.ts";
import { readerOf } from "../../support/run-reader.ts";
import { onEachServer, type TestDatabase } from "../../support/servers.ts";

const WRITERS = 8;
const TRANSACTIONS = 40;

await onEachServer("the cursor", (server) => {
  it("L1 No committed change is skipped, none is applied twice", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const { database } = ledger;
    const running = readerOf(ledger.url);
    t.after(() => running.stop());
    await running.reader.start();
    // A lease that nobody moves keeps pruning away from the wrong cursors, which must fail by themselves.
    await database.query("select deltad.register_reader(gen_random_uuid())");

    const long = await database.client();
    await long.query("begin; insert into ledger (id, holder) values (1, 1)");
    const bySequence = await wrongReader(database, "change_seq > $1", "max(change_seq)");
    const byXmin = await wrongReader(
      database,
      "change_xid::text::bigint > $1 and change_xid < pg_snapshot_xmin(pg_current_snapshot())",
      "max(change_xid::text::bigint)",
    );

    await Promise.all(Array.from({ length: WRITERS }, async (_, n) => writer(await database.client(), n + 1)));
    const seenByXmin = byXmin.ids.size;
    await long.query("commit");
    const committed = await database.query<{ id: string }>("select id::text from ledger order by id");
    const expected = new Map(committed.map(({ id }) => [id, 1n]));
    const { sink } = running;
    await sink.until(() => [...expected.keys()].every((id) => sink.sums.get(id) !== undefined), "every committed row");
    await bySequence.stop();
    await byXmin.stop();

    assert.ok(expected.size > 300, `only ${expected.size} rows were committed`);
    const counted = new Map([...sink.sums].filter(([, sum]) => sum !== 0n));
    assert.deepEqual(new Map([...counted].toSorted(byId)), new Map([...expected].toSorted(byId)));
    assert.equal(sink.epochs.length, 1);
    const lost = [...expected.keys()].filter((id) => !bySequence.ids.has(id)).length;
    assert.ok(lost > 0, "reading by sequence number was expected to lose rows: the writers did not overlap");
    assert.equal(seenByXmin, 0, "reading below xmin was expected to stall behind the open transaction");
    t.diagnostic(`${expected.size} rows; by sequence number ${lost} lost; below xmin ${seenByXmin} seen in time`);
  });

  it("L2 A rolled-back change is never seen", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const running = readerOf(ledger.url);
    t.after(() => running.stop());
    await running.reader.start();
    const client = await ledger.database.client();
    await client.query("begin; insert into ledger (id, holder) values (1, 1); rollback");
    await client.query(`begin; insert into ledger (id, holder) values (2, 1); savepoint s;
      insert into ledger (id, holder) values (3, 1); update ledger set holder = 2 where id = 2; truncate ledger;
      rollback to savepoint s; insert into ledger (id, holder) values (4, 1); commit`);
    await client
      .query("insert into ledger (id, holder) values (5, 1)")
      .then(() => client.query("delete from ledger where id = 5"));
    await client.query("insert into ledger (id, holder) values (6, 1)");
    const { sink } = running;
    await sink.until(() => sink.sums.has("6"), "the last row");
    assert.deepEqual(Object.fromEntries([...sink.sums].filter(([, sum]) => sum !== 0n)), { 2: 1n, 4: 1n, 6: 1n });
    assert.ok(!sink.sums.has("1") && !sink.sums.has("3"));
    assert.deepEqual(sink.cuts, []);
  });
});

/** Short transactions whose sequence numbers and commits come in different orders, some undone in part or whole. */
async function writer(client: pg.Client, n: number): Promise<void> {
  for (let i = 0; i < TRANSACTIONS; i += 1) {
    const id = n * 1_000_000 + i * 10;
    const row = (offset: number): string => `insert into ledger (id, holder) values (${id + offset}, ${n})`;
    await client.query(`begin; ${row(1)}; savepoint a; ${row(2)}`);
    if (i % 3 !== 0) await pause(Math.random() * 6, "chance");
    await client.query(
      i % 2 === 0
        ? "rollback to savepoint a"
        : `release savepoint a; update ledger set holder = 9 where id = ${id + 1}`,
    );
    await client.query(`${row(3)}; ${i % 5 === 0 ? `delete from ledger where id = ${id + 1}` : "select"}`);
    await client.query(i % 7 === 0 ? "rollback" : "commit");
  }
}

/** Reads the change table as fast as it can from the greatest position seen. */
async function wrongReader(
  database: TestDatabase,
  condition: string,
  position: string,
): Promise<{ ids: Set<string>; stop(): Promise<void> }> {
  const client = await database.client();
  const ids = new Set<string>();
  const stopping = new AbortController();
  let last = "0";
  const read = async (): Promise<void> => {
    const { rows } = await client.query<{ ids: string[] | null; last: string | null }>(
      `select array_agg(id::text) as ids, (${position})::text as last from deltad."change_ledger" where ${condition}`,
      [last],
    );
    for (const id of rows[0]?.ids ?? []) ids.add(id);
    last = rows[0]?.last ?? last;
  };
  const loop = (async () => {
    while (!stopping.signal.aborted) await read();
    await read();
  })();
  const stop = async (): Promise<void> => {
    stopping.abort();
    await loop;
  };
  return { ids, stop };
}

function byId([a]: [string, bigint], [b]: [string, bigint]): number {
  return Number(a) - Number(b);
}
