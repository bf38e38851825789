import assert from "node:assert/strict";
import { it } from "node:test";
import { localHourOf, localHours } from "../../../../demo/page/trends/local-hours.ts";

const lengths = (day: string, zone: string): Record<string, number> =>
  Object.fromEntries(localHours(day, zone).map(({ key, hours }) => [key.slice(11), hours]));
const sum = (hours: Record<string, number>): number => Object.values(hours).reduce((all, each) => all + each, 0);

it("a day when clocks go forward has 23 hours, without the one that is skipped", () => {
  const hours = lengths("2026-03-08", "America/New_York");
  assert.equal(sum(hours), 23);
  assert.deepEqual([hours["01"], hours["02"], hours["03"]], [1, undefined, 1]);
});

it("a day when clocks go back has 25 hours, of which one lasts for two", () => {
  const hours = lengths("2026-11-01", "America/New_York");
  assert.equal(sum(hours), 25);
  assert.deepEqual([hours["00"], hours["01"], hours["02"]], [1, 2, 1]);
});

it("a change of half an hour makes an hour of a half, or of one and a half", () => {
  assert.equal(lengths("2026-10-04", "Australia/Lord_Howe")["02"], 0.5);
  assert.equal(lengths("2026-04-05", "Australia/Lord_Howe")["01"], 1.5);
});

it("where midnight comes twice, or is skipped, the hours are still the day's own", () => {
  assert.equal(lengths("2026-11-01", "America/Havana")["00"], 2);
  assert.equal(lengths("2026-03-08", "America/Havana")["00"], undefined);
});

it("any other day has 24 of them, in order, wherever it is", () => {
  for (const zone of ["UTC", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Sao_Paulo"]) {
    const keys = localHours("2026-07-15", zone).map(({ key }) => key);
    assert.deepEqual(
      keys,
      Array.from({ length: 24 }, (_, hour) => `2026-07-15T${String(hour).padStart(2, "0")}`),
      zone,
    );
    assert.equal(sum(lengths("2026-07-15", zone)), 24, zone);
  }
});

it("an instant's hour is the zone's", () => {
  assert.equal(localHourOf(Date.UTC(2026, 4, 8, 13, 59), "Asia/Kathmandu"), "2026-05-08T19");
  assert.equal(localHourOf(Date.UTC(2026, 0, 1, 2), "America/Sao_Paulo"), "2025-12-31T23");
});
