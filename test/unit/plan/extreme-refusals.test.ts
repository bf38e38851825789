import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sql } from "drizzle-orm";
import {
  type ColumnOf,
  count,
  difference,
  growth,
  keys,
  latest,
  max,
  min,
  month,
  oldest,
  overlap,
  sum,
  top,
} from "../../../daemon/define/define.ts";
import { refusal } from "../../support/refusal.ts";
import { configured, sales, shops } from "../../support/sales-tables.ts";

/** For what types refuse: JavaScript configurations have none. */
const untyped = (column: unknown) => column as ColumnOf<"sales", "PgNumeric">;

describe("compile refuses, in one line,", () => {
  const cases: readonly [title: string, config: () => unknown, message: RegExp][] = [
    [
      "the smallest of texts",
      () => configured({ a: min(untyped(sales.state)) }),
      /^metrics\.a: state is text: min\(\) takes whole numbers, numeric, dates and instants/,
    ],
    [
      "the greatest of floats",
      () => configured({ a: max(untyped(sales.weight)) }),
      /weight is double precision: .* make the column numeric$/,
    ],
    [
      "the greatest of an expression without digits",
      () => configured({ a: max(sql`${sales.price} * 2`, {} as { scale: number }) }),
      /max\(\) of an expression needs the digits to round each row to: max\(sql`…`, \{ scale: 2 \}\)$/,
    ],
    [
      "the greatest of timestamps without a zone",
      () => configured({ a: max(sales.vague) }),
      /vague is timestamp without time zone, .*: say in which zone it is meant, at\(…, "UTC"\)/,
    ],
    [
      "digits of an instant",
      () => configured({ a: max(sales.at, { scale: 2 }) }),
      /max\(\) of a date or an instant takes no scale and no unit$/,
    ],
    [
      "the latest of arrays",
      () => configured({ a: latest(sales.tags, sales.at) }),
      /tags is text\[\]: latest\(\) holds single values; keep the one/,
    ],
    [
      "the digits of a column of the latest row",
      () => configured({ a: latest(sales.price as never, sales.at, { scale: 1 }) }),
      /latest\(\) of a column takes no scale and no unit: it is shown as the column is$/,
    ],
    [
      "the unit of a text of the oldest row",
      () => configured({ a: oldest(sql`lower(${sales.kind})`, sales.at, { unit: "€" } as never) }),
      /oldest\(\) of an expression with a unit is a number: say its digits, \{ scale: 2 \}$/,
    ],
    [
      "an expression of the oldest row over another table's columns",
      () => configured({ a: oldest(sql`${sales.price} + ${shops.owner}`, sales.at) }),
      /public\.shops\.owner is a column of another table than public\.sales/,
    ],
    [
      "the oldest by another table's date",
      () => configured({ a: oldest(sql`${shops.owner}`, sales.at) }),
      /public\.sales\.at is a column of another table than public\.shops/,
    ],
    [
      "the latest by a column that is no date",
      () => configured({ a: latest(sales.state, sales.pieces as never) }),
      /pieces is integer: only timestamptz and date columns date a row$/,
    ],
    [
      "the greatest by a column of unique values",
      () => configured({ a: max(sales.at).by(sales.id) }),
      /by\(id\): its values are unique/,
    ],
    [
      "a top of greatest values",
      () => configured({ a: top(3, max(sales.price).by(sales.state) as never) }),
      /^metrics\.a: top\(\) takes a group of a count, a sum, an average or keys\(\), as in top\(5, count\(table\)\.by\(column\)\)$/,
    ],
    [
      "growth of a greatest value",
      () => configured({ a: growth(max(sales.price) as never, month(sales.at)) }),
      /growth\(\) takes a count or a sum without by\(\), during\(\) and while\(\)$/,
    ],
    [
      "a formula of a last date",
      () => configured({ a: difference(max(sales.due), 1) }),
      /a formula takes min\(\) and max\(\) of numbers, neither of dates and instants, nor latest\(\) and oldest\(\)$/,
    ],
    [
      "a formula of the newest row's number",
      () => configured({ a: difference(latest(sales.price, sales.at), 1) }),
      /a formula takes min\(\) and max\(\) of numbers/,
    ],
    [
      "a formula of greatest values by group",
      () => configured({ a: difference(max(sales.price).by(sales.state), 1) }),
      /a formula takes single numbers, not groups/,
    ],
    [
      "the overlap of a set with groups of another",
      () => configured({ a: overlap(keys(sales.shop).by(sales.state) as never, keys(sales.shop)) }),
      /overlap takes single numbers, not groups made with by\(\)$/,
    ],
    [
      "a formula of how many values groups have",
      () => configured({ a: difference(keys(sales.shop).by(sales.state) as never, 1) }),
      /a formula takes single numbers, not groups made with by\(\)$/,
    ],
    [
      "values by a unique column",
      () => configured({ a: keys(sales.shop).by(sales.id) }),
      /by\(id\): its values are unique/,
    ],
    [
      "min() inside of SQL",
      () => configured({ a: sum(sql`min(${sales.price})`, { scale: 2 }) }),
      /min\(\): it is a metric by itself: min\(column\), max\(column\), latest\(column, newest\) or oldest\(column, oldest\)$/,
    ],
    [
      "a pair of which one is unique",
      () => configured({ a: count(sales).by(sales.state, sales.id) }),
      /by\(id\): its values are unique/,
    ],
    [
      "a pair of which one is a float",
      () => configured({ a: count(sales).by(sales.state, sales.weight) }),
      /weight is double precision: only text, .* columns can be keys$/,
    ],
  ];
  for (const [title, config, message] of cases) it(title, () => assert.match(refusal(config()), message));
});
