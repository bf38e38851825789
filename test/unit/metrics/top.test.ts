import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Grain } from "../../../daemon/capture/batch.ts";
import { Document } from "../../../daemon/metrics/document.ts";
import { OwnerState } from "../../../daemon/metrics/owner-state.ts";
import { indexPlan } from "../../../daemon/metrics/plan-index.ts";
import { applyPatch } from "../../../daemon/topics/owner/merge.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import type { LeafValue } from "../../../daemon/plan/plan.ts";
import { cases } from "../../support/cases.ts";
import { BY_STATUS, SAMPLE_PLAN } from "../../support/sample-plan.ts";

const group = { kind: "group", accumulator: 7, counts: 6, scale: 0, most: 2 } as const satisfies LeafValue;
const INDEX = indexPlan({
  ...SAMPLE_PLAN,
  leaves: [
    { path: ["counts"], value: { ...group, accumulator: 6, scale: undefined } },
    { path: ["sums"], value: group },
    { path: ["averages"], value: { ...group, averageScale: 0 } },
  ],
});

type Row = readonly [key: string, amount: number];

const grain = ([key, amount]: Row, weight: 1n | -1n): Grain => ({
  owner: "1",
  projection: BY_STATUS,
  key,
  day: undefined,
  from: undefined,
  until: undefined,
  values: [weight, weight * BigInt(amount)],
});

/** Of the rows themselves: whole groups, sorted and cut. */
function expected(rows: readonly Row[]): JsonObject {
  const groups = [...new Set(rows.map(([key]) => key))].map((key) => {
    const own = rows.filter((each) => each[0] === key);
    const sum = own.reduce((total, [, amount]) => total + amount, 0);
    return { key, count: own.length, sum, average: sum / own.length };
  });
  const first = (by: "count" | "sum" | "average", written: (value: number) => string | number): JsonObject =>
    Object.fromEntries(
      groups
        .toSorted((a, b) => b[by] - a[by] || (a.key < b.key ? -1 : 1))
        .slice(0, 2)
        .map((found) => [found.key, written(found[by])]),
    );
  const rounded = (value: number) => String(Math.sign(value) * Math.round(Math.abs(value)) || 0);
  return { counts: first("count", Number), sums: first("sum", String), averages: first("average", rounded) };
}

const row = fc.tuple(fc.constantFrom("a", "b", "9", "10", "09", "__proto__"), fc.integer({ min: -4, max: 4 }));
const steps = fc.array(
  fc.record({ inserted: fc.array(row, { maxLength: 2 }), deleted: fc.array(fc.nat({ max: 30 }), { maxLength: 2 }) }),
  { maxLength: 12 },
);

describe("the top of a group", () => {
  it("is that of all its rows, after every change, whoever comes, goes or overtakes", () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), steps, (loaded, changes) => {
        let rows: readonly Row[] = loaded;
        const state = new OwnerState(INDEX, 0);
        for (const each of rows) state.fold(grain(each, 1n), () => 0);
        const document = new Document(INDEX, state, undefined);
        let shown = document.whole();
        for (const { inserted, deleted } of changes) {
          const gone = new Set(deleted.filter((at) => at < rows.length));
          for (const at of gone) state.fold(grain(rows[at] as Row, -1n), () => 0);
          for (const each of inserted) state.fold(grain(each, 1n), () => 0);
          rows = [...rows.filter((_, at) => !gone.has(at)), ...inserted];
          shown = applyPatch(shown, document.patch() ?? {});
          assert.deepEqual(JSON.parse(JSON.stringify(shown)), JSON.parse(JSON.stringify(expected(rows))));
          assert.deepEqual(JSON.parse(JSON.stringify(document.sent())), JSON.parse(JSON.stringify(shown)));
        }
      }),
      cases(3_000),
    );
  });
});
