import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { utcDay, utcMidnight } from "../../../daemon/metrics/civil-date.ts";
import { type MissingDays, noteMissingDay } from "../../../daemon/metrics/zone-days.ts";
import { Calendar } from "../../../daemon/owners/calendar.ts";

const NOW = Date.UTC(2026, 4, 8, 12) * 1000;
const TODAY = utcDay(NOW);
const HOUR = 3_600_000_000;

function calendarOf(start: (zone: string, day: number) => number | undefined) {
  const reads: { zone: string; day: number }[][] = [];
  const calendar = new Calendar(async (zones, days) => {
    reads.push(zones.map((zone, at) => ({ zone, day: days[at] ?? Number.NaN })));
    return zones.map((zone, at) => start(zone, days[at] ?? Number.NaN));
  });
  const learn = async (zone: string, ...days: readonly number[]): Promise<void> => {
    const missing: MissingDays = new Map();
    for (const day of days) noteMissingDay(missing, calendar.zone(zone), day);
    await calendar.learn(missing);
  };
  return { calendar, reads, learn };
}

describe("calendar", () => {
  it("does not know a day until it was read, and reads what is missing in one statement", async () => {
    const { calendar, reads, learn } = calendarOf((_, day) => utcMidnight(day) + 3 * HOUR);
    const zone = calendar.zone("America/Sao_Paulo");
    assert.equal(zone.start(TODAY, NOW), undefined);
    await learn("America/Sao_Paulo", TODAY, TODAY + 500);
    assert.equal(zone.start(TODAY, NOW), utcMidnight(TODAY) + 3 * HOUR);
    assert.equal(zone.start(TODAY + 500, NOW), utcMidnight(TODAY + 500) + 3 * HOUR);
    assert.equal(calendar.zone("UTC").start(TODAY, NOW), undefined);
    assert.equal(reads.length, 1);
    await calendar.learn(new Map());
    assert.equal(reads.length, 1);
  });

  it("days of several zones are kept apart, before 2000 too", async () => {
    const { calendar, learn } = calendarOf((zone, day) => utcMidnight(day) + (zone === "A" ? 1 : 2));
    await learn("A", -40, -1, 0);
    await learn("B", -40);
    const longAgo = utcMidnight(-50);
    const starts = [-40, -1, 0].map((day) => calendar.zone("A").start(day, longAgo));
    assert.deepEqual(
      starts,
      [-40, -1, 0].map((day) => utcMidnight(day) + 1),
    );
    assert.equal(calendar.zone("B").start(-40, longAgo), utcMidnight(-40) + 2);
  });

  it("a zone in which some day has no start is broken, and only that zone", async () => {
    const { calendar, learn } = calendarOf((zone, day) =>
      zone === "odd" && day === TODAY ? undefined : utcMidnight(day),
    );
    await learn("odd", TODAY);
    await learn("UTC", TODAY);
    assert.deepEqual([calendar.zone("odd").isBroken, calendar.zone("UTC").isBroken], [true, false]);
  });
});
