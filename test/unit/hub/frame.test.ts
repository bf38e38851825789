import assert from "node:assert/strict";
import { it } from "node:test";
import { encode, type Frame, withCursor, withFields } from "../../../daemon/hub/frame.ts";
import type { DownFrame } from "../../../protocol/down.ts";

const MESSAGES: readonly DownFrame[] = [
  { type: "snapshot", timestamp: 1, topic: "owner:7", epoch: "e", version: 3, asOf: "", cursor: "c", data: {} },
  {
    type: "metrics_updated",
    timestamp: 1,
    topic: "owner:7",
    epoch: "e",
    version: 4,
    previous: 3,
    asOf: "",
    cursor: "d",
    data: {},
  },
  {
    type: "sold",
    timestamp: 1,
    topic: "owner:7",
    id: "i",
    cursor: "f",
    data: { version: 9, epoch: "none", cursor: "no" },
  },
  { type: "live", timestamp: 1, topic: "owner:7" },
  { type: "heartbeat", timestamp: 1 },
];

const parse = ({ bytes }: Frame): Record<string, unknown> =>
  JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;

it("A frame's fields say what its bytes hold", () => {
  for (const message of MESSAGES) {
    const frame = encode(message);
    const held = parse(frame);
    assert.deepEqual([frame.type, frame.topic], [held["type"], held["topic"]]);
    const position = Object.entries(held).filter(([name]) => ["epoch", "version", "cursor"].includes(name));
    assert.deepEqual(frame.position, Object.fromEntries(position));
    assert.deepEqual(held, message);
  }
});

it("What is one receiver's alone is added to the bytes, and changes neither the fields nor the others' frame", () => {
  for (const message of MESSAGES) {
    const frame = encode(message);
    const own = withFields(frame, { recovered: false });
    assert.deepEqual(parse(own), { recovered: false, ...message });
    assert.deepEqual({ ...own, bytes: frame.bytes }, frame);
    assert.deepEqual(parse(frame), message);
  }
});

it("A snapshot with another cursor is the same but for that, whatever its topic and its data say", () => {
  for (const text of ["owner:7", 'owner:,"data":{', "owner:\\", "owner:é"]) {
    const data = { text, nested: { data: 1, cursor: "no" } };
    const position = { epoch: "e", version: 3, asOf: "", cursor: "c" };
    const frame = encode({ type: "snapshot", timestamp: 1, topic: text, ...position, data });
    const own = withCursor(frame, "other");
    assert.deepEqual(parse(own), { ...parse(frame), cursor: "other" });
    assert.deepEqual({ ...own, bytes: frame.bytes }, { ...frame, position: { ...frame.position, cursor: "other" } });
    assert.equal(parse(frame)["cursor"], "c");
  }
});
