import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { count as countOf, eq, exists, gt, type SQL, sql } from "drizzle-orm";
import { alias, bigint, integer, numeric, pgTable, QueryBuilder, text, timestamp } from "drizzle-orm/pg-core";
import {
  at,
  average,
  type ColumnOf,
  count,
  currency,
  day,
  growth,
  keys,
  month,
  openIfNull,
  overlap,
  percentage,
  product,
  ratio,
  sum,
  top,
  trailingDays,
  trailingHours,
} from "../../../daemon/define/define.ts";
import { refusal } from "../../support/refusal.ts";
import { configured, people, sales, shops } from "../../support/sales-tables.ts";

const good = configured({ all: count(sales) });
const priced = pgTable("priced", { id: numeric("id", { precision: 9, scale: 2 }), zone: text("zone") });
const named = pgTable("named", { id: text("id"), zone: text("zone") });
const dated = pgTable("people", { id: integer("id"), since: timestamp("since", { withTimezone: true }) });
/** For what types refuse: JavaScript configurations have none. */
const untyped = (column: unknown) => column as ColumnOf<"sales", "PgNumeric">;

describe("compile refuses, in one line", () => {
  const cases: readonly [title: string, config: () => unknown, message: RegExp][] = [
    [
      "growth against what it does not know",
      () => configured({ trend: growth(count(sales), month(sales.at), { against: "half" as "whole" }) }),
      /growth\(\) compares against "stretch" or "whole", not half$/,
    ],
    ["what is no configuration", () => 7, /^the configuration must be an object/],
    [
      "an unknown key",
      () => ({ ...good, metric: {} }),
      /^metric is no part of a configuration; did you mean metrics\?$/,
    ],
    [
      "an unknown key of the owner",
      () => ({ ...good, owner: { ...good.owner, timezone: 1 } }),
      /^owner\.timezone .* did you mean owner\.timeZone\?$/,
    ],
    [
      "an unknown key of a source",
      () => ({ ...good, sources: { ...good.sources, sales: { ...good.sources["sales"], keys: 1 } } }),
      /^sources\.sales\.keys .* did you mean sources\.sales\.key\?$/,
    ],
    [
      "a source called owner",
      () => ({ ...good, sources: { owner: good.sources["sales"] } }),
      /^sources\.owner: this name is the owner table's/,
    ],
    [
      "a source whose name is no name",
      () => ({ ...good, sources: { "a b": good.sources["sales"] } }),
      /^sources\.a b: a source's name has letters/,
    ],
    [
      "a zone that is a moment",
      () => ({ ...good, owner: { table: dated, key: dated.id, timeZone: dated.since } }),
      /^owner\.timeZone: since is timestamptz, not text; take a column of text, or the name of a zone for all owners, as "Europe\/Lisbon"$/,
    ],
    [
      "a zone that is none",
      () => ({ ...good, owner: { ...good.owner, timeZone: "Europe/Lisboa" } }),
      /^owner\.timeZone: "Europe\/Lisboa" is no time zone; zones are called as in "Europe\/Lisbon" or "UTC"$/,
    ],
    [
      "a zone of another table",
      () => ({ ...good, owner: { ...good.owner, timeZone: shops.id } }),
      /^owner\.timeZone must be a column of owner\.table, a lookup\(…\) by one, or the name of a zone for all owners/,
    ],
    [
      "a currency that is a number",
      () => ({ ...good, owner: { ...good.owner, currency: people.id } }),
      /^owner\.currency: id is bigint, not text; take a column of text, or the currency of all owners, as "EUR"$/,
    ],
    [
      "a currency that is a sign",
      () => ({ ...good, owner: { ...good.owner, currency: "€" } }),
      /^owner\.currency: "€" is no currency; three capital letters name one, as "EUR"$/,
    ],
    ["no source", () => ({ ...good, sources: {} }), /name at least one table/],
    [
      "a table watched twice",
      () => ({ ...good, sources: { ...good.sources, again: good.sources["sales"] } }),
      /^public\.sales is watched twice, as sales and as again: a table is one source, .*; take one of the two out$/,
    ],
    [
      "an owner's key of which equal values print different texts",
      () => ({ ...good, owner: { table: priced, key: priced.id, timeZone: priced.zone } }),
      /^owner\.key: id is numeric\(9, 2\): owners are known by whole numbers, uuid, text, varchar or char$/,
    ],
    [
      "a source whose owners are of another type than the owners' key",
      () => ({ ...good, owner: { table: named, key: named.id, timeZone: named.zone } }),
      /^sources\.sales\.owner is integer, owner\.key is text: they never meet$/,
    ],
    [
      "a column of another table as a key",
      () => ({ ...good, owner: { ...good.owner, key: shops.id } }),
      /^owner\.key must be a column of owner\.table, or a list of several$/,
    ],
    [
      "a table that is none",
      () => ({ ...good, owner: { ...good.owner, table: "people" } }),
      /^owner\.table must be a Drizzle table/,
    ],
    ["a bulk threshold that is no number", () => ({ ...good, bulkRows: "1" }), /^bulkRows must be a whole number/],
    ["no metrics", () => configured({}), /^metrics is empty$/],
    ["an empty group of metrics", () => configured({ a: {} }), /^metrics\.a is empty$/],
    ["a metric that is none", () => ({ ...good, metrics: { a: [1] } }), /^metrics\.a must be a metric/],
    [
      "a dotted name",
      () => configured({ "a.b": count(sales), a: { b: count(sales) } }),
      /^metrics\.a\.b: nest objects/,
    ],
    [
      "a table that is no source",
      () => configured({ a: count(pgTable("others", { id: bigint("id", { mode: "number" }) })) }),
      /^metrics\.a: table public\.others is not one of the sources$/,
    ],
    [
      "a metric over the owner table",
      () => configured({ a: count(people) }),
      /^metrics\.a: public\.people is the owner table/,
    ],
    [
      "a float sum",
      () => configured({ a: sum(untyped(sales.weight)) }),
      /^metrics\.a: weight is double precision: sums of floating-point/,
    ],
    [
      "the sum of a text",
      () => configured({ a: sum(untyped(sales.state)) }),
      /^metrics\.a: state is varchar: it can't be summed$/,
    ],
    [
      "a sum of numeric without a scale",
      () => configured({ a: sum(sales.loose) }),
      /^metrics\.a: loose is numeric without a scale: say how many/,
    ],
    ["a scale that is none", () => configured({ a: sum(sales.price, { scale: 0.5 }) }), /scale must be a whole number/],
    [
      "a sum of an expression without a scale",
      () => configured({ a: sum(sql`${sales.price} * ${sales.pieces}`, {} as { scale: number }) }),
      /^metrics\.a: sum\(\) of an expression needs the digits to round each row to: sum\(sql`…`, \{ scale: 2 \}\)$/,
    ],
    [
      "an expression over two tables",
      () => configured({ a: sum(sql`${sales.pieces} * ${shops.owner}`, { scale: 0 }) }),
      /^metrics\.a: public\.shops\.owner is a column of another table than public\.sales$/,
    ],
    [
      "a group by an expression of another table",
      () => configured({ a: count(sales).by(sql`${shops.owner} % 2`) }),
      /column of another table/,
    ],
    [
      "a sum over the clock",
      () => configured({ a: sum(sql`${sales.pieces} * extract(day from now())`, { scale: 0 }) }),
      /now: conditions have no clock/,
    ],
    [
      "a timestamp without time zone",
      () => configured({ a: count(sales).during(day(sales.vague)) }),
      /timestamp without time zone, which names no instant: say in which zone it is meant, at\(…, "UTC"\), or make .*timestamptz/,
    ],
    [
      "days by a number",
      () => configured({ a: count(sales).during(day(untyped(sales.pieces) as never)) }),
      /only timestamptz and date columns date a row/,
    ],
    [
      "at a zone that is none",
      () => configured({ a: count(sales).during(day(at(sales.vague, "Europe/Lisboa"))) }),
      /^metrics\.a: at\(\): "Europe\/Lisboa" is no time zone/,
    ],
    [
      "a zone for what is an instant already",
      () => configured({ a: count(sales).overdue(at(sales.at, "UTC")) }),
      /^metrics\.a: at\(\): at is timestamptz: only a timestamp without time zone is meant in a zone$/,
    ],
    [
      "while by a number",
      () => configured({ a: count(sales).while(untyped(sales.pieces) as never, openIfNull(sales.due)) }),
      /pieces is integer: only timestamptz and date columns date a row/,
    ],
    ["groups by a float", () => configured({ a: count(sales).by(sales.weight) }), /only text, .* columns can be keys$/],
    [
      "a group per row",
      () => configured({ a: count(sales).by(sales.id) }),
      /its values are unique, so the document would grow/,
    ],
    [
      "a window without end",
      () => configured({ a: count(sales).during(trailingDays(1e6, sales.at)) }),
      /whole number of days from 1 to 3660/,
    ],
    [
      "more hours than a month has",
      () => configured({ a: count(sales).during(trailingHours(745, sales.at)) }),
      /whole number of hours from 1 to 744, not 745/,
    ],
    [
      "hours of a date",
      () => configured({ a: count(sales).by(trailingHours<"sales">(3, untyped(sales.due) as never)) }),
      /^metrics\.a: due is a date, which has no hours: use a timestamptz column, or days$/,
    ],
    [
      "a period of an unknown unit",
      () => configured({ a: count(sales).during({ ...trailingDays(3, sales.at), unit: "hours" as "hour" }) }),
      /^metrics\.a: a period's unit is one of hour, day, week, month, quarter, year, not hours$/,
    ],
    ["half a day", () => configured({ a: count(sales).during(trailingDays(0.5, sales.at)) }), /whole number of days/],
    [
      "a percentage of a group",
      () => configured({ a: percentage(count(sales).by(sales.state) as never, count(sales)) }),
      /not groups made with by/,
    ],
    [
      "a number divided by a sum",
      () => configured({ a: percentage<unknown>(count(sales), sum(sales.price)) }),
      /a number by a number/,
    ],
    [
      "the top of what is no group",
      () => configured({ a: top(3, count(sales) as never) }),
      /^metrics\.a: top\(\) takes a group of a count, a sum, an average or keys\(\), as in top\(5, count\(table\)\.by\(column\)\)$/,
    ],
    [
      "the top of more than a hundred",
      () => configured({ a: top(101, count(sales).by(sales.state)) }),
      /^metrics\.a: top\(\) shows a whole number of entries from 1 to 100, not 101$/,
    ],
    [
      "a percentage of averages",
      () => configured({ a: percentage<unknown>(average(sales.price), average(sales.price)) }),
      /takes no averages: use ratio/,
    ],
    [
      "growth of an average",
      () => configured({ a: growth(average(sales.price) as never, trailingDays(7, sales.at)) }),
      /takes a count or a sum/,
    ],
    [
      "a formula of a group",
      () => configured({ a: ratio(count(sales).by(sales.state), 2) }),
      /a formula takes single numbers/,
    ],
    [
      "a formula of a number with an exponent",
      () => configured({ a: product(count(sales), 1e-9) }),
      /1e-9 can't be part/,
    ],
    ["a formula of NaN", () => configured({ a: product(count(sales), Number.NaN) }), /NaN can't be part/],
    [
      "half a digit",
      () => configured({ a: ratio(count(sales), 3, { scale: 0.5 }) }),
      /whole number from 0 to 18, not 0.5/,
    ],
    ["an average of floats", () => configured({ a: average(sales.weight as never) }), /never exact/],
    ["an average without a scale", () => configured({ a: average(sales.loose) }), /without a scale/],
    [
      "an overlap of different types",
      () => configured({ a: overlap(keys(sales.state), keys(shops.id)) }),
      /different types/,
    ],
    [
      "currency() without a currency",
      () => ({ ...configured({ a: currency() }), owner: { table: people, key: people.id, timeZone: people.zone } }),
      /^metrics\.a: currency\(\) needs owner\.currency/,
    ],
  ];
  for (const [title, config, message] of cases) it(title, () => assert.match(refusal(config()), message));
});

describe("conditions may not have", () => {
  const other = alias(sales, "other");
  const cases: readonly [title: string, condition: SQL, message: RegExp][] = [
    ["now()", sql`${sales.at} > now()`, /now: conditions have no clock/],
    ["current_date", sql`${sales.due} > CURRENT_DATE`, /CURRENT_DATE: conditions have no clock/],
    ["the clock in a literal", sql`${sales.at} > 'now'::timestamptz`, /'now': conditions have no clock/],
    ["the clock in a value", sql`${sales.at} > ${"Tomorrow 12:00"}`, /'Tomorrow 12:00': conditions have no clock/],
    ["age(), which reads the clock", sql`age(${sales.at}) > interval '1 day'`, /age: conditions have no clock/],
    [
      "volatile functions",
      sql`random() < 0.5`,
      /random\(\) is not one of the functions known to depend on nothing but the row/,
    ],
    ["settings", sql`${sales.state} = current_setting('x')`, /current_setting\(\) is not one/],
    ["functions we know nothing of", sql`is_paid(${sales.state})`, /is_paid\(\) is not one/],
    [
      "columns by their bare names",
      sql`state = 'paid'`,
      /unknown word state in the SQL; write a column as \$\{sales\.column\}/,
    ],
    ["quoted names", sql`"state" = 'paid'`, /write "state" as a column of the table/],
    ["identifiers", sql`${sql.identifier("state")} = 'paid'`, /columns and values of its own table only/],
    [
      "another table's columns",
      eq(sales.shop, shops.id),
      /public\.shops\.id is a column of another table than public\.sales/,
    ],
    ["an alias of the table", gt(other.pieces, 1), /public\.other\.pieces is a column of another table/],
    ["tables", sql`${sales.id} in (${shops})`, /columns and values of its own table only/],
    [
      "subqueries",
      exists(new QueryBuilder().select({ id: shops.id }).from(shops)),
      /without subqueries and aggregates|of its own table only/,
    ],
    ["subqueries written out", sql`1 = (select 1)`, /select: a condition is about one row of one table/],
    [
      "aggregates",
      gt(countOf(sales.id), 1),
      /^metrics\.a: count\(\): a metric adds up by itself: use sum\(\), average\(\)/,
    ],
    [
      "percentiles",
      sql`${sales.pieces} > percentile_cont(0.5)`,
      /percentile_cont\(\): it depends on all rows at once: count/,
    ],
    ["ranks", sql`rank() > 3`, /rank\(\): it compares rows with each other/],
    [
      "joins",
      sql`true join ${sales.id}`,
      /join: a metric is about the rows of one table, and those through which they find their owner/,
    ],
    ["placeholders", sql`${sales.state} = ${sql.placeholder("x")}`, /no other table, subquery, placeholder/],
    ["comments", sql`true -- and false`, /leave comments out/],
    ["comments put together", sql`${sales.pieces} -${sql`- ${sales.pieces}`}`, /leave comments out/],
    ["a text in two pieces", sql`${sales.state} = 'n'\n'ow'`, /write a text in one piece/],
    ["parameters", sql`${sales.state} = $1`, /can't read the SQL at: \$1/],
    ["several statements", sql`true; delete from sales`, /can't read the SQL at: ;/],
    ["open quotes", sql`${sales.state} = 'x`, /can't read the SQL at: 'x/],
    ["a parenthesis too many", sql`true) or (true`, /parentheses don't match/],
    ["text with a NUL", eq(sales.state, "\0"), /NUL/],
    ["numbers that are none", eq(sales.pieces, Number.NaN), /NaN can't be a value/],
    [
      "a value that its column can't have",
      eq(sales.at, "yesterday" as unknown as Date),
      /"yesterday" is no value for at/,
    ],
  ];
  for (const [title, condition, message] of cases) {
    it(title, () => assert.match(refusal(configured({ a: count(sales).where(condition) })), message));
  }
});
