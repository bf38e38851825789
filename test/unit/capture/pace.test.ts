import assert from "node:assert/strict";
import { it } from "node:test";
import { AWAKE, type Pace, type Seen, type Step, nextStep } from "../../../daemon/capture/pace.ts";

const EMPTY: Seen = {
  found: false,
  bellTaken: false,
  leadTaken: undefined,
  maySleep: true,
  watched: true,
  woken: false,
  nowMs: 0,
};

/** Reads in a row, starting awake; each a millisecond after its rest was over. */
function after(reads: readonly Partial<Seen>[], from: Pace = AWAKE): Step & { nowMs: number } {
  let nowMs = 0;
  let step: Step = { pace: from, releaseBell: false, restMs: 0, next: "read" };
  for (const read of reads) {
    nowMs += step.restMs + 1;
    step = nextStep(step.pace, { ...EMPTY, nowMs, ...read });
  }
  return { ...step, nowMs };
}

const empties = (n: number): Partial<Seen>[] => Array.from({ length: n }, () => ({}));

it("a streaming reader waits 1, 2, … 10 ms between reads, whether it finds rows or not", () => {
  const ramp = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10];
  const found = (n: number): Partial<Seen>[] => empties(n).map(() => ({ found: true }));
  for (const reads of [empties, found])
    assert.deepEqual(
      ramp.map((_, index) => after(reads(index + 1)).restMs),
      ramp,
    );
  assert.equal(after(found(100)).next, "read");
});

it("a streaming reader for whom nobody waits looks every 100 ms", () => {
  const step = after([{ found: true, watched: false }]);
  assert.deepEqual([step.restMs, step.next], [100, "read"]);
});

it("a streaming reader asks to sleep after 50 quiet milliseconds, not before, and with every read until it has it", () => {
  let n = 1;
  while (after(empties(n)).next === "read") n += 1;
  assert.ok(after(empties(n)).nowMs >= 51 && after(empties(n - 1)).nowMs < 51, `${after(empties(n)).nowMs} ms`);
  assert.deepEqual([after(empties(n + 9)).next, after(empties(n + 9)).restMs], ["readAndFallAsleep", 10]);
  assert.equal(after([...empties(n + 9), { found: true }]).next, "read");
});

it("a reader that has taken the bell reads once more before it sleeps", () => {
  const taken = after([...empties(20), { bellTaken: true }]);
  assert.deepEqual([taken.pace.kind, taken.next, taken.restMs, taken.releaseBell], ["arming", "read", 0, false]);
  const asleep = nextStep(taken.pace, EMPTY);
  assert.deepEqual([asleep.pace.kind, asleep.next, asleep.releaseBell], ["armed", "sleep", false]);
});

it("a reader that takes the bell and finds rows in the same read holds it until the next read has decided", () => {
  const taken = after([{ bellTaken: true, found: true }]);
  assert.deepEqual([taken.pace.kind, taken.next, taken.releaseBell], ["arming", "read", false]);
});

for (const kind of ["arming", "armed"] as const) {
  const pace: Pace = kind === "armed" ? { kind, hasBell: true, hollowWakes: 0 } : { kind, hasBell: true };
  it(`a reader that is ${kind} gives the bell back and streams when it finds rows, or may no longer sleep`, () => {
    for (const seen of [{ found: true }, { maySleep: false }]) {
      const step = nextStep(pace, { ...EMPTY, ...seen });
      assert.deepEqual([step.pace, step.releaseBell, step.next, step.restMs], [AWAKE, true, "read", 0]);
    }
  });
}

it("a sleeping reader answers bells that announce nothing ever more slowly, to the pace of streaming", () => {
  const armed: Pace = { kind: "armed", hasBell: true, hollowWakes: 0 };
  const rests = [1, 2, 9, 10, 11].map(
    (n) =>
      after(
        Array.from({ length: n }, () => ({ woken: true })),
        armed,
      ).restMs,
  );
  assert.deepEqual(rests, [1, 2, 9, 10, 10]);
  assert.equal(after([{ woken: true }, { woken: true }, { woken: false }], armed).restMs, 0);
});

it("a reader that may not sleep looks every 100 ms once it is quiet, and never asks to sleep", () => {
  const steps = [1, 5, 10, 20, 40].map((n) => after(Array.from({ length: n }, () => ({ maySleep: false }))));
  assert.deepEqual(
    steps.map(({ restMs }) => restMs),
    [1, 5, 100, 100, 100],
  );
  assert.ok(steps.every(({ next }) => next === "read"));
});

it("a quiet reader whom another one leads reads once more, then sleeps without the bell", () => {
  const led = after([...empties(20), { leadTaken: false }]);
  assert.deepEqual([led.pace, led.next, led.restMs], [{ kind: "arming", hasBell: false }, "read", 0]);
  const asleep = nextStep(led.pace, { ...EMPTY, leadTaken: false });
  assert.deepEqual([asleep.pace.kind, asleep.next, asleep.releaseBell], ["armed", "sleep", false]);
  assert.equal(after([...empties(20), { leadTaken: false, found: true }]).pace.kind, "streaming", "it was not quiet");
});

it("a quiet reader that has just got the lead goes on to ask for the bell", () => {
  const leading = after([...empties(20), { leadTaken: true }]);
  assert.deepEqual([leading.pace.kind, leading.next], ["streaming", "readAndFallAsleep"]);
});

for (const kind of ["arming", "armed"] as const) {
  it(`a reader that sleeps without the bell, ${kind}, wakes when it finds rows, gets the lead, or may no longer sleep, and gives no bell back`, () => {
    const pace: Pace = kind === "armed" ? { kind, hasBell: false, hollowWakes: 3 } : { kind, hasBell: false };
    for (const seen of [{ found: true, leadTaken: false }, { leadTaken: true }, { maySleep: false }]) {
      const step = nextStep(pace, { ...EMPTY, ...seen });
      assert.deepEqual([step.pace, step.releaseBell, step.next, step.restMs], [AWAKE, false, "read", 0]);
    }
  });
}
