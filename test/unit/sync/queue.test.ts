import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { nextFrame } from "../../../client/sync/next-frame.ts";
import type { Answer, Entry, Outcome } from "../../../client/sync/operation.ts";
import { added, answered, changedQueue, emptyQueue, failed, numbered, type Queue } from "../../../client/sync/queue.ts";

const CLIENT = "00000000-0000-4000-a000-000000000001";
const FRESH = "00000000-0000-4000-a000-000000000002";
let made = 0;

function set(key: string, register: string, value: unknown, base: unknown = null, more: Partial<Entry> = {}): Entry {
  const at = { topic: "board:1", rows: "widgets", key };
  return { ...at, op: "set", register, base: { [register]: base }, value: { [register]: value }, ...known(), ...more };
}
function row(op: "insert" | "delete", key: string, more: Partial<Entry> = {}): Entry {
  return { topic: "board:1", rows: "widgets", key, op, value: {}, ...known(), ...more };
}
const known = () => ({ id: `e${(made += 1)}`, at: made });

function queueOf(...entries: Entry[]): Queue {
  return changedQueue(emptyQueue(CLIENT), added(entries));
}
/** As it is after all that waits was sent. */
function sent(...entries: Entry[]): Queue {
  const queue = queueOf(...entries);
  return changedQueue(queue, numbered(queue.entries.map(({ id }) => id)));
}
function after(queue: Queue, seq: number, outcome: Outcome, client = CLIENT): Queue {
  return changedQueue(queue, answered([{ client, seq, ...outcome }], FRESH));
}
const shown = ({ entries }: Queue) =>
  entries.map(({ key, op, register, base, value, seq, failure }) => {
    const word =
      op === "set"
        ? `${key}.${register} ${String(base?.[register ?? ""])}→${String(value?.[register ?? ""])}`
        : `${op} ${key}`;
    return [word, seq && `#${seq}`, failure?.outcome].filter(Boolean).join(" ");
  });

describe("A queue of operations", () => {
  it("makes one of consecutive sets of a register that wait: a drag is its first base and its last value", () => {
    const queue = queueOf(set("a", "x", 1, 0), set("a", "x", 2, 1), set("a", "x", 3, 2));
    assert.deepEqual(shown(queue), ["a.x 0→3"]);
  });

  it("leaves alone what was sent, another register, another row, and what another operation stands between", () => {
    const queue = changedQueue(
      sent(set("a", "x", 1, 0)),
      added([set("a", "x", 2, 1), set("a", "y", 1), set("b", "x", 1)]),
    );
    const more = changedQueue(queue, added([set("a", "x", 3, 2)]));
    assert.deepEqual(shown(more), ["a.x 0→1 #1", "a.x 1→2", "a.y null→1", "b.x null→1", "a.x 2→3"]);
  });

  it("leaves alone what is of a batch", () => {
    const queue = queueOf(set("a", "x", 1, 0, { batch: "b" }), set("a", "x", 2, 1));
    assert.deepEqual(shown(queue), ["a.x 0→1", "a.x 1→2"]);
  });

  it("numbers one after the other, once", () => {
    const queue = sent(set("a", "x", 1), set("b", "x", 1));
    const more = changedQueue(queue, numbered(queue.entries.map(({ id }) => id)));
    assert.equal(more, queue);
    assert.deepEqual(shown(changedQueue(more, added([row("insert", "c")]))), [
      "a.x null→1 #1",
      "b.x null→1 #2",
      "insert c",
    ]);
    assert.equal(queue.next, 3);
  });

  it("lets go of what is done, by the answer of its client and number alone, however often that comes", () => {
    const queue = sent(set("a", "x", 1), set("b", "x", 1));
    const done = after(queue, 1, { outcome: "applied" });
    assert.deepEqual(shown(done), ["b.x null→1 #2"]);
    assert.equal(after(done, 1, { outcome: "applied" }), done);
    assert.equal(after(done, 2, { outcome: "applied" }, FRESH), done);
    assert.deepEqual(shown(after(done, 2, { outcome: "duplicate", first: { outcome: "applied" } })), []);
  });

  it("keeps what can't be done, and why, and nothing else waits for it", () => {
    const queue = sent(set("a", "x", 1), set("b", "x", 1));
    const conflict = after(queue, 1, { outcome: "conflict", current: { x: 9 } });
    assert.deepEqual(shown(conflict), ["a.x null→1 #1 conflict", "b.x null→1 #2"]);
    assert.equal(after(conflict, 1, { outcome: "applied" }), conflict, "what was answered has its answer");
    assert.deepEqual(
      nextFrame(changedQueue(conflict, added([set("c", "x", 1)])).entries, 64).map(({ key }) => key),
      ["b"],
    );
  });

  it("lets a later set that waits speak for the one that failed, on what that one was made of", () => {
    const queue = changedQueue(sent(set("a", "x", 1, 0)), added([set("a", "x", 2, 1)]));
    assert.deepEqual(shown(after(queue, 1, { outcome: "conflict", current: { x: 9 } })), ["a.x 0→2"]);
  });

  it("takes a set of a register whose last word has failed for a decision", () => {
    const queue = after(sent(set("a", "x", 1, 0)), 1, { outcome: "conflict", current: { x: 9 } });
    assert.deepEqual(shown(changedQueue(queue, added([set("a", "x", 5, 9)]))), ["a.x 9→5"]);
  });

  it("goes on as another client where its numbers are somebody else's, and loses nothing", () => {
    const queue = sent(set("a", "x", 1), set("b", "x", 1));
    const next = after(queue, 1, { outcome: "id_reused" });
    assert.deepEqual([shown(next), next.client, next.next], [["a.x null→1", "b.x null→1 #2"], FRESH, 1]);
    const both = after(next, 2, { outcome: "id_reused" });
    const again = changedQueue(both, numbered(both.entries.map(({ id }) => id)));
    assert.deepEqual([shown(again), again.client], [["a.x null→1 #1", "b.x null→1 #2"], FRESH]);
    assert.ok(again.entries.every(({ client }) => client === FRESH));
  });

  it("sends again from a gap on what it has, and goes on as another client where it has it no more", () => {
    const queue = sent(set("a", "x", 1), set("b", "x", 1));
    assert.equal(after(queue, 2, { outcome: "gap", expected: 1 }), queue);
    const done = after(queue, 1, { outcome: "applied" });
    const next = after(done, 2, { outcome: "gap", expected: 1 });
    assert.deepEqual([shown(next), next.client], [["b.x null→1"], FRESH]);
  });

  it("says so where nobody remembers whether an operation was done, and does not repeat it unasked", () => {
    const next = after(sent(set("a", "x", 1)), 1, { outcome: "pruned" });
    assert.deepEqual([shown(next), next.client, next.next], [["a.x null→1 #1 pruned"], FRESH, 1]);
    assert.deepEqual(nextFrame(next.entries, 64), []);
  });

  it("takes a row that is gone for deleted", () => {
    assert.deepEqual(shown(after(sent(row("delete", "a")), 1, { outcome: "gone" })), []);
    assert.deepEqual(shown(after(sent(set("a", "x", 1)), 1, { outcome: "gone" })), ["a.x null→1 #1 gone"]);
  });

  it("knows a row by the key that the database gave it, from the answer on", () => {
    const queue = changedQueue(sent(row("insert", "temporary")), added([set("temporary", "x", 1)]));
    assert.deepEqual(shown(after(queue, 1, { outcome: "applied", key: "7" })), ["7.x null→1"]);
  });

  it("lets go of what has failed when the user decides, and of nothing that has not", () => {
    const queue = after(sent(set("a", "x", 1), set("b", "x", 1)), 1, { outcome: "forbidden" });
    const all = queue.entries.map(({ id }) => id);
    assert.deepEqual(shown(changedQueue(queue, added([], all))), ["b.x null→1 #2"]);
  });
});

describe("What goes into the next message", () => {
  const keys = (entries: readonly Entry[]) => entries.map(({ key }) => key).join("");

  it("is what waits, in order, up to the first that depends on one before it", () => {
    const { entries } = queueOf(row("insert", "a"), set("b", "x", 1), set("a", "x", 1), set("c", "x", 1));
    assert.equal(keys(nextFrame(entries, 64)), "ab");
    assert.equal(keys(nextFrame(entries, 1)), "a");
  });

  it("is first what has numbers, whole, by these", () => {
    const queue = changedQueue(sent(set("a", "x", 1), set("b", "x", 1)), added([set("c", "x", 1)]));
    assert.equal(keys(nextFrame(queue.entries.toReversed(), 64)), "ab");
  });

  it("is of one client", () => {
    const { entries } = after(sent(set("a", "x", 1), set("b", "x", 1)), 1, { outcome: "id_reused" });
    assert.equal(keys(nextFrame(entries, 64)), "b");
  });

  it("is a batch by itself, whole, also of what depends on each other", () => {
    const batch = { batch: "one" };
    const { entries } = queueOf(
      set("z", "x", 1),
      row("insert", "a", batch),
      set("a", "x", 1, null, batch),
      set("c", "x", 1),
    );
    assert.equal(keys(nextFrame(entries, 64)), "z");
    assert.equal(keys(nextFrame(entries.slice(1), 1)), "aa");
  });

  it("is no more than the daemon takes", () => {
    const long = Array.from({ length: 20 }, (_, at) => set(`k${at}`, "x", "é".repeat(600)));
    const frame = nextFrame(queueOf(...long).entries, 64);
    assert.ok(frame.length > 5 && Buffer.byteLength(JSON.stringify(frame)) <= 15 * 1024, String(frame.length));
  });
});

describe("Law D4", () => {
  it("D4 A queue never loses an operation without saying so, and only `retry` holds it", () => {
    const outcomes: readonly Outcome[] = [
      { outcome: "applied" },
      { outcome: "duplicate", first: { outcome: "applied" } },
      { outcome: "conflict", current: { x: 0 } },
      { outcome: "invalid", reason: "" },
      { outcome: "forbidden" },
      { outcome: "gone" },
      { outcome: "aborted", failed: 1 },
      { outcome: "pruned" },
      { outcome: "id_reused" },
      { outcome: "gap", expected: 1 },
      { outcome: "retry" },
    ];
    const step = fc.oneof(
      fc.record({
        key: fc.constantFrom("a", "b"),
        register: fc.constantFrom("x", "y"),
        batch: fc.constantFrom(undefined, "b"),
      }),
      fc.constantFrom("send" as const, "expire" as const),
      fc.record({ seq: fc.integer({ min: 1, max: 6 }), outcome: fc.constantFrom(...outcomes), isFresh: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let queue = emptyQueue(CLIENT);
        for (const [at, one] of steps.entries()) {
          const before = queue;
          const asked = nextFrame(queue.entries, 64);
          if (one === "send") queue = changedQueue(queue, numbered(asked.map(({ id }) => id)));
          else if (one === "expire") {
            queue = changedQueue(
              queue,
              failed(
                queue.entries.map(({ id }) => id),
                { outcome: "expired" },
              ),
            );
            // A later word of the same register may speak for it; then it still waits.
            assert.ok(queue.entries.length > 0 || before.entries.length === 0);
          } else if ("key" in one) {
            queue = changedQueue(
              queue,
              added([set(one.key, one.register, at, 0, one.batch ? { batch: `b${at}` } : {})]),
            );
          } else {
            const client = one.isFresh ? FRESH : CLIENT;
            const answer = { client, seq: one.seq, ...one.outcome } as Answer;
            queue = changedQueue(queue, answered([answer], FRESH));
            const lost = before.entries.filter(({ id }) => !queue.entries.some((left) => left.id === id));
            const isDone = /applied|duplicate/.test(one.outcome.outcome);
            for (const { id, failure, op, register, key, batch, value } of lost) {
              assert.equal(failure, undefined, "what has failed waits for a decision");
              const speaker = queue.entries.find(
                (left) =>
                  left.id !== id && left.key === key && left.register === register && !left.batch && !left.failure,
              );
              assert.ok(isDone || (op === "set" && !batch && speaker && speaker.value !== value), one.outcome.outcome);
            }
          }
          // Whatever has failed: what waits goes out next.
          const open = queue.entries.filter(({ failure }) => !failure);
          assert.equal(nextFrame(queue.entries, 64).length > 0, open.length > 0);
        }
      }),
      { numRuns: 500 },
    );
  });
});
