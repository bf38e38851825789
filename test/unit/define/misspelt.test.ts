import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eq, inArray, sql } from "drizzle-orm";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import {
  average,
  type ColumnOf,
  count,
  day,
  earliest,
  growth,
  keys,
  lastMonths,
  month,
  type PeriodOf,
  ratio,
  sum,
  type TableOf,
  through,
  total,
} from "../../../daemon/define/define.ts";
import { configured, sales } from "../../support/sales-tables.ts";

/** What a misspelt name is where nobody looks at types: jiti does not. */
const column = undefined as unknown as ColumnOf<"sales", "PgNumeric">;
const instant = undefined as unknown as ColumnOf<"sales", "PgTimestamp">;
const table = undefined as unknown as TableOf<"sales">;
const period = undefined as unknown as PeriodOf<"sales">;

describe("A misspelt name is refused in one line, by the function that takes it:", () => {
  const cases: readonly [taker: RegExp, metric: () => unknown][] = [
    [/^count\(\) takes a table and is given undefined: is a name misspelt\?$/, () => count(table)],
    [/^count\(\) takes a table and is given something else/, () => count(sales.id as unknown as TableOf<"sales">)],
    [
      /^sum\(\) takes a column, or SQL over columns .*, and is given undefined: is a name misspelt\?$/,
      () => sum(column),
    ],
    [/^sum\(\) takes a column, or SQL .*, and is given something else$/, () => sum(sales as never)],
    [
      /^sum\(\) is given SQL without a column: write columns as \$\{lines\.price\}; is a name misspelt\?$/,
      () => sum(sql`${column} * 2`, { scale: 2 }),
    ],
    [/^average\(\) takes a column/, () => average(column)],
    [
      /^ratio\(\) takes counts, sums, .*, and is given something else: is a name misspelt\?$/,
      () => ratio(undefined as never, 2),
    ],
    [
      /^total\(\) takes counts, sums, .* is given a metric of kind earliest$/,
      () => total(2, earliest(sales.due) as never),
    ],
    [/^through\(\) takes a column/, () => through(column, sales)],
    [/^through\(\) takes a table/, () => through(sales.shop, table)],
    [/^keys\(\) takes a column/, () => keys(column)],
    [/^earliest\(\) takes a column/, () => earliest(instant)],
    [
      /^earliest\(\) takes a column and is given an expression: keep its result in a column, generated always as/,
      () => earliest(sql`least(${sales.due}, ${sales.due})` as never),
    ],
    [/^by\(\) takes a column/, () => count(sales).by(column)],
    [/^while\(\) takes a column/, () => count(sales).while(sales.at, instant)],
    [/^while\(\) takes a column/, () => keys(sales.shop).while(instant, sales.at)],
    [/^the period of during\(\) takes a column/, () => count(sales).during(day(instant))],
    [/^the period of during\(\) takes a column/, () => count(sales).by(lastMonths(3, instant))],
    [/^the period of growth\(\) takes a column/, () => growth(count(sales), month(instant))],
    [/^during\(\) takes a period, such as day\(column\)/, () => count(sales).during(period)],
    [/^growth\(\) takes a period, such as day\(column\)/, () => growth(count(sales), period)],
    [
      /^metrics\.a: a condition is given undefined: is a column's name misspelt\?$/,
      () => count(sales).where(eq(column as never, 1)),
    ],
    [/^metrics\.a: a condition is given undefined/, () => count(sales).where(inArray(column as never, [1]))],
  ];
  for (const [taker, metric] of cases) {
    it(String(taker), () => {
      assert.throws(
        () => compile(configured({ a: metric() } as never)),
        (error) => {
          assert.ok(error instanceof ConfigError, String(error));
          assert.match(error.message, taker);
          return true;
        },
      );
    });
  }
});
