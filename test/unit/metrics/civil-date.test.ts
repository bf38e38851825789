import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  dayText,
  monthStart,
  monthText,
  quarterStart,
  quarterText,
  utcDay,
  utcMidnight,
  weekStart,
  yearStart,
  yearText,
} from "../../../daemon/metrics/civil-date.ts";
import { addMonths, isoDate } from "../../support/naive-snapshot.ts";

/** 1899 to 2201. */
const DAYS = Array.from({ length: 110_400 }, (_, at) => at - 36_890);

describe("civil dates", () => {
  it("each day from 1899 to 2201 has the date that JavaScript gives it", () => {
    for (const day of DAYS) {
      if (dayText(day) !== isoDate(day)) assert.fail(`${day}: ${dayText(day)}`);
      if (monthText(day) !== isoDate(day).slice(0, 7)) assert.fail(`${day}: ${monthText(day)}`);
      if (utcDay(utcMidnight(day)) !== day || utcDay(utcMidnight(day + 1) - 1) !== day) assert.fail(`${day}: midnight`);
    }
  });

  it("months before and after begin where JavaScript says", () => {
    for (const day of DAYS.filter((at) => at % 7 === 0)) {
      for (const by of [-13, -1, 0, 1, 12]) {
        if (monthStart(day, by) !== addMonths(day, by)) assert.fail(`${isoDate(day)} ${by}: ${monthStart(day, by)}`);
      }
    }
  });

  it("weeks, quarters and years begin where JavaScript says, and are called by their first day", () => {
    for (const day of DAYS.filter((at) => at % 11 === 0)) {
      const date = new Date(`${isoDate(day)}T00:00:00Z`);
      const [fullYear, third] = [date.getUTCFullYear(), Math.floor(date.getUTCMonth() / 3)];
      for (const firstDay of [0, 5, 6]) {
        const first = new Date(`${isoDate(weekStart(day, 0, firstDay))}T00:00:00Z`);
        const isRight =
          first.getUTCDay() === (firstDay + 1) % 7 &&
          first <= date &&
          date.getTime() - first.getTime() < 7 * 86_400_000;
        if (!isRight || weekStart(day, 2, firstDay) - weekStart(day, 0, firstDay) !== 14)
          assert.fail(`${isoDate(day)} ${firstDay}`);
      }
      for (const by of [-5, 0, 3]) {
        const wanted = new Date(Date.UTC(fullYear, 3 * (third + by), 1)).toISOString().slice(0, 10);
        if (isoDate(quarterStart(day, by)) !== wanted) assert.fail(`${isoDate(day)} ${by} quarters`);
        if (isoDate(yearStart(day, by)) !== `${fullYear + by}-01-01`) assert.fail(`${isoDate(day)} ${by} years`);
      }
      if (quarterText(day) !== `${fullYear}-Q${third + 1}` || yearText(day) !== String(fullYear))
        assert.fail(isoDate(day));
    }
  });

  it("years from 10000 on have their digits, as PostgreSQL prints them", () => {
    assert.equal(dayText(2_921_940), "10000-01-01");
  });
});
