import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eventSocket } from "../../../../daemon/gateway/http/event-socket.ts";
import { ResumePoints } from "../../../../daemon/gateway/http/resume-points.ts";
import { encode, type Frame } from "../../../../daemon/hub/frame.ts";

/** What a stream of these topics is sent of the frames. */
function chunksOf(topics: readonly string[], frames: readonly Frame[]): readonly Uint8Array[] {
  const sent: Uint8Array[] = [];
  const stream = {
    send: (bytes: Uint8Array) => void sent.push(bytes),
    bufferedBytes: () => 0,
    end() {},
  };
  eventSocket(stream, new ResumePoints(topics, undefined)).send(frames);
  return sent;
}

const textOf = (chunks: readonly Uint8Array[]): string => Buffer.concat(chunks).toString();

function patch(topic: string, cursor: string): Frame {
  const at = { epoch: "e", version: 2, previous: 1, asOf: "2026-01-01T00:00:00.000000Z" };
  return encode({ type: "metrics_updated", timestamp: 1, topic, ...at, cursor, data: {} });
}

describe("A frame as a server-sent event", () => {
  it("In a stream of one topic the event's id is the frame's cursor, and its bytes are the same for all streams", () => {
    const frame = patch("owner:7", "c1");
    const [one, other] = [chunksOf(["owner:7"], [frame]), chunksOf(["owner:7"], [frame])];
    assert.equal(textOf(one), `id: c1\ndata: ${Buffer.from(frame.bytes).toString()}\n\n`);
    assert.equal(one.length, 1);
    assert.equal(other[0], one[0], "nothing is made for one reader alone");
  });

  it("Several frames are one write, whose bytes are the same for all who are sent the same frames", () => {
    const [frame, next, last] = [patch("owner:7", "c1"), patch("owner:7", "c2"), patch("owner:7", "c3")];
    const sentOf = (...frames: Frame[]): readonly Uint8Array[] => chunksOf(["owner:7"], frames);
    const idsOf = (sent: readonly Uint8Array[]): string[] => textOf(sent).match(/^id: .*$/gm) ?? [];
    const one = sentOf(frame, next);
    assert.equal(one.length, 1);
    assert.equal(sentOf(frame, next)[0], one[0], "nothing is made for one reader alone");
    assert.deepEqual(idsOf(sentOf(frame, last)), ["id: c1", "id: c3"]);
    assert.deepEqual(idsOf(sentOf(frame, next, last)), ["id: c1", "id: c2", "id: c3"]);
    assert.deepEqual(idsOf(sentOf(frame, next)), ["id: c1", "id: c2"]);
  });

  it("In a stream of several the id says where it is with each, also for a frame that other streams got", () => {
    const [frame, next] = [patch("owner:7", "c1"), patch("owner:8", "c2")];
    chunksOf(["owner:7"], [frame]);
    const text = textOf(chunksOf(["owner:7", "owner:8"], [frame, next]));
    assert.deepEqual(text.match(/^id: .*$/gm), ["id: owner%3A7=c1", "id: owner%3A7=c1&owner%3A8=c2"]);
    assert.equal(text.match(/^data: /gm)?.length, 2);
  });

  it("What carries no cursor has no id, and one that is too long for a header is left out", () => {
    const live = encode({ type: "live", timestamp: 1, topic: "owner:7" });
    assert.match(textOf(chunksOf(["owner:7"], [live])), /^data: /);
    assert.match(textOf(chunksOf(["owner:7", "owner:8"], [live])), /^data: /);
    assert.match(textOf(chunksOf(["owner:7"], [patch("owner:7", "x".repeat(5_000))])), /^id: -\ndata: /);
  });
});
