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
});
