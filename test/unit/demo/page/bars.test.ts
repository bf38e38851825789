import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { barsOf, movements, nextChange, occupants } from "../../../../demo/page/calendar/bars.ts";
import { zoneOf } from "../../../../demo/page/calendar/zone.ts";
import type { Stay } from "../../../../demo/page/hangars/rows.ts";

const UTC = zoneOf("UTC");
const NEW_YORK = zoneOf("America/New_York");

function stay(key: string, checkIn: string, checkOut: string, status = "confirmed", listingId = "1"): Stay {
  return { key, row: { listingId, guestName: `Guest ${key}`, status, checkIn, checkOut } };
}

const placed = (stays: readonly Stay[], first: string, days: number, zone = UTC) =>
  barsOf(stays, first, days, zone).map((bar) => [bar.stay.key, bar.from, bar.until, bar.lane, bar.lanes]);

describe("The calendar's bars", () => {
  it("begin and end within the day by its own length, of 25 hours too", () => {
    const stays = [stay("a", "2026-11-01T16:30:00Z", "2026-11-02T17:00:00Z")];
    assert.deepEqual(placed(stays, "2026-11-01", 3, NEW_YORK), [["a", 0.5, 1.5, 0, 1]]);
  });

  it("are cut at the calendar's borders, and none is there that lies outside", () => {
    const stays = [
      stay("before", "2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z"),
      stay("over", "2026-04-30T00:00:00Z", "2026-05-09T00:00:00Z"),
      stay("after", "2026-05-05T00:00:00Z", "2026-05-06T00:00:00Z"),
      stay("backwards", "2026-05-02T12:00:00Z", "2026-05-02T00:00:00Z"),
    ];
    assert.deepEqual(placed(stays, "2026-05-01", 4), [["over", 0, 4, 0, 1]]);
  });

  it("lie one below the other where stays overlap, and follow each other on the day of both", () => {
    const stays = [
      stay("c", "2026-05-02T12:00:00Z", "2026-05-04T00:00:00Z"),
      stay("a", "2026-05-01T00:00:00Z", "2026-05-02T12:00:00Z"),
      stay("b", "2026-05-02T00:00:00Z", "2026-05-03T00:00:00Z", "pending"),
    ];
    assert.deepEqual(placed(stays, "2026-05-01", 9), [
      ["a", 0, 1.5, 0, 2],
      ["b", 1, 2, 1, 2],
      ["c", 1.5, 3, 0, 2],
    ]);
  });

  it("show as occupant who was confirmed and is there, from check-in on until check-out", () => {
    const stays = [
      stay("1", "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z", "confirmed", "left"),
      stay("2", "2026-05-02T00:00:00Z", "2026-05-03T00:00:00Z", "confirmed", "there"),
      stay("3", "2026-05-01T00:00:00Z", "2026-05-03T00:00:00Z", "pending", "asked"),
    ];
    const there = occupants(stays, Date.parse("2026-05-02T00:00:00Z"));
    assert.deepEqual([...there.keys()], ["there"]);
  });

  it("tell who comes and goes on the owner's day, in the order of the clock, requests left out", () => {
    const stays = [
      stay("late", "2026-11-02T04:59:59Z", "2026-11-05T00:00:00Z"),
      stay("early", "2026-11-01T04:00:00Z", "2026-11-05T00:00:00Z"),
      stay("tomorrow", "2026-11-02T05:00:00Z", "2026-11-05T00:00:00Z"),
      stay("asked", "2026-11-01T12:00:00Z", "2026-11-05T00:00:00Z", "pending"),
      stay("gone", "2026-10-20T12:00:00Z", "2026-11-01T12:00:00Z", "completed"),
    ];
    const { arrivals, departures } = movements(stays, "2026-11-01", NEW_YORK);
    assert.deepEqual(
      [arrivals, departures].map((each) => each.map(({ key }) => key)),
      [["early", "late"], ["gone"]],
    );
  });

  it("change next when somebody comes or goes, or the day ends", () => {
    const stays = [stay("a", "2026-05-01T10:00:00Z", "2026-05-01T12:00:00Z")];
    const end = Date.parse("2026-05-02T00:00:00Z");
    const next = (at: string) => new Date(nextChange(stays, Date.parse(at), end)).toISOString();
    assert.equal(next("2026-05-01T09:00:00Z"), "2026-05-01T10:00:00.000Z");
    assert.equal(next("2026-05-01T10:00:00Z"), "2026-05-01T12:00:00.000Z");
    assert.equal(next("2026-05-01T12:00:00Z"), "2026-05-02T00:00:00.000Z");
  });
});
