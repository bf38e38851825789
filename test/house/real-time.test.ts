import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sourcesBelow, textOf } from "./source-tree.ts";

const HELPER = "test/support/real-time.ts";

/** Files that set timers of real time themselves, and what for. */
const TIMERS: Readonly<Record<string, string>> = {
  "test/support/changes.ts": "gives up",
  "test/support/conversation.ts": "gives up",
  "test/support/demo-clone.ts": "gives up",
  "test/support/event-stream.ts": "gives up",
  "test/support/recording-sink.ts": "gives up",
  "test/support/socket.ts": "gives up",
  "test/support/owners-rig.ts": "passes on the real timer of what it counts",
  "test/support/event-ledger/resuming-client.ts": "cuts its own socket by chance, and comes back after a while",
  "test/wire/gateway/slow-connections.test.ts":
    "the transports' own timers, which nobody can inject, are what it tests",
};

/** A call of the global, not of a clock's method. */
const TIMER = /(?<![.\w])set(Timeout|Interval)\(/;
const PROMISED = /\bset(Timeout|Interval)\b[^;]*\bfrom "(node:)?timers\/promises"/;

describe("real time", () => {
  const timed = sourcesBelow("test").filter((path) => {
    const text = textOf(path);
    return !isOwn(path) && (PROMISED.test(text) || TIMER.test(text));
  });

  it(`tests wait in it by ${HELPER} alone, which asks why; other timers are listed here, with what they are for`, () => {
    assert.deepEqual(timed, Object.keys(TIMERS).toSorted());
  });
});

function isOwn(path: string): boolean {
  return path === HELPER || path === "test/house/real-time.test.ts";
}
