import assert from "node:assert/strict";
import { it } from "node:test";
import { Delivery } from "../../../daemon/hub/delivery.ts";

function turns() {
  const waiting: (() => void)[] = [];
  return {
    setImmediate: (callback: () => void): void => void waiting.push(callback),
    next: (): void => waiting.splice(0).forEach((callback) => callback()),
    get idle(): boolean {
      return waiting.length === 0;
    },
  };
}

const items = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `${name}${index}` }));

it("What fits a turn goes out at once, the rest in order in later turns, at most so many in each", () => {
  const loop = turns();
  const delivery = new Delivery<{ name: string }>({ sendsPerTurn: 500, setImmediate: loop.setImmediate });
  const sent: string[] = [];
  for (const [name, count] of [
    ["a", 400],
    ["b", 800],
    ["c", 1],
  ] as const) {
    delivery.push(items(name, count), (item) => sent.push(item.name));
  }
  const counts = [sent.length];
  while (!loop.idle) {
    loop.next();
    counts.push(sent.length);
  }
  assert.deepEqual(counts, [500, 1000, 1201, 1201]);
  assert.deepEqual([sent[399], sent[400], sent[1199], sent[1200]], ["a399", "b0", "b799", "c0"]);
});

it("A broadcast made by a send comes after the one it is part of", () => {
  const loop = turns();
  const delivery = new Delivery<{ name: string }>({ sendsPerTurn: 500, setImmediate: loop.setImmediate });
  const sent: string[] = [];
  delivery.push(items("a", 2), ({ name }) => {
    sent.push(name);
    if (name === "a0") delivery.push(items("inner", 1), (item) => sent.push(item.name));
  });
  assert.deepEqual(sent, ["a0", "a1", "inner0"]);
});
