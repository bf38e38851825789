import assert from "node:assert/strict";
import { it } from "node:test";
import { Listeners, RecentIds } from "../../../client/listeners.ts";

it("A listener that throws or is rejected stops no other, and its error is told", async () => {
  const errors: unknown[] = [];
  const listeners = new Listeners<[number]>((error) => errors.push(error));
  const heard: number[] = [];
  listeners.add(() => {
    throw new Error("thrown");
  });
  listeners.add(() => Promise.reject(new Error("rejected")));
  listeners.add((n) => heard.push(n));
  listeners.call(7);
  assert.deepEqual(heard, [7]);
  await new Promise(setImmediate);
  assert.deepEqual(errors.map(String), ["Error: thrown", "Error: rejected"]);
});

it("A function that was added twice is called twice, and each undo undoes one", () => {
  const listeners = new Listeners(() => assert.fail());
  let calls = 0;
  const count = () => (calls += 1);
  const undo = listeners.add(count);
  listeners.add(count);
  listeners.call();
  undo();
  undo();
  listeners.call();
  assert.equal(calls, 3);
});

it("Only the last so many ids are remembered", () => {
  const recent = new RecentIds(2);
  assert.deepEqual(
    ["a", "b", "a", "c", "b", "a"].map((id) => recent.add(id)),
    [true, true, false, true, false, true],
  );
});
