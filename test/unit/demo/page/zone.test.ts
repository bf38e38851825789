import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addDays, zoneOf } from "../../../../demo/page/calendar/zone.ts";

const HOUR_MS = 3_600_000;
const hours = (zone: string, date: string) => {
  const { startOf } = zoneOf(zone);
  return (startOf(addDays(date, 1)) - startOf(date)) / HOUR_MS;
};
const start = (zone: string, date: string) => new Date(zoneOf(zone).startOf(date)).toISOString();

describe("Local days of the calendar", () => {
  it("begin at the owner's midnight, whatever its offset", () => {
    assert.equal(start("UTC", "2026-11-30"), "2026-11-30T00:00:00.000Z");
    assert.equal(start("America/Sao_Paulo", "2026-11-30"), "2026-11-30T03:00:00.000Z");
    assert.equal(start("Asia/Kathmandu", "2026-11-30"), "2026-11-29T18:15:00.000Z");
    assert.equal(start("Pacific/Kiritimati", "2026-11-30"), "2026-11-29T10:00:00.000Z");
    assert.equal(start("Pacific/Pago_Pago", "2026-11-30"), "2026-11-30T11:00:00.000Z");
  });

  it("have 23 hours when clocks go forward, 25 when they go back, and half an hour less or more where it is half an hour", () => {
    assert.equal(hours("America/New_York", "2026-03-08"), 23);
    assert.equal(hours("America/New_York", "2026-11-01"), 25);
    assert.equal(hours("Europe/Lisbon", "2026-03-29"), 23);
    assert.equal(hours("Europe/Lisbon", "2026-10-25"), 25);
    assert.equal(hours("Australia/Lord_Howe", "2026-10-04"), 23.5);
    assert.equal(hours("Europe/Lisbon", "2026-10-26"), 24);
  });

  it("begin at one o'clock where midnight is skipped, and at the second midnight where it comes twice", () => {
    assert.equal(start("America/Sao_Paulo", "2018-11-04"), "2018-11-04T03:00:00.000Z");
    assert.equal(hours("America/Sao_Paulo", "2018-11-04"), 23);
    assert.equal(start("America/Sao_Paulo", "2018-02-18"), "2018-02-18T03:00:00.000Z");
    assert.equal(hours("America/Sao_Paulo", "2018-02-17"), 25);
  });

  it("are skipped whole where a zone has crossed the date line", () => {
    assert.equal(hours("Pacific/Apia", "2011-12-30"), 0);
    assert.equal(start("Pacific/Apia", "2011-12-31"), "2011-12-30T10:00:00.000Z");
  });

  it("know the date of an instant", () => {
    const { dateOf } = zoneOf("America/New_York");
    assert.equal(dateOf(Date.parse("2026-03-08T04:59:59.999Z")), "2026-03-07");
    assert.equal(dateOf(Date.parse("2026-03-08T05:00:00Z")), "2026-03-08");
    assert.equal(dateOf(Date.parse("2026-11-02T04:59:59Z")), "2026-11-01");
  });

  it("are measured by their own length", () => {
    const { daysFrom } = zoneOf("America/New_York");
    // Of 23 hours, which begin at 05:00Z.
    assert.equal(daysFrom("2026-03-07", Date.parse("2026-03-08T16:30Z")), 1.5);
    assert.equal(daysFrom("2026-03-07", Date.parse("2026-03-09T04:00Z")), 2);
    // Of 25, which begin at 04:00Z.
    assert.equal(daysFrom("2026-11-01", Date.parse("2026-11-01T16:30Z")), 0.5);
    assert.equal(daysFrom("2026-11-01", Date.parse("2026-11-02T05:00Z")), 1);
    assert.equal(daysFrom("2026-11-01", Date.parse("2026-10-31T16:00Z")), -0.5);
  });

  it("are UTC's in a zone that the browser does not know", () => {
    const zone = zoneOf("Mars/Olympus");
    assert.equal(zone.name, "UTC");
    assert.equal(zone.dateOf(0), "1970-01-01");
  });
});
