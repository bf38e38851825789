import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { and, eq, gt, inArray, isNotNull, like, not, or, sql } from "drizzle-orm";
import { compile } from "../../../daemon/plan/compile.ts";
import { mayFail } from "../../../daemon/plan/fallible.ts";
import {
  average,
  count,
  day,
  difference,
  earliest,
  growth,
  keys,
  lastMonths,
  max,
  month,
  product,
  ratio,
  sum,
  total,
  trailingDays,
} from "../../../daemon/define/define.ts";
import type { Plan } from "../../../daemon/plan/plan.ts";
import { DEMO } from "../../support/oracle.ts";
import { configured, sales } from "../../support/sales-tables.ts";

const where = (plan: Plan) => plan.projections[0]?.measures[0]?.where;

describe("compile", () => {
  it("captures the columns that definitions need and no others, the owner table first", () => {
    const captured = compile(DEMO.config).tables.map(({ source, columns }) => [
      source,
      columns.map(({ name }) => name),
    ]);
    assert.deepEqual(captured, [
      ["owner", ["id", "name", "time_zone", "currency", "marketplace_id"]],
      ["listings", ["id", "owner_id", "hangar_number", "status", "published_at"]],
      [
        "bookings",
        [
          "id",
          "listing_id",
          "owner_id",
          "guest_name",
          "status",
          "payment_status",
          "payment_amount",
          "check_in",
          "check_out",
          "created_at",
          "paid_at",
        ],
      ],
      ["payouts", ["id", "owner_id", "amount", "status", "due_on"]],
    ]);
  });

  it("keeps columns in wide types: a widened column neither rounds nor overflows", () => {
    const { state, kind, code, name, fair, extra, price, pieces, at, due, vague, tags } = sales;
    const all = [state, kind, code, name, fair, extra, price, pieces, at, due, vague, tags].map((column) =>
      isNotNull(column),
    );
    const types = compile(configured({ all: count(sales).where(and(...all)) })).tables[1]?.columns.map(
      ({ name, type }) => `${name} ${type}`,
    );
    assert.deepEqual(types, [
      "id uuid",
      "person bigint",
      "state text",
      "kind text",
      "code text",
      "name text",
      "fair boolean",
      "extra jsonb",
      "price numeric",
      "pieces bigint",
      "at timestamptz",
      "vague timestamp",
      "due date",
      "tags text[]",
    ]);
  });

  it("an average is per row that has a value, by the sum and the count that other metrics have", () => {
    const plan = compile(
      configured({
        sum: sum(sales.price),
        average: average(sales.price),
        pieces: average(sales.pieces),
        loose: average(sales.loose, { scale: 4 }),
        byState: average(sales.price, { scale: 0, unit: "currency" }).by(sales.state),
      }),
    );
    const [bare, byState] = plan.projections;
    const price = { op: "sum", column: "price", scale: 2 };
    const priced = { where: `r.price > '-Infinity' and r.price < 'Infinity'`, value: { op: "count" } };
    assert.deepEqual(bare?.measures.slice(0, 2), [{ where: undefined, value: price }, priced]);
    assert.deepEqual(byState?.measures, [{ where: undefined, value: price }, priced]);
    assert.deepEqual(
      plan.leaves.map(({ value }) => [value.kind, "scale" in value && value.scale]),
      [
        ["sum", 2],
        ["formula", 4],
        ["formula", 2],
        ["formula", 4],
        ["group", 2],
      ],
    );
    assert.deepEqual(plan.leaves[1]?.value, {
      kind: "formula",
      formula: {
        op: "/",
        left: { op: "quantity", quantity: { of: "accumulator", index: 0 }, scale: 2 },
        right: { op: "quantity", quantity: { of: "accumulator", index: 1 }, scale: 0 },
      },
      scale: 4,
    });
  });

  it("ranked rows of other conditions are a select of their own: the first of all are not the first of some", () => {
    const plan = compile(
      configured({
        all: max(sales.price),
        again: max(sales.price),
        big: max(sales.price).where(eq(sales.kind, "big")),
        count: count(sales),
      }),
    );
    assert.deepEqual(
      plan.projections.map(({ ranked, measures }) => [ranked?.order, measures.length]),
      [
        ["round(r.price::numeric * 100)", 1],
        ["round(r.price::numeric * 100)", 1],
        [undefined, 1],
      ],
    );
    assert.deepEqual(
      plan.leaves.map(({ value }) => "accumulator" in value && value.accumulator),
      [0, 0, 1, false],
    );
  });

  it("a row for which an expression has no value is left out by a condition, which is fenced off as it may fail", () => {
    const each = sql`${sales.price} / ${sales.pieces}`;
    const plan = compile(
      configured({
        sum: sum(each, { scale: 2 }),
        average: average(each, { scale: 3 }),
        byState: count(sales).by(sql`lower(${sales.state})`),
      }),
    );
    const [bare, byState] = plan.projections;
    const has = `(r.price / r.pieces)::numeric > '-Infinity' and (r.price / r.pieces)::numeric < 'Infinity'`;
    assert.deepEqual(bare?.measures, [
      { where: has, value: { op: "sum", scale: 2, expression: "r.price / r.pieces" } },
      { where: has, value: { op: "sum", scale: 3, expression: "r.price / r.pieces" } },
      { where: has, value: { op: "count" } },
    ]);
    assert.deepEqual(byState?.measures, [{ where: "(lower(r.state)) is not null", value: { op: "count" } }]);
    assert.deepEqual(byState?.keyExpressions, ["lower(r.state)"]);
    assert.ok(mayFail(bare?.measures ?? []) && mayFail(byState?.measures ?? []));
  });

  it("a formula has the digits of its exact result, and a ratio two", () => {
    const price = sum(sales.price);
    const scales = compile(
      configured({
        total: total(price, count(sales)),
        difference: difference(1, price),
        product: product(price, 0.125),
        ratio: ratio(price, count(sales)),
        given: ratio(price, count(sales), { scale: 5 }),
        deep: total(product(price, price), ratio(count(sales), 3)),
      }),
    ).leaves.map(({ value }) => value.kind === "formula" && value.scale);
    assert.deepEqual(scales, [2, 2, 5, 2, 5, 4]);
  });

  it("has one select for metrics about the same rows in the same way, as wide as the widest window", () => {
    const paid = sum(sales.price).where(eq(sales.state, "paid"));
    const plan = compile(
      configured({
        today: paid.during(day(sales.at)),
        week: growth(paid, trailingDays(7, sales.at)),
        todayToo: paid.during(day(sales.at)),
        number: count(sales).during(day(sales.at)),
        month: paid.during(month(sales.at)),
      }),
    );
    assert.deepEqual(
      plan.projections.map(({ time, measures }) => [
        time.kind,
        "spanDays" in time ? time.spanDays : undefined,
        measures.length,
      ]),
      [
        ["day", 13, 2],
        ["month", 31, 1],
      ],
    );
    assert.equal(plan.accumulators.length, 5);
    assert.deepEqual(plan.leaves[0]?.value, plan.leaves[2]?.value);
  });

  it("dates by local days and months with the windows of the specification", () => {
    const plan = compile(
      configured({
        last30: count(sales).during(trailingDays(30, sales.at)),
        year: count(sales).by(lastMonths(12, sales.at)),
        growth: growth(count(sales), month(sales.at)),
        whole: growth(count(sales), month(sales.at), { against: "whole" }),
        next: earliest(sales.due),
      }),
    );
    assert.deepEqual(
      plan.accumulators.map(({ window, keyedBy }) => [
        window?.unit,
        window?.start,
        window?.end,
        keyedBy,
        ...(window?.toDate ? [true] : []),
      ]),
      [
        ["day", 0, 30, "none"],
        ["month", 0, 12, "month"],
        ["month", 0, 1, "none", true],
        ["month", 1, 2, "none", true],
        ["month", 0, 1, "none"],
        ["month", 1, 2, "none"],
        ["day", -Infinity, 1, "day"],
      ],
    );
  });

  it("counts a group of sums by the rows that have a value", () => {
    const plan = compile(configured({ byState: sum(sales.price).where(eq(sales.fair, true)).by(sales.state) }));
    assert.deepEqual(plan.projections[0]?.measures, [
      { where: `r.fair = true`, value: { op: "sum", column: "price", scale: 2 } },
      { where: `(r.fair = true) and (r.price > '-Infinity' and r.price < 'Infinity')`, value: { op: "count" } },
    ]);
    assert.deepEqual(plan.leaves[0]?.value, { kind: "group", accumulator: 0, counts: 1, scale: 2 });
  });

  it("takes the scale of a sum from the column's type, or from the definition", () => {
    const sums = {
      a: sum(sales.price),
      b: sum(sales.whole),
      c: sum(sales.pieces),
      d: sum(sales.custom),
      e: sum(sales.loose, { scale: 4 }),
    };
    const scales = compile(configured(sums)).leaves.map(({ value }) =>
      value.kind === "sum" ? value.scale : undefined,
    );
    assert.deepEqual(scales, [2, 0, 0, 3, 4]);
  });

  it("asks for distinct values with keys()", () => {
    assert.deepEqual(compile(configured({ shops: keys(sales.shop) })).leaves[0]?.value, {
      kind: "count",
      quantity: { of: "keys", index: 0 },
    });
  });

  it("writes conditions over the row r, with values inlined and quoted", () => {
    const conditions = [
      [eq(sales.state, "o'clock \\ \n"), `r.state = E'o''clock \\\\ \n'`],
      [inArray(sales.kind, ["big", "small"]), `r.kind in ('big', 'small')`],
      [
        and(eq(sales.fair, false), or(gt(sales.pieces, -3), like(sales.name, "a%"))),
        `(r.fair = false and (r.pieces > (-3) or r.name like 'a%'))`,
      ],
      [eq(sales.shop, 9007199254740993n), `r.shop = (9007199254740993)`],
      [gt(sales.at, new Date(0)), `r.at > '1970-01-01T00:00:00.000Z'`],
      [sql`${sales.at} > ${new Date(0)}`, `r.at > '1970-01-01T00:00:00.000Z'::timestamptz`],
      [sql`${sales.pieces} -${-1} > 0`, `r.pieces -(-1) > 0`],
      [
        sql`lower(${sales.state}) ~ ${"^x"} and ${sales.tags} is not distinct from null`,
        `lower(r.state) ~ '^x' and r.tags is not distinct from null`,
      ],
      [sql`(${sales.extra} ->> 'a')::int between 1 and 2.5e3`, `(r.extra ->> 'a')::int between 1 and 2.5e3`],
      [not(eq(sales.state, "now")), `not r.state = 'now'`],
    ] as const;
    for (const [condition, expected] of conditions)
      assert.equal(where(compile(configured({ x: count(sales).where(condition) }))), expected);
  });
});
