import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { KeyedRate } from "../../../daemon/config/keyed-rate.ts";

describe("A rate for each key", () => {
  let nowMs = 0;
  const rateOf = (atOnce: number, perSecond: number): KeyedRate => new KeyedRate(atOnce, perSecond, () => nowMs);
  const takeAll = (rate: KeyedRate, key: string): number => {
    let taken = 0;
    while (rate.take(key)) taken++;
    return taken;
  };

  it("lets so many through at once and so many a second, each key for itself, and saves up no more", () => {
    nowMs = 1_000;
    const rate = rateOf(20, 10);
    assert.deepEqual([takeAll(rate, "a"), takeAll(rate, "b")], [20, 20]);
    nowMs += 500;
    assert.equal(takeAll(rate, "a"), 5);
    nowMs += 3_600_000;
    assert.deepEqual([takeAll(rate, "a"), takeAll(rate, "b")], [20, 20]);
  });

  it("makes nobody wait for a clock that was set back", () => {
    nowMs = 3_600_000;
    const rate = rateOf(2, 1);
    takeAll(rate, "a");
    nowMs = 0;
    assert.equal(rate.take("a"), false);
    nowMs = 1_000;
    assert.equal(takeAll(rate, "a"), 1);
  });

  it("forgets who came longest ago where there are more than 10,000 keys", () => {
    nowMs = 0;
    const rate = rateOf(1, 1);
    for (let key = 0; key <= 10_000; key++) assert.ok(rate.take(String(key)));
    assert.deepEqual([rate.take("10000"), rate.take("1"), rate.take("0")], [false, false, true]);
  });
});
