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

it("What fits a turn goes out at once, the rest in order in later turns, at most so many in each", () => {
  const loop = turns();
  const delivery = new Delivery({ sendsPerTurn: 500, setImmediate: loop.setImmediate });
  const sent: string[] = [];
  delivery.push(400, (index) => sent.push(`a${index}`));
  delivery.push(800, (index) => sent.push(`b${index}`));
  delivery.push(1, () => sent.push("c"));
  const counts = [sent.length];
  while (!loop.idle) {
    loop.next();
    counts.push(sent.length);
  }
  assert.deepEqual(counts, [500, 1000, 1201, 1201]);
  assert.deepEqual([sent[399], sent[400], sent[1199], sent[1200]], ["a399", "b0", "b799", "c"]);
});

it("A broadcast made by a send comes after the one it is part of", () => {
  const loop = turns();
  const delivery = new Delivery({ sendsPerTurn: 500, setImmediate: loop.setImmediate });
  const sent: string[] = [];
  delivery.push(2, (index) => {
    sent.push(`a${index}`);
    if (index === 0) delivery.push(1, () => sent.push("inner"));
  });
  assert.deepEqual(sent, ["a0", "a1", "inner"]);
});
