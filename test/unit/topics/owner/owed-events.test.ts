import assert from "node:assert/strict";
import { it } from "node:test";
import type { Frame } from "../../../../daemon/hub/frame.ts";
import { Hub } from "../../../../daemon/hub/hub.ts";
import type { MissedRange } from "../../../../daemon/stream/stream-position.ts";
import type { Published } from "../../../../daemon/owners/published.ts";
import { ownerTopics } from "../../../../daemon/topics/owner/owner-topic.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { settled } from "../../../support/held-loader.ts";

const ignore = (): void => undefined;

class Reader {
  blocked = false;
  readonly #frames: Frame[] = [];

  send = (frame: Frame): void => void this.#frames.push(frame);

  /** Each frame since the last call, with its cursor. */
  take(): (string | undefined)[][] {
    return this.#frames.splice(0).map(({ type, position: { cursor } }) => [type, cursor]);
  }
}

/** A hub with owner 7 at snapshot 1:1:. A cursor is a snapshot, and the ids of a flush that its receiver has. */
function setUp() {
  const { now, setTimeout, clearTimeout } = new ManualClock();
  const asked: MissedRange[] = [];
  const hub = new Hub({
    kinds: new Map([
      [
        "owner",
        ownerTopics({
          demand: { watch: ignore, unwatch: ignore, locate: ignore },
          cursorOf: (_, { snapshot, seen = [] }) => [snapshot, ...seen].join(" "),
          history: {
            positionOf: (_, snapshot) => ({ incarnation: "i", snapshot, asOf: 0 }),
            replay: async (_, range) => {
              asked.push(range);
              return undefined;
            },
          },
          now,
        }),
      ],
    ]),
    minIntervalMs: 0,
    idleMs: 60_000,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    now,
    setTimeout,
    clearTimeout,
    setImmediate,
  });
  let version = 0;
  const publish = (update: Published): Promise<void> => {
    hub.publish("owner", "7", update);
    return settled();
  };
  const at = (snapshot: string, owes: boolean) => ({ owner: "7", snapshot: `${snapshot}:${snapshot}:`, asOf: 0, owes });
  const position = (snapshot: string, owes: boolean) =>
    ({ ...at(snapshot, owes), epoch: "e", incarnation: "i", version: (version += 1) }) as const;
  const join = (cursor?: string) => {
    const reader = new Reader();
    const subscription = hub.subscribe("owner:7", reader, "s", cursor);
    return { reader, subscription };
  };
  const { reader, subscription } = join();
  const document = (snapshot: string, owes = false, epoch = "e") =>
    publish({ kind: "document", document: {}, ...position(snapshot, owes), epoch });
  const patch = (snapshot: string, owes: boolean) =>
    publish({ kind: "patch", patch: { n: version }, previous: version, ...position(snapshot, owes) });
  const events = (ids: readonly string[], snapshot: string, owes: boolean) =>
    publish({ kind: "events", events: ids.map((id) => ({ id, name: "made", data: {} })), ...at(snapshot, owes) });
  return { reader, subscription, join, document, patch, events, asked };
}

it("While events are owed no cursor goes beyond what came before them, and the last of them brings it to the present", async () => {
  const { reader, join, document, patch, events } = setUp();
  await document("1");
  reader.take();
  await patch("20", true);
  await events(["a", "b"], "21", true);
  await patch("22", true);
  assert.deepEqual(join().reader.take(), [["snapshot", "1:1:"]]);
  // In one turn, and so in one flush.
  await Promise.all([events(["c", "d"], "22", true), events(["e"], "22", false)]);
  await patch("23", false);
  assert.deepEqual(reader.take(), [
    ["metrics_updated", "1:1:"],
    ["made", "1:1: a"],
    ["made", "1:1:"],
    ["metrics_updated", "1:1:"],
    ["made", "1:1: c"],
    ["made", "1:1:"],
    ["made", "22:22:"],
    ["metrics_updated", "23:23:"],
  ]);
});

it("The last of what is owed may be no event at all", async () => {
  const { reader, join, document, patch, events } = setUp();
  await document("1");
  await patch("20", true);
  reader.take();
  await events([], "21", false);
  assert.deepEqual(reader.take(), []);
  assert.deepEqual(join().reader.take(), [["snapshot", "21:21:"]]);
});

it("Who was blocked meanwhile asks for all that is owed, up to where the document is", async () => {
  const { reader, subscription, document, patch, events, asked } = setUp();
  await document("1");
  await patch("20", true);
  reader.blocked = true;
  await events(["a"], "20", true);
  reader.blocked = false;
  subscription.catchUp();
  assert.deepEqual(
    asked.map(({ since, upto }) => [since.snapshot, upto.snapshot]),
    [["1:1:", "20:20:"]],
  );
});

it("Who comes back meanwhile is told all that it missed up to where the document is", async () => {
  const { join, document, patch, asked } = setUp();
  await document("1");
  await patch("20", true);
  join("0:0:");
  assert.deepEqual(
    asked.map(({ since, upto }) => [since.snapshot, upto.snapshot]),
    [["0:0:", "20:20:"]],
  );
});

it("A document of another epoch owes nothing that its receivers were not told to ask for", async () => {
  const { reader, join, document, patch } = setUp();
  await document("1");
  await patch("20", true);
  reader.take();
  await document("30", true, "e.1");
  assert.deepEqual(join().reader.take(), [["snapshot", "30:30:"]]);
});
