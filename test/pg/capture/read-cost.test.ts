import assert from "node:assert/strict";
import { it } from "node:test";
import type pg from "pg";
import { batchStatements } from "../../../daemon/capture/statement.ts";
import { createLedger, LEDGER_KIND, LEDGER_TABLES } from "../../support/ledger.ts";
import { onEachServer } from "../../support/servers.ts";

const CHANGES = 100_000;

await onEachServer("the cost of reading", (server) => {
  it("stays flat while a transaction that has written stays open and others commit after it", async (t) => {
    const { database } = await createLedger(await server.createDatabase());
    const reader = await database.client();
    await reader.query("set enable_seqscan = off; set jit = off; set plan_cache_mode = force_generic_plan");
    await database.query("select deltad.register_reader('00000000-0000-0000-0000-000000000001')");
    const { read } = batchStatements(LEDGER_TABLES, [LEDGER_KIND]);
    const rescan = read.text.replaceAll(
      /c\.change_xid >= pg_snapshot_xmax\(\$1::pg_snapshot\)\s+or c\.change_xid = any\(array\(select pg_snapshot_xip\(\$1::pg_snapshot\)\)\)/g,
      "c.change_xid >= pg_snapshot_xmin($1::pg_snapshot) and not pg_visible_in_snapshot(c.change_xid, $1::pg_snapshot)",
    );
    assert.notEqual(rescan, read.text);
    await reader.query(`prepare own (pg_snapshot, uuid, text[], text[]) as ${read.text}`);
    await reader.query(`prepare wrong (pg_snapshot, uuid, text[], text[]) as ${rescan}`);

    // Enough for the index to have its full height in both measurements.
    await database.query(committedChanges(CHANGES / 5));
    const open = await database.client();
    await open.query("begin; insert into ledger (id, holder) values (1, 1)");
    // Only behind a later transaction is it one that the cursor must ask for by name.
    await database.query("insert into ledger (id, holder) values (4, 1)");
    const small = await costs(reader, () => database.query("insert into ledger (id, holder) values (2, 1)"));
    await database.query(committedChanges(CHANGES));
    await database.query('analyze deltad."change_ledger"');
    const large = await costs(reader, () => database.query("insert into ledger (id, holder) values (3, 1)"));

    assert.ok(large.empty <= small.empty * 1.5, `an empty read: ${small.empty} blocks, then ${large.empty}`);
    assert.ok(large.one <= small.one * 1.5, `one change: ${small.one} blocks, then ${large.one}`);
    assert.ok(
      large.wrong > large.empty * 20,
      `asking for visibility was expected to scan again: ${large.wrong} blocks`,
    );
    assert.ok(!large.plan.includes("Seq Scan on change_ledger"), large.plan);
    await open.query("rollback");
    t.diagnostic(
      `blocks before and after ${CHANGES} changes: ${small.empty} and ${large.empty} empty, ${small.one} and ${large.one} with one change, ${large.wrong} by visibility`,
    );
  });
});

/** Images in transactions of 500. */
function committedChanges(rows: number): string {
  return `do $$ begin for i in 1..${rows / 500} loop
    insert into deltad."change_ledger" (change_weight, id, holder) select 1, n + 10, 1 from generate_series(1, 500) n; commit;
  end loop; end $$`;
}

interface Costs {
  readonly empty: number;
  readonly one: number;
  readonly wrong: number;
  readonly plan: string;
}

async function costs(reader: pg.Client, writeOne: () => Promise<unknown>): Promise<Costs> {
  const { rows } = await reader.query<{ cursor: string }>("select pg_current_snapshot()::text as cursor");
  const cursor = rows[0]?.cursor ?? "";
  const empty = await blocks(reader, "own", cursor);
  const wrong = await blocks(reader, "wrong", cursor);
  await writeOne();
  const one = await blocks(reader, "own", cursor);
  return { empty: empty.blocks, wrong: wrong.blocks, one: one.blocks, plan: empty.plan };
}

/** Buffers touched by one execution, the fewest of three: the first settles hint bits and the plan, and the catalogs may be read anew in any. */
async function blocks(reader: pg.Client, statement: string, cursor: string): Promise<{ blocks: number; plan: string }> {
  const explain = `explain (analyze, buffers) execute ${statement} ('${cursor}', '00000000-0000-0000-0000-000000000001', '{UTC}', null)`;
  let fewest = Number.POSITIVE_INFINITY;
  let plan = "";
  for (let time = 1; time <= 3; time += 1) {
    const { rows } = await reader.query<{ "QUERY PLAN": string }>(explain);
    plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    const total = plan.split("Planning")[0] ?? "";
    const top = /Buffers: ([^\n]*)/.exec(total)?.[1] ?? "";
    const touched = [...top.matchAll(/(?:hit|read)=(\d+)/g)].reduce((sum, match) => sum + Number(match[1]), 0);
    fewest = Math.min(fewest, touched);
  }
  return { blocks: fewest, plan };
}
