import assert from "node:assert/strict";
import { it } from "node:test";
import type { Frame } from "../../../../daemon/hub/frame.ts";
import { Hub } from "../../../../daemon/hub/hub.ts";
import type { CursorOf } from "../../../../daemon/stream/stream-position.ts";
import { ownerTopics } from "../../../../daemon/topics/owner/owner-topic.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { StandInPublisher } from "../../../support/stand-in-publisher.ts";

const ignore = (): void => undefined;

/** A hub with so many subscribers of owner 7 that stand at its first document, and what each was sent since. */
function setUp(subscribers: number) {
  const { now, setTimeout, clearTimeout } = new ManualClock();
  const publisher = new StandInPublisher();
  const turns: (() => void)[] = [];
  let sends = 0;
  const cursorOf: CursorOf = (_, { snapshot, seen = [] }) => [snapshot, ...seen].join(" ");
  const hub = new Hub({
    kinds: new Map([["owner", ownerTopics({ demand: publisher, cursorOf, now })]]),
    minIntervalMs: 0,
    idleMs: 60_000,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    now,
    setTimeout,
    clearTimeout,
    setImmediate: (callback) => void turns.push(callback),
  });
  /** Lets a turn of the loop pass. */
  const turn = (): void => {
    for (const callback of turns.splice(0)) callback();
  };
  /** How many frames went out since the last call. */
  const takeSends = (): number => {
    const taken = sends;
    sends = 0;
    return taken;
  };
  publisher.connect((update) => hub.publish("owner", update.owner, update));
  publisher.documents.set("7", { count: 0 });
  const got = Array.from({ length: subscribers }, () => {
    const frames: Frame[] = [];
    const send = (frame: Frame): void => {
      sends += 1;
      frames.push(frame);
    };
    hub.subscribe("owner:7", { blocked: false, send });
    return frames;
  });
  while (turns.length > 0) turn();
  for (const frames of got) frames.length = 0;
  takeSends();
  return { publisher, got, turn, takeSends, pending: () => turns.length > 0 };
}

it("An event is encoded once, whatever the number of subscribers, and each of them gets it once", () => {
  const { publisher, got, turn, pending } = setUp(5_000);
  publisher.commit("7", ["a", "b"], { count: 1 });
  while (pending()) turn();
  const [first = [], ...others] = got;
  assert.deepEqual(
    first.map(({ type }) => type),
    ["metrics_updated", "made", "made"],
  );
  for (const frames of others) {
    assert.equal(frames.length, 3);
    assert.ok(frames.every((frame, at) => frame === first[at]));
  }
});

it("A flush of many events is spread over turns like as many flushes", () => {
  const { publisher, got, turn, takeSends, pending } = setUp(100);
  publisher.commit(
    "7",
    Array.from({ length: 99 }, (_, at) => `${at}`),
    { count: 1 },
  );
  const inTurns = [takeSends()];
  while (pending()) {
    turn();
    inTurns.push(takeSends());
  }
  assert.ok(
    inTurns.every((sends) => sends <= 500),
    inTurns.join(),
  );
  assert.ok(got.every((frames) => frames.length === 100));
});
