import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setAlarm } from "../../../../daemon/gateway/sessions/timers.ts";
import { TokenBucket } from "../../../../daemon/config/token-bucket.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

describe("A token bucket", () => {
  const takeAll = (bucket: TokenBucket): number => {
    let taken = 0;
    while (bucket.take()) taken++;
    return taken;
  };

  it("Gives its capacity at once and so many a second in the long run, and saves up no more than its capacity", () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(20, 10, clock.now);
    assert.equal(takeAll(bucket), 20);
    clock.advance(500);
    assert.equal(takeAll(bucket), 5);
    clock.advance(99);
    assert.equal(takeAll(bucket), 0);
    clock.advance(1);
    assert.equal(takeAll(bucket), 1);
    clock.advance(3_600_000);
    assert.equal(takeAll(bucket), 20);
  });

  it("Asking too early costs nothing", () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(1, 1, clock.now);
    takeAll(bucket);
    for (let tenth = 0; tenth < 9; tenth++) {
      clock.advance(100);
      assert.equal(bucket.take(), false);
    }
    clock.advance(101);
    assert.equal(bucket.take(), true);
  });

  it("A clock that is set back neither gives nor takes", () => {
    let nowMs = 1_000_000;
    const bucket = new TokenBucket(5, 10, () => nowMs);
    bucket.take();
    nowMs -= 500_000;
    assert.equal(takeAll(bucket), 4);
    nowMs += 100;
    assert.equal(takeAll(bucket), 1);
  });
});

describe("An alarm", () => {
  const DAY_MS = 86_400_000;

  it("Rings once, at its instant, also when that is farther than setTimeout reaches", () => {
    const clock = new ManualClock();
    const delays: number[] = [];
    const setTimeout = (callback: () => void, delayMs: number): unknown => {
      delays.push(delayMs);
      return clock.setTimeout(callback, delayMs);
    };
    let rings = 0;
    setAlarm(clock.now() + 60 * DAY_MS, () => rings++, {
      now: clock.now,
      setTimeout,
      clearTimeout: clock.clearTimeout,
    });
    clock.advance(60 * DAY_MS - 1);
    assert.equal(rings, 0);
    clock.advance(1);
    clock.advance(60 * DAY_MS);
    assert.equal(rings, 1);
    assert.ok(delays.every((delayMs) => delayMs <= 2 ** 31 - 1));
  });

  it("Waits again when it is woken early", () => {
    const clock = new ManualClock();
    let rings = 0;
    let early = 2;
    const setTimeout = (callback: () => void, delayMs: number): unknown => {
      const timer = clock.setTimeout(callback, delayMs - early);
      early = 0;
      return timer;
    };
    setAlarm(clock.now() + 100, () => rings++, { now: clock.now, setTimeout, clearTimeout: clock.clearTimeout });
    clock.advance(98);
    assert.equal(rings, 0);
    clock.advance(2);
    assert.equal(rings, 1);
  });

  it("For an instant that has passed rings soon, and when called off never", () => {
    const clock = new ManualClock();
    let rings = 0;
    setAlarm(clock.now() - 5, () => rings++, clock);
    const callOff = setAlarm(clock.now() + 5, () => rings++, clock);
    clock.advance(0);
    assert.equal(rings, 1);
    callOff();
    clock.advance(10);
    assert.deepEqual([rings, clock.pending], [1, 0]);
  });
});
