import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Clock } from "../../../daemon/metrics/clock.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const SECOND = 1_000_000;
const NOON = Date.UTC(2026, 4, 8, 12) * 1000;

function clockAt(): { clock: Clock; time: ManualClock } {
  const time = new ManualClock(0);
  return { clock: new Clock({ monotonicMs: time.now, systemMs: () => 7_000 }), time };
}

describe("clock", () => {
  it("is the database's clock in the last reply plus the time since", () => {
    const { clock, time } = clockAt();
    assert.equal(clock.observe(NOON), true);
    time.advance(1_500);
    assert.equal(clock.now(), NOON + 1.5 * SECOND);
    assert.equal(clock.observe(NOON + 3_600 * SECOND), true);
    assert.equal(clock.now(), NOON + 3_600 * SECOND);
  });

  it("never goes back: a step of up to 5 s is waited out", () => {
    const { clock, time } = clockAt();
    clock.observe(NOON);
    assert.equal(clock.observe(NOON - 5 * SECOND), true);
    assert.equal(clock.now(), NOON);
    time.advance(4_999);
    assert.equal(clock.now(), NOON);
    time.advance(1_001);
    assert.equal(clock.now(), NOON + SECOND);
  });

  it("a reply that took long to come is no step back: the clock in it is old", () => {
    const { clock, time } = clockAt();
    clock.observe(NOON);
    time.advance(30_000);
    assert.equal(clock.observe(NOON + 2 * SECOND, 28_000), true);
    assert.equal(clock.now(), NOON + 30 * SECOND);
    time.advance(1_000);
    assert.equal(clock.now(), NOON + 31 * SECOND);
    assert.equal(clock.observe(NOON - 10 * SECOND, 20_000), false);
  });

  it("tells of a step back by more than 5 s, and goes back only when reset", () => {
    const { clock } = clockAt();
    clock.observe(NOON);
    assert.equal(clock.observe(NOON - 5 * SECOND - 1), false);
    assert.equal(clock.now(), NOON);
    clock.reset();
    assert.equal(clock.observe(NOON - 60 * SECOND), true);
    assert.equal(clock.now(), NOON - 60 * SECOND);
  });

  it("this machine's clock stands in only until the database has told its time", () => {
    const { clock } = clockAt();
    assert.equal(clock.now(), 7 * SECOND);
    clock.observe(NOON);
    assert.equal(clock.now(), NOON);
  });
});
