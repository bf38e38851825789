import assert from "node:assert/strict";
import { it, type TestContext } from "node:test";
import { Doze } from "../../../daemon/capture/doze.ts";
import { Probe } from "../../../daemon/capture/probe.ts";
import { Rhythm } from "../../../daemon/capture/rhythm.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const ARMED = { found: false, bellTaken: true, leadTaken: undefined, maySleep: true, watched: true, nowMs: 0 };
const EMPTY = { ...ARMED, bellTaken: false };

/** A rhythm that has taken the bell and read once more: the next pause is its sleep. */
function asleepNext(): Rhythm {
  const rhythm = new Rhythm();
  rhythm.readEnded(ARMED);
  rhythm.readBegins();
  rhythm.readEnded(EMPTY);
  return rhythm;
}

async function isOver(pause: Promise<unknown>): Promise<boolean> {
  const fiveTurns = (async () => {
    for (let i = 0; i < 5; i += 1) await turn();
    return false;
  })();
  return Promise.race([pause.then(() => true), fiveTurns]);
}

it("a wake-up while nobody sleeps is kept for the next sleep, once", async () => {
  const doze = new Doze();
  doze.wake();
  doze.wake();
  assert.equal(await doze.sleep(Number.POSITIVE_INFINITY), true);
  assert.equal(await doze.sleep(0), false);
});

it("a bell during the last read before sleep keeps the reader from sleeping", async () => {
  const rhythm = new Rhythm();
  rhythm.readEnded(ARMED);
  rhythm.readBegins();
  rhythm.ring();
  rhythm.readEnded(EMPTY);
  assert.equal(await isOver(rhythm.pause(Number.POSITIVE_INFINITY)), true);
});

it("a bell before a read began is answered by that read, and does not end the sleep after it", async () => {
  const rhythm = new Rhythm();
  rhythm.readEnded(ARMED);
  rhythm.ring();
  rhythm.readBegins();
  rhythm.readEnded(EMPTY);
  const pause = rhythm.pause(Number.POSITIVE_INFINITY);
  assert.equal(await isOver(pause), false);
  rhythm.ring();
  assert.equal(await isOver(pause), true);
});

it("a nudge ends any wait, also one that had not begun", async () => {
  const rhythm = asleepNext();
  rhythm.wake();
  assert.equal(await isOver(rhythm.pause(Number.POSITIVE_INFINITY)), true);
  const asleep = asleepNext();
  const pause = asleep.pause(Number.POSITIVE_INFINITY);
  asleep.wake();
  assert.equal(await isOver(pause), true);
});

it("a probe that is not heard in time is told, also where heartbeats come faster than that", async (t: TestContext) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let late = 0;
  const probe = new Probe("me", 400, () => (late += 1));
  for (let i = 0; i < 4; i += 1) {
    probe.next();
    probe.sent();
    t.mock.timers.tick(101);
  }
  await turn();
  await turn();
  assert.equal(late, 1);
});

it("a probe heard in time is not told, whether it comes before the reply or after, and whatever others send", async (t: TestContext) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let late = 0;
  const probe = new Probe("me", 400, () => (late += 1));
  probe.heard(probe.next());
  probe.sent();
  t.mock.timers.tick(1_000);
  const second = probe.next();
  probe.sent();
  probe.heard("other:2");
  probe.heard("me:1");
  probe.heard("");
  probe.heard(second);
  t.mock.timers.tick(1_000);
  await turn();
  await turn();
  assert.equal(late, 0);
  probe.next();
  probe.sent();
  probe.heard("other:3");
  probe.heard("me:2");
  t.mock.timers.tick(401);
  await turn();
  await turn();
  assert.equal(late, 1);
});

it("a probe that came in while this process was held up counts as heard", async (t: TestContext) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let late = 0;
  const probe = new Probe("me", 400, () => (late += 1));
  const payload = probe.next();
  probe.sent();
  t.mock.timers.tick(5_000);
  probe.heard(payload);
  await turn();
  await turn();
  assert.equal(late, 0);
});
