/* oxlint-disable typescript/no-unsafe-argument -- what must not compile has no type */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eq, sql } from "drizzle-orm";
import { compile } from "../../../daemon/plan/compile.ts";
import {
  at,
  average,
  count,
  currency,
  day,
  difference,
  earliest,
  growth,
  keys,
  lastMonths,
  latest,
  max,
  type MetricsOf,
  min,
  month,
  oldest,
  openIfNull,
  parent,
  overlap,
  type Pair,
  percentage,
  product,
  ratio,
  sum,
  top,
  total,
  trailingDays,
} from "../../../daemon/define/define.ts";
import { configured, sales, shops } from "../../support/sales-tables.ts";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

describe("definitions", () => {
  it("carry the type of the document that they make", () => {
    const config = configured({
      money: currency(),
      sales: { today: sum(sales.price).during(day(sales.at)), now: count(sales).while(sales.at, sales.until) },
      pairs: {
        kinds: sum(sales.price).by(sales.state, sales.kind),
        months: latest(sales.fair, sales.at).by(sales.state, lastMonths(3, sales.at)),
        best: top(2, count(sales).by(sales.state, sales.kind)),
      },
      groups: { states: count(sales).by(sales.state), months: sum(sales.price).by(lastMonths(3, sales.at)) },
      trend: growth(sum(sales.price), month(sales.at)),
      distinct: {
        byState: keys(sales.shop).by(sales.state),
        byMonth: keys(sales.shop).by(lastMonths(3, sales.at)).where(eq(sales.kind, "big")),
        most: top(2, keys(sales.shop).by(sales.state)),
      },
      shops: { open: keys(sales.shop), both: overlap(keys(shops.id), keys(sales.shop)) },
      share: percentage(count(sales).where(eq(sales.kind, "big")), count(sales)),
      next: earliest(sales.due),
      best: top(3, sum(sales.price).by(sales.state)),
      price: { usual: average(sales.price), byState: average(sales.price).by(sales.state) },
      ends: {
        least: min(sales.price),
        last: max(sales.at).during(month(sales.at)),
        byState: max(sales.due).by(sales.state),
        fair: latest(sales.fair, sales.at),
        pieces: latest(sales.pieces, sales.due).by(sales.kind),
        firstFair: oldest(sales.fair, sales.at),
        size: latest(sql`lower(${sales.kind})`, sales.at),
        net: oldest(sql`${sales.price} * 0.8`, sales.due, { scale: 2 }).by(sales.state),
      },
      made: {
        both: total(count(sales), count(shops)),
        left: difference(sum(sales.price), average(sales.price)),
        tax: product(sum(sales.price), 0.2),
        each: ratio(sum(sales.price), count(sales)),
        range: difference(max(sales.price), min(sales.price)),
        half: product(ratio(count(sales), count(shops)), 0.5),
      },
    });
    const same: Same<
      MetricsOf<typeof config>,
      {
        readonly money: string;
        readonly sales: { readonly today: string; readonly now: number };
        readonly pairs: {
          readonly kinds: Record<Pair, string>;
          readonly months: Record<Pair, boolean>;
          readonly best: Record<Pair, number>;
        };
        readonly groups: { readonly states: Record<string, number>; readonly months: Record<string, string> };
        readonly trend: number | undefined;
        readonly distinct: {
          readonly byState: Record<string, number>;
          readonly byMonth: Record<string, number>;
          readonly most: Record<string, number>;
        };
        readonly shops: { readonly open: number; readonly both: number };
        readonly share: number | undefined;
        readonly next: string | undefined;
        readonly best: Record<string, string>;
        readonly price: { readonly usual: string | undefined; readonly byState: Record<string, string> };
        readonly ends: {
          readonly least: string | undefined;
          readonly last: string | undefined;
          readonly byState: Record<string, string>;
          readonly fair: boolean | undefined;
          readonly pieces: Record<string, number>;
          readonly firstFair: boolean | undefined;
          readonly size: string | undefined;
          readonly net: Record<string, string>;
        };
        readonly made: {
          readonly both: string;
          readonly left: string | undefined;
          readonly tax: string;
          readonly each: string | undefined;
          readonly range: string | undefined;
          readonly half: string | undefined;
        };
      }
    > = true;
    assert.ok(same);
    assert.equal(compile(config).leaves.length, 33);
  });

  it("do not compile where a column is misspelt, a float or another table's", () => {
    const refusedByTheCompiler = [
      // @ts-expect-error: no such column
      () => sum(sales.prise),
      // @ts-expect-error: double precision
      () => sum(sales.weight),
      // @ts-expect-error: real
      () => sum(sales.length),
      // @ts-expect-error: text
      () => sum(sales.state),
      // @ts-expect-error: a column of another table
      () => count(sales).by(shops.owner),
      // @ts-expect-error: no such column of a parent
      () => count(sales).by(parent(shops.ownr)),
      // @ts-expect-error: a parent's number does not date a row
      () => count(sales).during(day(parent(shops.owner))),
      // @ts-expect-error: days of another table
      () => count(shops).during(day(sales.at)),
      // @ts-expect-error: a number does not date a row
      () => day(sales.pieces),
      // @ts-expect-error: a number is no bound
      () => count(sales).while(sales.pieces, sales.until),
      // @ts-expect-error: a bound of another table
      () => count(shops).while(openIfNull(sales.due), openIfNull(sales.due)),
      // @ts-expect-error: a date is an instant in no zone
      () => at(sales.due, "UTC"),
      // @ts-expect-error: growth brings its own period
      () => growth(count(sales).during(day(sales.at)), day(sales.at)),
      // @ts-expect-error: growth against something unknown
      () => growth(count(sales), day(sales.at), { against: "half" }),
      // @ts-expect-error: growth of a group
      () => growth(count(sales).by(sales.state), day(sales.at)),
      // @ts-expect-error: a number divided by a sum
      () => percentage<number>(count(sales), sum(sales.price)),
      // @ts-expect-error: currency() is not an operand
      () => overlap(currency(), keys(sales.shop)),
      // @ts-expect-error: one number has no top
      () => top(3, count(sales)),
      // @ts-expect-error: a date is no term
      () => ratio(earliest(sales.due), count(sales)),
      // @ts-expect-error: double precision
      () => average(sales.weight),
      // @ts-expect-error: how many values each group has is no set of them
      () => overlap(keys(sales.shop).by(sales.state), keys(shops.id)),
      // @ts-expect-error: double precision
      () => max(sales.weight),
      // @ts-expect-error: text has no order that all agree on
      () => min(sales.state),
      // @ts-expect-error: the second key is a column of another table
      () => count(sales).by(sales.state, shops.owner),
      // @ts-expect-error: the newest by a date of another table
      () => latest(shops.owner, sales.at),
      // @ts-expect-error: the oldest by a date of another table
      () => oldest(shops.owner, sales.at),
      // @ts-expect-error: a column is shown as it is
      () => oldest(sales.price, sales.at, { scale: 2 }),
      // @ts-expect-error: what is first of some rows does not grow
      () => growth(max(sales.price), day(sales.at)),
    ];
    assert.equal(refusedByTheCompiler.length, 28);
  });

  it("have one by(), with one key or two", () => {
    const twice = () => count(sales).by(sales.state).by(trailingDays(3, sales.at));
    const again = () => count(sales).by(trailingDays(3, sales.at)).by(sales.state);
    const three = () => count(sales).by(...([sales.state, sales.kind, sales.fair] as unknown as [typeof sales.state]));
    for (const made of [twice, again])
      assert.throws(made, /a metric has one by\(\), with one key or two: by\(column\), by\(column, other\)/);
    const keysTwice = () => keys(sales.shop).by(sales.state).by(trailingDays(3, sales.at));
    assert.throws(keysTwice, /keys\(\) has one by\(\), with one key/);
    assert.throws(three, /by\(\) takes one key or two/);
    const key: Pair = '["open", "big"]';
    assert.deepEqual(JSON.parse(key), ["open", "big"]);
  });

  it("are immutable: narrowing one leaves the other as it was", () => {
    const all = count(sales);
    const big = all.where(eq(sales.kind, "big"));
    const plan = compile(configured({ all, big, bigToday: big.during(trailingDays(1, sales.at)) }));
    assert.deepEqual(
      plan.projections.map(({ measures }) => measures.map(({ where }) => where)),
      [[undefined, `r.kind = 'big'`], [`r.kind = 'big'`]],
    );
  });

  it("take one period, not two", () => {
    assert.throws(
      () => count(sales).during(day(sales.at)).while(sales.at, sales.until),
      /one during\(\), while\(\), overdue\(\) or by\(period\)/,
    );
  });
});
