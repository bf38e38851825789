import assert from "node:assert/strict";
import { it } from "node:test";
import {
  afterRead,
  AWAKE,
  type Decision,
  nextForm,
  type ReadOutcome,
  type ReadState,
} from "../../../daemon/capture/read-states.ts";

const EMPTY: ReadOutcome = {
  found: false,
  bellTaken: false,
  leaderLockTaken: undefined,
  maySleep: true,
  isNeeded: true,
  wasRung: false,
  nowMs: 0,
};

/** Reads in a row, starting awake; each a millisecond after its rest was over. */
function after(reads: readonly Partial<ReadOutcome>[], from: ReadState = AWAKE.state): Decision & { nowMs: number } {
  let nowMs = 0;
  let decision: Decision = { ...AWAKE, state: from };
  for (const read of reads) {
    nowMs += decision.pauseMs + 1;
    decision = afterRead(decision.state, { ...EMPTY, nowMs, ...read });
  }
  return { ...decision, nowMs };
}

const empties = (n: number): Partial<ReadOutcome>[] => Array.from({ length: n }, () => ({}));

it("a polling reader pauses 1, 2, … 10 ms between reads, whether it finds rows or not", () => {
  const ramp = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10];
  const found = (n: number): Partial<ReadOutcome>[] => empties(n).map(() => ({ found: true }));
  for (const reads of [empties, found])
    assert.deepEqual(
      ramp.map((_, index) => after(reads(index + 1)).pauseMs),
      ramp,
    );
  assert.equal(after(found(100)).next, "read");
});

it("a polling reader that nobody needs reads every 100 ms", () => {
  const decision = after([{ found: true, isNeeded: false }]);
  assert.deepEqual([decision.pauseMs, decision.next], [100, "read"]);
});

it("a polling reader asks to sleep after 50 quiet milliseconds, not before, and with every read until it has it", () => {
  let n = 1;
  while (after(empties(n)).next === "read") n += 1;
  assert.ok(after(empties(n)).nowMs >= 51 && after(empties(n - 1)).nowMs < 51, `${after(empties(n)).nowMs} ms`);
  assert.deepEqual([after(empties(n + 9)).next, after(empties(n + 9)).pauseMs], ["readAndFallAsleep", 10]);
  assert.equal(after([...empties(n + 9), { found: true }]).next, "read");
});

it("a reader that has taken the bell reads once more before it sleeps", () => {
  const taken = after([...empties(20), { bellTaken: true }]);
  assert.deepEqual([taken.state.kind, taken.next, taken.pauseMs, taken.releaseBell], ["confirming", "read", 0, false]);
  const asleep = afterRead(taken.state, EMPTY);
  assert.deepEqual([asleep.state.kind, asleep.next, asleep.releaseBell], ["sleeping", "sleep", false]);
});

it("a reader that takes the bell and finds rows in the same read holds it until the next read has decided", () => {
  const taken = after([{ bellTaken: true, found: true }]);
  assert.deepEqual([taken.state.kind, taken.next, taken.releaseBell], ["confirming", "read", false]);
});

for (const kind of ["confirming", "sleeping"] as const) {
  const state: ReadState = kind === "sleeping" ? { kind, holdsBell: true, emptyWakes: 0 } : { kind, holdsBell: true };
  it(`a ${kind} reader gives the bell back and polls when it finds rows, or may no longer sleep`, () => {
    for (const seen of [{ found: true }, { maySleep: false }]) {
      const decision = afterRead(state, { ...EMPTY, ...seen });
      assert.deepEqual(
        [decision.state, decision.releaseBell, decision.next, decision.pauseMs],
        [AWAKE.state, true, "read", 0],
      );
    }
  });
}

it("a sleeping reader answers bells that announce nothing ever more slowly, up to the interval of polling", () => {
  const sleeping: ReadState = { kind: "sleeping", holdsBell: true, emptyWakes: 0 };
  const rests = [1, 2, 9, 10, 11].map(
    (n) =>
      after(
        Array.from({ length: n }, () => ({ wasRung: true })),
        sleeping,
      ).pauseMs,
  );
  assert.deepEqual(rests, [1, 2, 9, 10, 10]);
  assert.equal(after([{ wasRung: true }, { wasRung: true }, { wasRung: false }], sleeping).pauseMs, 0);
});

it("a reader that may not sleep reads every 100 ms once it is quiet, and never asks to sleep", () => {
  const decisions = [1, 5, 10, 20, 40].map((n) => after(Array.from({ length: n }, () => ({ maySleep: false }))));
  assert.deepEqual(
    decisions.map(({ pauseMs }) => pauseMs),
    [1, 5, 100, 100, 100],
  );
  assert.ok(decisions.every(({ next }) => next === "read"));
});

it("a quiet reader that finds another one leading reads once more, then sleeps without the bell", () => {
  const follower = after([...empties(20), { leaderLockTaken: false }]);
  assert.deepEqual(
    [follower.state, follower.next, follower.pauseMs],
    [{ kind: "confirming", holdsBell: false }, "read", 0],
  );
  const asleep = afterRead(follower.state, { ...EMPTY, leaderLockTaken: false });
  assert.deepEqual([asleep.state.kind, asleep.next, asleep.releaseBell], ["sleeping", "sleep", false]);
  assert.equal(
    after([...empties(20), { leaderLockTaken: false, found: true }]).state.kind,
    "polling",
    "it was not quiet",
  );
});

it("a quiet reader that has just got the leader lock goes on to ask for the bell", () => {
  const leading = after([...empties(20), { leaderLockTaken: true }]);
  assert.deepEqual([leading.state.kind, leading.next], ["polling", "readAndFallAsleep"]);
});

for (const kind of ["confirming", "sleeping"] as const) {
  it(`a ${kind} reader without the bell polls when it finds rows, gets the leader lock, or may no longer sleep, and gives no bell back`, () => {
    const state: ReadState =
      kind === "sleeping" ? { kind, holdsBell: false, emptyWakes: 3 } : { kind, holdsBell: false };
    for (const seen of [{ found: true, leaderLockTaken: false }, { leaderLockTaken: true }, { maySleep: false }]) {
      const decision = afterRead(state, { ...EMPTY, ...seen });
      assert.deepEqual(
        [decision.state, decision.releaseBell, decision.next, decision.pauseMs],
        [AWAKE.state, false, "read", 0],
      );
    }
  });
}

it("a read tries for the bell only as the leader, and for the leader lock only where this session lacks it", () => {
  const fallingAsleep = after(empties(20));
  const follower = after([...empties(20), { leaderLockTaken: false }]);
  const holder = after([...empties(20), { bellTaken: true }]);
  assert.equal(nextForm(AWAKE, false, true), "read");
  assert.deepEqual(
    [true, false].map((isLeader) => nextForm(fallingAsleep, false, isLeader)),
    ["bell", "leaderLock"],
  );
  assert.equal(nextForm(follower, false, false), "leaderLock");
  assert.equal(nextForm(holder, false, true), "read");
});

it("a heartbeat of a reader that sleeps without the bell tries for the leader lock, and no other", () => {
  const follower = after([...empties(20), { leaderLockTaken: false }]);
  const holder = after([...empties(20), { bellTaken: true }]);
  assert.equal(nextForm(follower, true, false), "takeover");
  assert.equal(nextForm(holder, true, true), "heartbeat");
  assert.equal(nextForm(after(empties(20)), true, false), "heartbeat");
});
