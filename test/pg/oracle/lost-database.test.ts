import assert from "node:assert/strict";
import { it } from "node:test";
import { DEMO } from "../../support/oracle.ts";
import { book } from "../../support/oracle-run/demo-bench.ts";
import { Historian } from "../../support/oracle-run/history.ts";
import { installMarketplace } from "../../support/oracle-run/installed.ts";
import { Judge } from "../../support/oracle-run/judge.ts";
import { SettableTime } from "../../support/oracle-run/settable-time.ts";
import { Stack } from "../../support/oracle-run/stack.ts";
import { Proxy } from "../../support/proxy.ts";
import { databaseOn, onEachMajor, startCluster, type TestDatabase } from "../../support/servers.ts";

const NOON = Date.UTC(2026, 4, 8, 12) * 1000;
/** Of the contract: C5. */
const STALE_WITHIN_MS = 15_000;

await onEachMajor("a database that crashes", (major) => {
  it("L10 Where the daemon cannot keep L3, it says `stale`; it never guesses", async (t) => {
    const running = await startCluster(major);
    t.after(() => running.remove());
    const { cluster } = running;
    const proxy = await Proxy.start(cluster.url("postgres"));
    t.after(() => proxy.stop());
    const database = await databaseOn(cluster);
    const installed = await installMarketplace(database, DEMO);
    await database.query(`
        insert into owners (id, name, time_zone) values (1, 'Ana', 'America/Havana'), (2, 'Rui', 'UTC');
        insert into listings (id, owner_id, hangar_number, status) values (1, 1, 'H', 'active'), (2, 2, 'H', 'active');
        ${book(1, 10, "2026-05-08T09:00:00Z")} ${book(2, 20, "2026-05-08T09:00:00Z")}`);

    const time = new SettableTime(NOON);
    const stack = new Stack({ installed: { ...installed, daemonUrl: proxy.through(installed.daemonUrl) }, time });
    t.after(() => stack.stop());
    await stack.start();
    const screens = ["1", "2", "99"].map((owner) => stack.watch(owner));
    await judgeOn(stack, database).settle();

    const frames = screens.map((screen) => screen.frames);
    const wentAwayMs = performance.now();
    await cluster.stop("immediate");
    await stack.changes.until(
      () => screens.every(({ staleBecause }) => staleBecause !== undefined),
      () => "every screen to be told",
    );
    assert.ok(performance.now() - wentAwayMs < STALE_WITHIN_MS);
    // Nothing is known of the new day, and nothing is said.
    time.set(NOON + 24 * 3_600_000_000);
    const newcomer = stack.watch("1");
    assert.ok(newcomer.staleBecause !== undefined, "who comes now is told as well");

    await cluster.start();
    const again = await databaseOn(cluster, database.name);
    // Now: what is written next may get transaction ids that the snapshots of before the crash know for others.
    await judgeOn(stack, again).judgeClaims();
    // Before the daemon is back: its change tables are empty after a crash.
    await again.query(book(1, 100, "2026-05-09T09:00:00Z") + "delete from bookings where owner_id = 2");
    assert.deepEqual(
      screens.map((screen) => screen.frames),
      frames.map((count) => count + 1),
    );
    proxy.retarget(cluster.url("postgres"));
    await judgeOn(stack, again).settle();
    assert.equal(stack.sink.epochs.length, 2);
    assert.deepEqual(
      [...screens, newcomer].map(({ staleBecause, epoch }) => [staleBecause, epoch]),
      Array.from({ length: 4 }, () => [undefined, stack.sink.epochs[1]]),
    );
  });
});

function judgeOn(stack: Stack, database: TestDatabase): Judge {
  return new Judge(stack, new Historian(database, DEMO), database);
}
