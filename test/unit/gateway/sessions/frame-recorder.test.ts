import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FramePool } from "../../../../daemon/gateway/sessions/frame-pool.ts";
import { FrameRecorder, WORDS_PER_RECORDER } from "../../../../daemon/gateway/sessions/frame-recorder.ts";
import { SmallFloat } from "../../../../daemon/gateway/sessions/small-float.ts";
import type { Frame } from "../../../../daemon/hub/frame.ts";
import { heapBytes } from "../../../support/memory.ts";

const START = Date.UTC(2026, 4, 8);

function frame({
  type = "metrics_updated",
  topic = "owner:7",
  version = 1,
  epoch = "e",
  size = 10,
  madeMs = START,
} = {}): Frame {
  return { bytes: new Uint8Array(size), type, topic, position: { epoch, version }, madeMs };
}

function recorder(rooms = 1): { pool: FramePool; recorder: FrameRecorder } {
  const pool = new FramePool(WORDS_PER_RECORDER, rooms);
  const begun = FrameRecorder.begin(pool, START);
  assert.ok(begun);
  return { pool, recorder: begun };
}

describe("the recorder of a connection", () => {
  it("tells of each frame its type, topic, size, version, delay and unread bytes, and nothing of what it said", () => {
    const { recorder: one } = recorder();
    one.record(
      { bytes: new Uint8Array(300), type: "welcome", topic: undefined, position: {}, madeMs: START },
      START,
      0,
    );
    one.record(frame({ type: "snapshot", version: 4, size: 1_500 }), START + 12, 1_400);
    one.record(frame({ type: "sold", topic: "owner:8", version: 9, madeMs: START + 1_000 }), START + 1_003, 70_000);
    const near = (value: number, to: number): boolean => value <= to && value > to * 0.87;
    const [welcome, snapshot, event] = one.frames();
    assert.deepEqual(welcome, {
      atMs: START,
      type: "welcome",
      topic: undefined,
      bytes: 300,
      version: undefined,
      delayMs: 0,
      bufferedBytes: 0,
    });
    assert.deepEqual(
      [snapshot?.type, snapshot?.topic, snapshot?.bytes, snapshot?.version],
      ["snapshot", "owner:7", 1_500, 4],
    );
    assert.ok(near(snapshot?.delayMs ?? -1, 12) && near(snapshot?.bufferedBytes ?? -1, 1_400));
    assert.deepEqual([event?.type, event?.topic, event?.version, event?.delayMs], ["event", "owner:8", 9, 3]);
    assert.ok(near((event?.atMs ?? 0) - START, 1_003) && near(event?.bufferedBytes ?? -1, 70_000));
  });

  it("keeps the last 200, with their versions, whatever these are by then; times don't drift", () => {
    const { recorder: one } = recorder();
    for (let version = 1; version <= 100_000; version += 7)
      one.record(frame({ version, topic: `owner:${version % 3}` }), START + version * 33, 0);
    const frames = one.frames();
    assert.equal(frames.length, 200);
    const last = 99_996;
    assert.deepEqual(
      frames.map(({ version }) => version),
      Array.from({ length: 200 }, (_, at) => last - 7 * (199 - at)),
    );
    assert.ok(frames.every(({ topic, version = 0 }) => topic === `owner:${version % 3}`));
    for (const { atMs, version = 0 } of frames) {
      const behindMs = START + version * 33 - atMs;
      assert.ok(behindMs >= 0 && behindMs < 30, `version ${version}: ${behindMs}`);
    }
  });

  it("tells no version of an earlier epoch", () => {
    const { recorder: one } = recorder();
    one.record(frame({ version: 50_000 }), START, 0);
    one.record(frame({ version: 2, epoch: "f" }), START, 0);
    one.record(frame({ version: 3, epoch: "f" }), START, 0);
    assert.deepEqual(
      one.frames().map(({ version }) => version),
      [undefined, 2, 3],
    );
    assert.equal(one.epoch, "f");
  });

  it("of more than eight topics, those that came longest ago are told by no other's name", () => {
    const { recorder: one } = recorder();
    for (let topic = 1; topic <= 12; topic += 1)
      one.record(frame({ topic: `owner:${topic}`, version: topic }), START, 0);
    assert.deepEqual(
      one.frames().map(({ topic, version }) => [topic, version]),
      Array.from({ length: 12 }, (_, at) => (at < 4 ? [undefined, undefined] : [`owner:${at + 1}`, at + 1])),
    );
  });

  it("takes at most 2 KiB with all its frames and topics; all of them together no more than they may", () => {
    const many = 2_560;
    const frames = Array.from({ length: 200 }, (_, at) => frame({ topic: `owner:${at % 8}`, version: at }));
    const pool = new FramePool(WORDS_PER_RECORDER, many);
    const kept: (FrameRecorder | undefined)[] = Array.from({ length: many }, () => undefined);
    const before = heapBytes();
    for (let at = 0; at < many; at += 1) {
      const one = FrameRecorder.begin(pool, START);
      for (const each of frames) one?.record(each, START + 0.5, 0);
      kept[at] = one;
    }
    const perConnection = (heapBytes() - before + pool.bytes) / many;
    assert.ok(perConnection > 1_000 && perConnection <= 2_048, `${perConnection} bytes`);
    assert.equal(FrameRecorder.begin(pool, START), undefined, "there is no room for one more");
    kept[17]?.release();
    const next = FrameRecorder.begin(pool, START);
    assert.deepEqual(next?.frames(), [], "what was in its room is gone");
    assert.equal(kept[16]?.frames().length, 200, "and nobody else's");
  });
});

it("A small float is exact while it is small, then within its precision, in order, and bounded", () => {
  const float = new SmallFloat(8, 3);
  let before = -1;
  for (const value of [0, 1, 2, 7, 8, 9, 15, 16, 17, 100, 1_000, 65_535, 1e6, 2 ** 31, 1e12]) {
    const code = float.encode(value);
    const told = float.decode(code);
    assert.ok(code >= before && code < 256, `${value}`);
    assert.ok(
      value < 16 ? told === value : told <= value && (told > value * 0.875 || value > 2 ** 30),
      `${value}: ${told}`,
    );
    before = code;
  }
  assert.equal(float.encode(-5), 0);
});
