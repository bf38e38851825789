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

/** A lane whose sends are each written down once for every item. */
function writing(delivery: Delivery<{ name: string }>, sent: string[]) {
  const lane = delivery.lane();
  return (name: string, count: number): void => lane.push(items(name, count), (item) => sent.push(item.name) && 1, 1);
}

const items = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `${name}${index}` }));

it("What fits a turn goes out at once, the rest in order in later turns, at most so many in each", () => {
  const loop = turns();
  const delivery = new Delivery<{ name: string }>({ sendsPerTurn: 500, setImmediate: loop.setImmediate });
  const sent: string[] = [];
  const push = writing(delivery, sent);
  push("a", 400);
  push("b", 800);
  push("c", 1);
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
  const lane = delivery.lane();
  const write = ({ name }: { name: string }): number => {
    sent.push(name);
    if (name === "a0") lane.push(items("inner", 1), write, 1);
    return 1;
  };
  lane.push(items("a", 2), write, 1);
  assert.deepEqual(sent, ["a0", "a1", "inner0"]);
});

it("A topic's flush of 4,900 frames for 300 subscribers delays another topic's by less than a turn", () => {
  const loop = turns();
  const delivery = new Delivery<{ name: string }>({ sendsPerTurn: 500, setImmediate: loop.setImmediate });
  const parts: number[] = [];
  delivery.lane().push(
    items("reader", 300),
    (_, from, to) => {
      parts.push(to - from);
      return to;
    },
    4_900,
  );
  const sent: string[] = [];
  const push = writing(delivery, sent);
  push("other", 3);
  loop.next();
  assert.deepEqual(sent, ["other0", "other1", "other2"]);
  assert.ok(Math.max(...parts) <= 50, "no part holds the loop for longer than a turn");
  let turnsLeft = 20_000;
  while (!loop.idle && turnsLeft-- > 0) loop.next();
  assert.equal(
    parts.reduce((sum, part) => sum + part, 0),
    300 * 4_900,
  );
});

it("A turn takes a hundred sends of flushes that come in parts, whose topics take turns, and other broadcasts wait for none of them", () => {
  const loop = turns();
  const delivery = new Delivery<{ name: string }>({ sendsPerTurn: 500, setImmediate: loop.setImmediate });
  let inTurn = 0;
  const counts: number[] = [];
  const next = (): void => {
    counts.push(inTurn);
    inTurn = 0;
    loop.next();
  };
  const served: string[] = [];
  const flush = (name: string): void =>
    delivery.lane().push(
      items(name, 20),
      (_, from, to) => {
        inTurn += to - from;
        served.push(name);
        return to;
      },
      120,
    );
  flush("a");
  flush("b");
  const sent: string[] = [];
  const push = writing(delivery, sent);
  for (let turn = 1; turn <= 10; turn += 1) {
    push(`other${turn}-`, 2);
    assert.equal(sent.length, 2 * turn, "it went out at once");
    next();
  }
  assert.deepEqual(served.slice(2, 8), ["a", "a", "b", "b", "a", "a"]);
  while (!loop.idle) next();
  assert.ok(
    counts.every((count) => count <= 100),
    `in each turn: ${counts.join()}`,
  );
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    2 * 20 * 120,
  );
});

it("An item that takes no more of a job costs the others no turns", () => {
  const loop = turns();
  const delivery = new Delivery<{ name: string }>({ sendsPerTurn: 500, setImmediate: loop.setImmediate });
  const asked = new Map<string, number>();
  delivery.lane().push(
    items("reader", 400),
    ({ name }) => {
      asked.set(name, (asked.get(name) ?? 0) + 1);
      return undefined;
    },
    4_900,
  );
  let turnsTaken = 1;
  for (; !loop.idle; turnsTaken += 1) loop.next();
  assert.ok(turnsTaken <= 6, `${turnsTaken} turns`);
  assert.equal(asked.size, 400);
  assert.deepEqual(new Set(asked.values()), new Set([1]));
});

it("A send that throws takes nothing from anybody else", () => {
  const loop = turns();
  const delivery = new Delivery<{ name: string }>({ sendsPerTurn: 500, setImmediate: loop.setImmediate });
  const sent: string[] = [];
  const write = ({ name }: { name: string }): number => {
    if (name === "a1") throw new Error("a broken socket");
    return sent.push(name) && 1;
  };
  assert.throws(() => delivery.lane().push(items("a", 3), write, 1), /a broken socket/);
  loop.next();
  assert.deepEqual(sent, ["a0", "a2"]);
});
