import assert from "node:assert/strict";
import { it } from "node:test";
import { LeaderLock, takeLeaderLock } from "../../../daemon/capture/leader-lock.ts";
import type { WatchedTable } from "../../../daemon/plan/watched-table.ts";

const watched = (...sources: string[]): WatchedTable[] =>
  sources.map((source) => ({ source, schema: "public", table: source, columns: [], key: "id", owner: "id" }));

function leading(others: number): LeaderLock {
  const lock = new LeaderLock(watched("owner"));
  lock.replied(others, true);
  return lock;
}

it("daemons rely on each other only where they watch the same tables, in whatever order", () => {
  assert.equal(takeLeaderLock(watched("owner", "stays")), takeLeaderLock(watched("stays", "owner")));
  assert.notEqual(takeLeaderLock(watched("owner", "stays")), takeLeaderLock(watched("owner")));
});

it("a leader wakes the others after each batch that found rows, and after no other", () => {
  const lock = leading(1);
  assert.match(lock.afterRead(true, true)?.text ?? "", /pg_notify\('deltad_bell', ''\)/);
  assert.equal(lock.afterRead(false, true), undefined);
  assert.equal(lock.isHeld, true);
});

it("a leader without followers, and a follower, owe nothing", () => {
  assert.equal(leading(0).afterRead(true, false), undefined);
  const follower = new LeaderLock(watched("owner"));
  follower.replied(2, false);
  assert.equal(follower.afterRead(true, false), undefined);
  assert.equal(follower.release(), undefined);
  assert.equal(follower.isReliedOn, false);
});

it("a leader that may no longer sleep gives its lock away, once, and wakes the others", () => {
  const lock = leading(1);
  assert.match(lock.afterRead(false, false)?.text ?? "", /pg_advisory_unlock\(.*pg_notify\('deltad_bell', ''\)/);
  assert.deepEqual([lock.isHeld, lock.afterRead(true, false), lock.release()], [false, undefined, undefined]);
});

it("a read that did not try for the leader lock changes nothing about who has it", () => {
  const lock = leading(0);
  lock.replied(3, undefined);
  assert.deepEqual([lock.isHeld, lock.isReliedOn], [true, true]);
});
