import assert from "node:assert/strict";
import { it } from "node:test";
import { readFrame } from "../../../client/read-frame.ts";

it("reads a frame, and keeps fields that it does not know out of the way", () => {
  const frame = {
    type: "stale",
    timestamp: 1,
    topic: "owner:1",
    since: "2026-05-08T13:05:09.123456Z",
    reason: "x",
    unheardOf: "c",
  };
  assert.deepEqual(readFrame(JSON.stringify(frame)), { frame });
});

it("takes a type that isn't the protocol's own for an event's name", () => {
  const event = { type: "toString", timestamp: 1, topic: "owner:1", id: "i", cursor: "c", data: { a: null } };
  assert.deepEqual(readFrame(JSON.stringify(event)), { event });
});

const STRANGE = [
  '{"type":"booking_created","topic":"owner:1","data":{}}',
  '{"type":"server_rebooted","timestamp":1}',
  '{"type":"toString"}',
  '{"type":"__proto__"}',
];

for (const text of STRANGE)
  it(`hands on ${text}, which may be a channel's`, () =>
    assert.deepEqual(readFrame(text), { frame: JSON.parse(text) as unknown }));

const BROKEN = [
  '{"type":7}',
  '{"type":"snapshot","topic":"owner:1","epoch":"e","version":"1","asOf":"x","data":{}}',
  '{"type":"snapshot","topic":"owner:1","epoch":"e","version":1,"asOf":"x","data":null}',
  '{"type":"welcome"}',
  '"heartbeat"',
  "null",
  "[]",
  "{",
  "",
];

for (const text of BROKEN) it(`throws for ${text || "nothing"}`, () => assert.throws(() => readFrame(text), Error));

it("throws for a binary frame", () => assert.throws(() => readFrame(new ArrayBuffer(2)), Error));
