import assert from "node:assert/strict";
import { it } from "node:test";
import { HEARTBEAT } from "../../../daemon/capture/capture-options.ts";
import { bellFree, bellHeld } from "../../support/held-bell.ts";
import { createLedger } from "../../support/ledger.ts";
import { Proxy } from "../../support/proxy.ts";
import { eventually, pause } from "../../support/real-time.ts";
import { readerOf } from "../../support/run-reader.ts";
import { onEachServer } from "../../support/servers.ts";

/** 2 s with a heartbeat every 100 ms; DELTAD_TEST_IDLE_MS=30000 is the long form, with the heartbeat as it is in use. */
const IDLE_MS = Number(process.env["DELTAD_TEST_IDLE_MS"] ?? "2000");
const EVERY_MS = IDLE_MS >= 30_000 ? HEARTBEAT.everyMs : 100;

await onEachServer("an idle daemon", (server) => {
  it("sends exactly one statement per heartbeat, over all its sessions", async (t) => {
    const ledger = await createLedger(await server.createDatabase());
    const proxy = await Proxy.start(ledger.url);
    t.after(() => proxy.stop());
    const running = readerOf(proxy.url, { heartbeat: { ...HEARTBEAT, everyMs: EVERY_MS } });
    t.after(() => running.stop());
    await running.reader.start();
    const { sink } = running;
    await ledger.database.query("insert into ledger (id, holder) values (1, 1)");
    await sink.until(() => sink.sums.has("1"), "the row");
    await bellFree(ledger.database);
    await bellHeld(ledger.database);
    // The row is pruned at one of the next heartbeats; then nothing is left to do.
    const unread = 'select from deltad."change_ledger"';
    const isPruned = async (): Promise<boolean> => (await ledger.database.query(unread)).length === 0;
    await eventually("the row to be pruned", isPruned, { everyMs: EVERY_MS, withinMs: 5 * IDLE_MS + 20_000 });
    const pruned = sink.batches.length;
    await sink.until(() => sink.batches.length > pruned + 1, "heartbeats");

    const silence = async (): Promise<{ statements: number; reads: number; losses: number }> => {
      const before = { statements: proxy.statements, reads: sink.batches.length, losses: sink.losses.length };
      await pause(IDLE_MS, "silence");
      return {
        statements: proxy.statements - before.statements,
        reads: sink.batches.length - before.reads,
        losses: sink.losses.length - before.losses,
      };
    };
    // PostgreSQL ends the session of a reader that is held up for three heartbeats: what a new one sends is not an idle daemon's.
    let seen = await silence();
    for (let again = 0; seen.losses > 0 && again < 10; again += 1) seen = await silence();
    const { statements, reads, losses } = seen;
    assert.equal(losses, 0, sink.losses.join(" | "));
    assert.ok(Math.abs(statements - reads) <= 1, `${statements} statements, ${reads} reads: one may be under way`);
    assert.ok(statements <= Math.ceil(IDLE_MS / EVERY_MS), `${statements} statements in ${IDLE_MS} ms`);
    assert.ok(reads >= IDLE_MS / EVERY_MS / 2, `only ${reads} heartbeats`);
    t.diagnostic(`${statements} statements in ${IDLE_MS} ms, a heartbeat every ${EVERY_MS} ms`);
  });
});
