import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { utcDay, utcMidnight } from "../../../daemon/metrics/civil-date.ts";
import { ZoneDays } from "../../../daemon/metrics/zone-days.ts";

const NOW = Date.UTC(2026, 4, 8, 12) * 1000;
const TODAY = utcDay(NOW);
const HOUR = 3_600_000_000;

describe("days of a zone", () => {
  it("a day is past without being read only where it has begun even in the westernmost zone there can be", () => {
    const zone = new ZoneDays("any");
    // POSIX zones lie up to 167:59:59 west of Greenwich.
    const latest = (day: number): number => utcMidnight(day) + 168 * HOUR;
    assert.equal(zone.start(TODAY, latest(TODAY)), undefined);
    assert.equal(zone.start(TODAY, latest(TODAY) + 24 * HOUR), Number.NEGATIVE_INFINITY);
    assert.equal(zone.start(-36_524, NOW), Number.NEGATIVE_INFINITY);
  });

  it("days from 2200 on never come", () => {
    const zone = new ZoneDays("any");
    const first = utcDay(Date.UTC(2200, 0, 1) * 1000);
    assert.equal(zone.start(first, NOW), Number.POSITIVE_INFINITY);
    assert.equal(zone.start(first - 1, NOW), undefined);
  });

  it("an hour is one of its day: past where that has begun everywhere, and never come from 2200 on", () => {
    const zone = new ZoneDays("any");
    const hour = 24 * TODAY + 12;
    assert.equal(zone.start(hour, NOW + 192 * HOUR - 1, "hour"), undefined);
    assert.equal(zone.start(hour, NOW + 192 * HOUR, "hour"), Number.NEGATIVE_INFINITY);
    const first = 24 * utcDay(Date.UTC(2200, 0, 1) * 1000);
    assert.deepEqual(
      [first, first - 1].map((at) => zone.start(at, NOW, "hour")),
      [Number.POSITIVE_INFINITY, undefined],
    );
  });

  it("hours and days with the same number are not each other", () => {
    const zone = new ZoneDays("any");
    const block = TODAY >> 5;
    zone.learn(
      block,
      Array.from({ length: 32 }, (_, at) => at),
    );
    assert.equal(zone.start(TODAY, 0), TODAY & 31);
    assert.equal(zone.start(TODAY, 0, "hour"), undefined);
  });
});
