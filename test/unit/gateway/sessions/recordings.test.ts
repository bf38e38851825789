import assert from "node:assert/strict";
import { it } from "node:test";
import type { ListedConnection } from "../../../../daemon/gateway/sessions/connection-info.ts";
import { GONE, KEPT_MS, Recordings } from "../../../../daemon/gateway/sessions/recordings.ts";

function connection(id: string, recordings: Recordings): ListedConnection {
  return {
    id,
    state: "closed",
    reader: undefined,
    address: "127.0.0.1",
    heard: { messages: 0, sinceMs: 0, lastMs: undefined },
    sent: { frames: 0, bytes: 0, bufferedBytes: 0 },
    isBlocked: false,
    topics: { names: () => [], has: () => false },
    recorder: recordings.begin(),
  };
}

it("A connection that ended is known for ten minutes, with why, and then its room is another's", () => {
  let nowMs = 0;
  const recordings = new Recordings({ now: () => nowMs, mostRecorders: 1 });
  recordings.keep(connection("a", recordings), GONE);
  nowMs = KEPT_MS - 1;
  assert.deepEqual(
    [recordings.ended.get("a")?.close, recordings.ended.get("a")?.reason],
    ["gone", "the client has left"],
  );
  assert.equal(recordings.begin(), undefined, "there is no room");
  nowMs = KEPT_MS;
  assert.equal(recordings.ended.size, 0);
  assert.notEqual(recordings.begin(), undefined);
});

it("However many end, 1,000 are known, the latest", () => {
  const recordings = new Recordings({ now: () => 1 });
  for (let at = 0; at < 1_500; at += 1) recordings.keep(connection(String(at), recordings), GONE);
  assert.equal(recordings.ended.size, 1_000);
  assert.ok(recordings.ended.has("1499") && !recordings.ended.has("499"));
});
