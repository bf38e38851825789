import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { loadDefinitionFile } from "../../../daemon/define/definition-file.ts";
import { compile } from "../../../daemon/plan/compile.ts";
import { pageSchema } from "../../../daemon/plan/page-schema.ts";
import type { Plan } from "../../../daemon/plan/plan.ts";
import { schema as protocolSchema, type Schema } from "../../../protocol/schema.ts";

async function planOf(path: string): Promise<Plan> {
  return compile(
    await loadDefinitionFile(fileURLToPath(new URL(`../../../../${path}/deltad.config.ts`, import.meta.url))),
  );
}

function fields(schema: Schema, event: string): Record<string, unknown> {
  const declared = schema.events.find(({ name }) => name === event)?.fields ?? [];
  return Object.fromEntries(declared.map(({ name, ...rest }) => [name, rest]));
}

describe("What pages are told of a configuration", () => {
  let plan: Plan;
  let schema: Schema;
  before(async () => {
    plan = await planOf("test/second");
    schema = pageSchema([plan]);
  });

  it("is each metric's path with its kind, and its scale, unit and period where it has one", () => {
    const said = Object.fromEntries(schema.metrics.map(({ path, ...rest }) => [path.join("."), rest]));
    assert.deepEqual(said, {
      money: { kind: "currency" },
      "cents.today": { kind: "sum", scale: 0 },
      "cents.month": { kind: "sum", scale: 0 },
      "cents.hour": { kind: "sum", scale: 0 },
      "cents.byHour": { kind: "series", scale: 0, period: { unit: "hour", length: 24 } },
      "cents.growthHours": { kind: "growth", period: { unit: "hour", length: 6 }, against: "stretch" },
      "cents.growth": { kind: "growth", period: { unit: "day", length: 28 }, against: "stretch" },
      "cents.growthMonths": { kind: "growth", period: { unit: "month", length: 2 }, against: "stretch" },
      "cents.growthWhole": { kind: "growth", period: { unit: "month", length: 1 }, against: "whole" },
      "cents.byPayment": { kind: "group", scale: 0 },
      "cents.byMonth": { kind: "series", scale: 0, period: { unit: "month", length: 3 } },
      "cents.byWeek": { kind: "series", scale: 0, period: { unit: "week", length: 3 } },
      "cents.byQuarter": { kind: "series", scale: 0, period: { unit: "quarter", length: 2 } },
      "cents.year": { kind: "sum", scale: 0 },
      "cents.growthWeek": { kind: "growth", period: { unit: "week", length: 1 }, against: "stretch" },
      "cents.growthYear": { kind: "growth", period: { unit: "year", length: 1 }, against: "stretch" },
      "cents.perStay": { kind: "decimal", scale: 2 },
      "cents.perStayByState": { kind: "group", scale: 1 },
      "cents.ofGuests": { kind: "sum", scale: 1 },
      "cents.ofGuestsByMonth": { kind: "series", scale: 1, period: { unit: "month", length: 3 } },
      "cents.perStayByParty": { kind: "group", scale: 2 },
      "cents.afterFee": { kind: "decimal", scale: 0 },
      "extremes.largest": { kind: "decimal", scale: 0 },
      "extremes.smallestThisMonth": { kind: "decimal", scale: 0, unit: "¢" },
      "extremes.largestByDay": { kind: "series", scale: 1, period: { unit: "day", length: 5 } },
      "extremes.largestNow": { kind: "decimal", scale: 0 },
      "extremes.firstArrival": { kind: "value", as: "instant" },
      "extremes.lastBooked": { kind: "values", as: "date" },
      "extremes.oldestDue": { kind: "date" },
      "extremes.lastCheck": { kind: "value", as: "instant" },
      "extremes.latestState": { kind: "value", as: "text" },
      "extremes.spread": { kind: "decimal", scale: 0 },
      "extremes.largestOfUsual": { kind: "decimal", scale: 3 },
      "extremes.largestByParty": { kind: "group", scale: 0, keys: "pairs" },
      "extremes.latestGuests": { kind: "values", as: "number" },
      "extremes.oldestState": { kind: "value", as: "text" },
      "extremes.latestParty": { kind: "value", as: "text" },
      "extremes.oldestPerGuest": { kind: "group", scale: 1 },
      "extremes.latestByWeek": { kind: "values", as: "date" },
      "stays.now": { kind: "count" },
      "stays.still": { kind: "count" },
      "stays.cancellable": { kind: "count" },
      "stays.unpaid": { kind: "sum", scale: 0 },
      "stays.staysOver": { kind: "count" },
      "stays.checkedToday": { kind: "count" },
      "stays.unchecked": { kind: "count" },
      "stays.byState": { kind: "group" },
      "stays.byStateAndPayment": { kind: "group", keys: "pairs" },
      "stays.byStateAndMonth": { kind: "group", keys: "pairs" },
      "stays.byParty": { kind: "group" },
      "stays.bookedPerDay": { kind: "series", period: { unit: "day", length: 5 } },
      "stays.nextArrival": { kind: "date" },
      "stays.perHangar": { kind: "decimal", scale: 3 },
      "hangars.area.byState": { kind: "group", scale: 1, unit: "m²" },
      "hangars.area.listedFirst": { kind: "sum", scale: 1, unit: "m²" },
      "hangars.ordered": { kind: "percentage" },
      "hangars.taken": { kind: "count" },
      "hangars.everBooked": { kind: "count" },
      "hangars.parties": { kind: "count" },
      "hangars.takenByMonth": { kind: "series", period: { unit: "month", length: 3 } },
      "hangars.takenByParty": { kind: "group" },
      "hangars.mostParties": { kind: "group" },
      "hangars.ownNumbers": { kind: "count" },
      "hangars.busiest": { kind: "group" },
      "hangars.dearest": { kind: "group", scale: 1 },
      "hangars.busiestPairs": { kind: "group", scale: 0, keys: "pairs" },
      "hangars.bestWeeks": { kind: "group", scale: 0 },
    });
  });

  it("is each event's fields with their kinds, and the unit of a column that a metric sums in one", () => {
    assert.deepEqual(
      schema.events.map(({ name }) => name),
      ["stay_booked", "stay_moved", "stay_cancelled", "cents_settled", "guest_changed", "last_checked"],
    );
    assert.deepEqual(fields(schema, "stay_booked"), {
      no: { kind: "text" },
      hangar: { kind: "text" },
      state: { kind: "text" },
      nights: { kind: "days" },
      area: { kind: "decimal", unit: "m²" },
    });
    assert.deepEqual(fields(schema, "stay_moved")["from"], { kind: "instant" });
    assert.deepEqual(fields(schema, "cents_settled"), {
      no: { kind: "text" },
      cents: { kind: "number" },
      money: { kind: "currency" },
    });
    assert.deepEqual(fields(schema, "guest_changed"), {
      hangar: { kind: "text" },
      area: { kind: "decimal", unit: "m²" },
      isNowOccupied: { kind: "boolean" },
      previousOccupant: { kind: "text" },
      newOccupant: { kind: "text" },
    });
  });

  it("names the metric that holds the currency, for money alone", async () => {
    const demo = pageSchema([await planOf("demo")]);
    const units = demo.metrics.flatMap((metric) => ("unit" in metric ? [[metric.path.join("."), metric.unit]] : []));
    const money = { currency: ["currency"] };
    assert.deepEqual(units, [
      ["revenue.today", money],
      ["revenue.month", money],
      ["revenue.last30Days", money],
      ["payouts.pending", money],
    ]);
    assert.deepEqual(fields(demo, "booking_created")["amount"], { kind: "decimal", unit: money });
  });

  it("leaves the unit out where no metric holds the currency", () => {
    const metrics = plan.leaves.filter(({ value }) => value.kind !== "currency");
    const leaves = metrics.map((leaf) =>
      leaf.value.kind === "sum" ? { ...leaf, value: { ...leaf.value, unit: "currency" } } : leaf,
    );
    const sums = pageSchema([{ ...plan, leaves }]).metrics.filter(({ kind }) => kind === "sum");
    assert.deepEqual(
      sums.map((metric) => "unit" in metric),
      [false, false, false, false, false, false, false],
    );
  });

  it("is what the protocol says, and holds no table, no column that no field is named after, and no SQL", () => {
    assert.deepEqual(v.parse(protocolSchema, JSON.parse(JSON.stringify(schema))), schema);
    const text = JSON.stringify(schema);
    const names = plan.tables.flatMap(({ table, columns }) => [table, ...columns.map(({ name }) => name)]);
    const declared = new Set(["stays", "state", "cents", "money"]);
    for (const name of names) if (!declared.has(name)) assert.ok(!text.includes(`"${name}"`), name);
    assert.doesNotMatch(text, /select|r\.|coalesce|json_build/);
  });
});
