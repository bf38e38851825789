import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AnyStreamTypes } from "../../../client/client.ts";
import { flatten } from "../../../client/flatten.ts";

interface Metrics {
  readonly currency: string;
  readonly sales: {
    readonly today: string;
    readonly growth?: number;
    readonly byState: Readonly<Record<string, number>>;
  };
}

const metrics: Metrics = { currency: "EUR", sales: { today: "1.50", byState: { "a.b": 2, a: 1 } } };

describe("flatten", () => {
  it("gives what the document has at each path under the name of the mapping, and its type", () => {
    const flat = flatten(metrics, {
      today: "sales.today",
      code: "currency",
      dotted: "sales.byState.a.b",
      plain: "sales.byState.a",
      group: "sales.byState",
    });
    const today: string | undefined = flat.today;
    const dotted: number | undefined = flat.dotted;
    // @ts-expect-error: it is a text
    const wrong: number | undefined = flat.today;
    // @ts-expect-error: the mapping has no such name
    assert.equal(flat.yesterday, undefined);
    assert.deepEqual([today, dotted, wrong], ["1.50", 2, "1.50"]);
    assert.deepEqual([flat.code, flat.plain, flat.group], ["EUR", 1, metrics.sales.byState]);
  });

  it("refuses a path that the document can't have", () => {
    // @ts-expect-error: misspelt
    assert.deepEqual(flatten(metrics, { today: "sales.tody" }), { today: undefined });
    // @ts-expect-error: below a leaf
    assert.deepEqual(flatten(metrics, { today: "sales.today.length" }), { today: undefined });
  });

  it("is undefined where the document has nothing, and what every object has is nothing", () => {
    const none = { growth: undefined, today: undefined };
    const missing = undefined as Metrics | undefined;
    assert.deepEqual(flatten(missing, { growth: "sales.growth", today: "sales.today" }), none);
    const any: AnyStreamTypes["metrics"] = { sales: { today: "1.50" } };
    assert.deepEqual(flatten(any, { made: "constructor.name", in: "sales.toString", today: "sales.today" }), {
      made: undefined,
      in: undefined,
      today: "1.50",
    });
  });
});
