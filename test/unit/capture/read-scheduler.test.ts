import assert from "node:assert/strict";
import { it, type TestContext } from "node:test";
import { RELEASE_BELL } from "../../../daemon/capture/bell.ts";
import { InterruptibleSleep } from "../../../daemon/capture/interruptible-sleep.ts";
import { LeaderLock } from "../../../daemon/capture/leader-lock.ts";
import { ReadScheduler } from "../../../daemon/capture/read-scheduler.ts";

const EMPTY = { found: false, bellTaken: false, leaderLockTaken: undefined, others: 0 };
const BELL_TAKEN = { ...EMPTY, bellTaken: true };
const NOW = { maySleep: true, isNeeded: true, nowMs: 0 };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A scheduler that has the bell and has read once more: its next pause is a sleep. */
function aboutToSleep(): ReadScheduler {
  const scheduler = new ReadScheduler(new LeaderLock([]));
  scheduler.readEnded(BELL_TAKEN, NOW);
  scheduler.readBegins();
  scheduler.readEnded(EMPTY, NOW);
  return scheduler;
}

/** A scheduler that is the leader of one other daemon. */
function leading(): ReadScheduler {
  const scheduler = new ReadScheduler(new LeaderLock([]));
  scheduler.readEnded({ ...EMPTY, leaderLockTaken: true, others: 1 }, NOW);
  return scheduler;
}

async function isOver(pause: Promise<unknown>): Promise<boolean> {
  const fiveTurns = (async () => {
    for (let i = 0; i < 5; i += 1) await turn();
    return false;
  })();
  return Promise.race([pause.then(() => true), fiveTurns]);
}

it("a wake-up while nobody sleeps is kept for the next sleep, once", async () => {
  const sleep = new InterruptibleSleep();
  sleep.wake();
  sleep.wake();
  assert.equal(await sleep.sleep(Number.POSITIVE_INFINITY), true);
  assert.equal(await sleep.sleep(0), false);
});

it("a bell during the last read before sleep keeps the reader from sleeping", async () => {
  const scheduler = new ReadScheduler(new LeaderLock([]));
  scheduler.readEnded(BELL_TAKEN, NOW);
  scheduler.readBegins();
  scheduler.ring();
  scheduler.readEnded(EMPTY, NOW);
  assert.equal(await isOver(scheduler.pause(Number.POSITIVE_INFINITY)), true);
});

it("a bell before a read began is answered by that read, and does not end the sleep after it", async () => {
  const scheduler = new ReadScheduler(new LeaderLock([]));
  scheduler.readEnded(BELL_TAKEN, NOW);
  scheduler.ring();
  scheduler.readBegins();
  scheduler.readEnded(EMPTY, NOW);
  const pause = scheduler.pause(Number.POSITIVE_INFINITY);
  assert.equal(await isOver(pause), false);
  scheduler.ring();
  assert.equal(await isOver(pause), true);
});

it("a nudge ends any wait, also one that had not begun", async () => {
  const scheduler = aboutToSleep();
  scheduler.wake();
  assert.equal(await isOver(scheduler.pause(Number.POSITIVE_INFINITY)), true);
  const asleep = aboutToSleep();
  const pause = asleep.pause(Number.POSITIVE_INFINITY);
  asleep.wake();
  assert.equal(await isOver(pause), true);
});

it("a bell cuts short a sleep, but no pause between polls", async (t: TestContext) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const scheduler = new ReadScheduler(new LeaderLock([]));
  scheduler.readEnded(EMPTY, NOW);
  const pause = scheduler.pause(Number.POSITIVE_INFINITY);
  scheduler.ring();
  assert.equal(await isOver(pause), false);
  t.mock.timers.tick(1);
  assert.equal(await isOver(pause), true);
});

it("a sleep ends at the next heartbeat at the latest", async (t: TestContext) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const pause = aboutToSleep().pause(5_000);
  t.mock.timers.tick(4_999);
  assert.equal(await isOver(pause), false);
  t.mock.timers.tick(1);
  assert.equal(await isOver(pause), true);
});

it("a sleeping reader that finds rows owes writers the bell", () => {
  const scheduler = aboutToSleep();
  assert.deepEqual(scheduler.readEnded({ ...EMPTY, found: true }, NOW), [RELEASE_BELL]);
  assert.deepEqual(scheduler.readEnded({ ...EMPTY, found: true }, NOW), []);
});

it("a leader gives its lock away before a cut, unless it holds the bell", () => {
  assert.match(leading().cutBegins()?.text ?? "", /pg_advisory_unlock/);
  const sleeping = leading();
  sleeping.readEnded({ ...BELL_TAKEN, others: 1 }, NOW);
  assert.equal(sleeping.cutBegins(), undefined);
  assert.equal(aboutToSleep().cutBegins(), undefined);
});

it("a leader for whose own clients nobody waits polls as often as any while others rely on it", async (t: TestContext) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (const [others, pauseMs] of [
    [1, 2],
    [0, 100],
  ] as const) {
    const scheduler = leading();
    scheduler.readEnded({ ...EMPTY, others }, { ...NOW, isNeeded: false });
    const pause = scheduler.pause(Number.POSITIVE_INFINITY);
    t.mock.timers.tick(pauseMs - 1);
    assert.equal(await isOver(pause), false);
    t.mock.timers.tick(1);
    assert.equal(await isOver(pause), true);
  }
});
