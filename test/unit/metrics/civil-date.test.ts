import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dayText, monthStart, monthText, utcDay, utcMidnight } from "../../../daemon/metrics/civil-date.ts";
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

  it("years from 10000 on have their digits, as PostgreSQL prints them", () => {
    assert.equal(dayText(2_921_940), "10000-01-01");
  });
});
