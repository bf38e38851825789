import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Point, pointsOf, shapeOf } from "../../../../demo/page/trends/points.ts";
import { sumsOfWeeks } from "../../../../demo/page/trends/shapes.ts";

const NEW_YORK = "America/New_York";
const keysOf = (points: readonly Point[]) => points.map(({ key }) => key);
const lengthOf = (points: readonly Point[]) => points.reduce((sum, { length }) => sum + length, 0);
const borders = (points: readonly Point[]) =>
  points.flatMap(({ begins, key, from }) => (begins === undefined ? [] : [{ begins, key, from }]));

describe("points of a chart", () => {
  it("of today are the hours of the owner's day, also of one with 23 or 25", () => {
    const spring = pointsOf({}, "today", "2026-03-08T16:00:00.000000Z", NEW_YORK);
    assert.equal(lengthOf(spring), 23);
    assert.ok(!keysOf(spring).includes("2026-03-08T02"));
    assert.equal(spring.find(({ key }) => key === "2026-03-08T03")?.from, 2);
    const autumn = pointsOf({}, "today", "2026-11-01T16:00:00.000000Z", NEW_YORK);
    assert.equal(lengthOf(autumn), 25);
    assert.deepEqual(
      autumn.slice(0, 3).map(({ from, length }) => [from, length]),
      [
        [0, 1],
        [1, 2],
        [3, 1],
      ],
    );
  });

  it("of today are empty up to now, and none after it", () => {
    const document = {
      revenue: { byHour: { "2026-05-08T08": "12.50" } },
      bookings: { byHour: { "2026-05-08T09": 2 } },
    };
    const points = pointsOf(document, "today", "2026-05-08T14:30:00.000000Z", NEW_YORK);
    const at = (hour: number) => [points[hour]?.revenue, points[hour]?.bookings];
    assert.equal(points.length, 24);
    assert.deepEqual(
      [at(8), at(9), at(10), at(11)],
      [
        ["12.50", 0],
        ["0.00", 2],
        ["0.00", 0],
        [undefined, undefined],
      ],
    );
  });

  it("of hours go back over days, whose borders are the owner's midnights", () => {
    // Between them, at 2 o'clock of the 8th, clocks went forward.
    const points = pointsOf({}, "hours", "2026-03-09T03:30:00.000000Z", NEW_YORK);
    assert.deepEqual([points[0]?.key, points.at(-1)?.key], ["2026-03-07T00", "2026-03-08T23"]);
    assert.equal(points.length, 47);
    assert.deepEqual(borders(points), [{ begins: "2026-03-08", key: "2026-03-08T00", from: 24 }]);
    const later = pointsOf({}, "hours", "2026-11-01T12:00:00.000000Z", NEW_YORK);
    assert.deepEqual(
      borders(later).map(({ begins }) => begins),
      ["2026-10-31", "2026-11-01"],
    );
    // The hour that comes twice is one, and lasts for two.
    assert.equal(later.length, 48);
    assert.equal(lengthOf(later), 49);
  });

  it("of days end with the owner's, where UTC has another, entries or none", () => {
    const kiritimati = pointsOf({}, "days", "2026-05-31T20:00:00.000000Z", "Pacific/Kiritimati");
    assert.deepEqual([kiritimati.length, kiritimati.at(-1)?.key], [30, "2026-06-01"]);
    const pagoPago = pointsOf({}, "days", "2026-06-01T03:00:00.000000Z", "Pacific/Pago_Pago");
    assert.equal(pagoPago.at(-1)?.key, "2026-05-31");
    assert.deepEqual(borders(kiritimati), [{ begins: "2026-06", key: "2026-06-01", from: 29 }]);
  });

  it("of weeks and months are twelve, with the borders of months and years", () => {
    const weeks = pointsOf(
      { bookings: { byWeek: { "2026-05-04": 3 } } },
      "weeks",
      "2026-05-08T12:00:00.000000Z",
      "UTC",
    );
    assert.deepEqual([weeks.length, weeks.at(-1)?.key, weeks.at(-1)?.bookings], [12, "2026-05-04", 3]);
    const months = pointsOf(
      { revenue: { byMonth: { "2026-02": "7.00" } } },
      "months",
      "2026-02-01T12:00:00.000000Z",
      "UTC",
    );
    assert.deepEqual(borders(months), [{ begins: "2026", key: "2026-01", from: 10 }]);
    assert.equal(months.at(-1)?.revenue, "7.00");
  });

  it("are those of any day while the zone is not known, and where the browser knows no such zone", () => {
    for (const zone of [undefined, "Mars/Olympus"]) {
      const points = pointsOf(
        { bookings: { byHour: { "2026-03-08T05": 1 } } },
        "today",
        "2026-03-08T12:00:00.000000Z",
        zone,
      );
      assert.equal(points.length, 24);
      assert.equal(points.filter(({ bookings }) => bookings !== undefined).length, 6);
    }
  });
});

describe("the line on a card", () => {
  it("has a value for each period, and none while nothing is known", () => {
    assert.deepEqual(shapeOf({ "2026-05-08": 2 }, "days", "2026-05-08T12:00:00.000000Z", "UTC"), [
      ...Array<number>(29).fill(0),
      2,
    ]);
    assert.deepEqual(shapeOf(undefined, "days", "2026-05-08T12:00:00.000000Z", "UTC"), []);
    assert.deepEqual(shapeOf({}, "days", undefined, "UTC"), []);
  });

  it("of growth sums seven days up to each that has six before it", () => {
    assert.deepEqual(sumsOfWeeks([1, 1, 1, 1, 1, 1, 1, 8, 0]), [7, 14, 13]);
    assert.deepEqual(sumsOfWeeks([1, 2]), []);
  });
});
