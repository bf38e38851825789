import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { arrange } from "../../../../react/display/arrange.ts";
import type { MetricSchema } from "../../../../protocol/schema.ts";

const unit = { currency: ["code"] };
const count = (...path: string[]): MetricSchema => ({ kind: "count", path });
const sum = (...path: string[]): MetricSchema => ({ kind: "sum", path, scale: 2, unit });
const code: MetricSchema = { kind: "currency", path: ["code"] };
const cardsOf = (...metrics: MetricSchema[]) => {
  const { wide, narrow } = arrange({ metrics, events: [] });
  return [...wide, ...narrow];
};

describe("The cards of a configuration", () => {
  it("are one for each first name of the paths, in their order, and one for what stands alone", () => {
    const cards = cardsOf(count("a", "x"), count("total"), count("b", "y"), count("a", "z", "w"));
    assert.deepEqual(
      cards.map(({ name, figures }) => [name, figures.map(({ path }) => path.join("."))]),
      [
        ["a", ["a.x", "a.z.w"]],
        [undefined, ["total"]],
        ["b", ["b.y"]],
      ],
    );
  });

  it("show the currency once: with the first money, or as a value where nothing is in it", () => {
    const [first, second, ...more] = cardsOf(code, sum("a", "x"), sum("b", "x"));
    assert.deepEqual([first?.currency, second?.currency, more], [["code"], undefined, []]);
    assert.deepEqual(
      cardsOf(code).map(({ figures }) => figures),
      [[code]],
    );
  });

  it("draw a percentage as a ring where it is alone", () => {
    const percentage = (name: string): MetricSchema => ({ kind: "percentage", path: ["a", name] });
    assert.equal(cardsOf(percentage("x"))[0]?.rings.length, 1);
    const [both] = cardsOf(percentage("x"), percentage("y"));
    assert.deepEqual([both?.rings.length, both?.figures.length], [0, 2]);
  });

  it("are wide where they hold a chart, growth or many numbers", () => {
    const series: MetricSchema = { kind: "series", path: ["a", "x"], period: { unit: "day", length: 5 } };
    const growth: MetricSchema = { kind: "growth", path: ["b", "x"], period: { unit: "day", length: 7 } };
    const many = ["1", "2", "3", "4"].map((name) => count("c", name));
    const { wide, narrow } = arrange({ metrics: [series, growth, ...many, count("d", "x")], events: [] });
    assert.deepEqual(
      [wide, narrow].map((cards) => cards.map(({ name }) => name)),
      [["a", "b", "c"], ["d"]],
    );
  });

  it("leave out what this page does not know", () => {
    const newer = { kind: "heatmap", path: ["a", "x"] } as unknown as MetricSchema;
    assert.deepEqual(cardsOf(newer), []);
  });
});
