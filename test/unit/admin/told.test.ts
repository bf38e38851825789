/** In which version a transaction was published, and what became of that on a connection. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deliveryOf } from "../../../daemon/admin/delivery.ts";
import { PublicationLog } from "../../../daemon/admin/publication-log.ts";
import type { RecordedFrame } from "../../../daemon/gateway/sessions/frame-recorder.ts";

function frames(...told: readonly (readonly [type: string, version: number, topic?: string])[]): RecordedFrame[] {
  return told.map(([type, version, topic = "owner:7"], at) => ({
    atMs: at,
    type,
    topic,
    version,
    bytes: 10,
    delayMs: 2,
    bufferedBytes: 0,
  }));
}

describe("what became of a version on a connection", () => {
  const how = (told: readonly RecordedFrame[], isBlocked = false): string => {
    const { how: found, version } = deliveryOf("owner:7", 5, told, isBlocked);
    return version === undefined ? found : `${found} ${version}`;
  };

  it("is that it was sent, or merged into a later one", () => {
    assert.equal(how(frames(["snapshot", 3], ["metrics_updated", 5], ["metrics_updated", 6])), "sent 5");
    assert.equal(how(frames(["snapshot", 3], ["metrics_updated", 7])), "merged 7");
    assert.equal(how(frames(["snapshot", 3], ["metrics_updated", 5, "owner:8"], ["metrics_updated", 7])), "merged 7");
  });

  it("is that a whole had it, that it is blocked, or that nothing was sent; unknown where the frames before are gone", () => {
    assert.equal(how(frames(["snapshot", 3], ["snapshot", 9])), "whole 9");
    assert.equal(how(frames(["rows", 5])), "whole 5");
    assert.equal(how(frames(["snapshot", 3])), "unsent");
    assert.equal(how(frames(["snapshot", 3]), true), "blocked");
    assert.equal(how([]), "unsent");
    assert.equal(how(frames(["metrics_updated", 6])), "unknown");
  });
});

describe("the log of publications", () => {
  const snapshot = (xmax: number): string => `${xmax}:${xmax}:`;
  const patch = (version: number, xmax: number, epoch = "e") =>
    ({ kind: "patch", epoch, version, snapshot: snapshot(xmax) }) as const;

  it("finds the first version of the topic that has a transaction, and says where an earlier one may have had it", () => {
    let nowMs = 0;
    const log = new PublicationLog(() => (nowMs += 1));
    assert.equal(log.find("owner:7", 100n), undefined);
    log.take("owner:7", patch(1, 90));
    log.take("owner:8", patch(1, 110));
    log.take("owner:7", { ...patch(1, 130), kind: "position" });
    log.take("owner:7", { kind: "events", snapshot: snapshot(130) });
    assert.equal(log.find("owner:7", 100n), undefined, "no version has it");
    log.take("owner:7", { ...patch(2, 120), snapshot: "100:120:100" });
    log.take("owner:7", patch(3, 120));
    log.take("owner:7", patch(4, 140));
    assert.deepEqual(log.find("owner:7", 100n), { epoch: "e", version: 3, atMs: 4, mayBeEarlier: false });
    assert.equal(log.find("owner:7", 110n)?.version, 2);
    assert.equal(log.find("owner:7", 80n)?.mayBeEarlier, true);
  });

  it("has so many and no more, and none of an earlier epoch", () => {
    const log = new PublicationLog(() => 1);
    for (let version = 1; version <= 3_000; version += 1) log.take("owner:7", patch(version, version));
    assert.deepEqual(log.find("owner:7", 2_500n)?.version, 2_501);
    assert.deepEqual(log.find("owner:7", 1n), { epoch: "e", version: 1_001, atMs: 1, mayBeEarlier: true });
    log.take("owner:8", patch(1, 4_000, "f"));
    assert.equal(log.find("owner:7", 2_500n), undefined);
  });
});
