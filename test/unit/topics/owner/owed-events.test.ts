import assert from "node:assert/strict";
import { it } from "node:test";
import type { Frame } from "../../../../daemon/hub/frame.ts";
import { Hub } from "../../../../daemon/hub/hub.ts";
import type { MissedRange, StreamPosition } from "../../../../daemon/stream/stream-position.ts";
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

/** A hub with owner 7 at snapshot 1:1:. A cursor is a snapshot, that of rows if it is another, and the ids of a flush that its receiver has. */
function setUp(minIntervalMs = 0) {
  const clock = new ManualClock();
  const { now, setTimeout, clearTimeout } = clock;
  const asked: MissedRange[] = [];
  const hub = new Hub({
    kinds: new Map([
      [
        "owner",
        ownerTopics({
          demand: { watch: ignore, unwatch: ignore, locate: ignore },
          cursorOf: (_, position) => textOf(position),
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
    minIntervalMs,
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
  const patch = (snapshot: string, owes: boolean, epoch = "e") =>
    publish({ kind: "patch", patch: { n: version }, previous: version, ...position(snapshot, owes), epoch });
  const made = (ids: readonly string[]) => ids.map((id) => ({ id, name: "made", data: {} }));
  const events = (ids: readonly string[], snapshot: string, owes: boolean) =>
    publish({ kind: "events", events: made(ids), ...at(snapshot, owes) });
  /** Events that were owed, and the snapshot that each brings rows to, where the owner's document is at `snapshot`. */
  const owed = (ids: readonly string[], rows: readonly string[], snapshot: string, owes: boolean) => {
    const rowsAfter = rows.map((xid) => ({ snapshot: `${xid}:${xid}:` }));
    return publish({ kind: "events", events: made(ids), ...at(snapshot, owes), rowsAfter });
  };
  return { clock, reader, subscription, join, document, patch, events, owed, asked };
}

const rangesOf = (asked: readonly MissedRange[]) => asked.map(({ since, upto }) => [textOf(since), textOf(upto)]);

it("While events are owed each cursor says how far rows were told, and the last of them brings it to the present", async () => {
  const { reader, join, document, patch, events, owed } = setUp();
  await document("1");
  reader.take();
  await patch("20", true);
  assert.deepEqual(join().reader.take(), [["snapshot", "20:20: rows 1:1:"]]);
  // What the clock does is told at once.
  await events(["a", "b"], "20", true);
  await owed(["c", "d"], ["5", "6"], "20", true);
  await patch("22", true);
  assert.deepEqual(join().reader.take(), [["snapshot", "22:22: rows 6:6:"]]);
  // In one turn, and so in one flush.
  await Promise.all([owed(["e", "f"], ["7", "20"], "22", true), owed(["g"], ["22"], "22", false)]);
  await patch("23", false);
  assert.deepEqual(reader.take(), [
    ["metrics_updated", "20:20: rows 1:1:"],
    ["made", "20:20: rows 1:1: a"],
    ["made", "20:20: rows 1:1:"],
    ["made", "20:20: rows 5:5:"],
    ["made", "20:20: rows 6:6:"],
    ["metrics_updated", "22:22: rows 6:6:"],
    ["made", "22:22: rows 7:7:"],
    ["made", "22:22: rows 20:20:"],
    ["made", "22:22:"],
    ["metrics_updated", "23:23:"],
  ]);
});

it("The last of what is owed may be no event at all", async () => {
  const { reader, join, document, patch, owed } = setUp();
  await document("1");
  await patch("20", true);
  reader.take();
  await owed([], ["21"], "20", false);
  assert.deepEqual(reader.take(), []);
  assert.deepEqual(join().reader.take(), [["snapshot", "20:20: rows 21:21:"]]);
});

it("Who was blocked meanwhile asks for what it lacks of what was told, and gets the rest with the others", async () => {
  const { reader, subscription, document, patch, owed, asked } = setUp();
  await document("1");
  await patch("20", true);
  await owed(["a", "b"], ["4", "5"], "20", true);
  reader.blocked = true;
  await owed(["c"], ["6"], "20", true);
  reader.blocked = false;
  subscription.catchUp();
  assert.deepEqual(rangesOf(asked), [["20:20: rows 5:5:", "20:20: rows 6:6:"]]);
  await settled();
  reader.take();
  await owed(["d"], ["20"], "20", false);
  assert.deepEqual(reader.take(), [["made", "20:20:"]]);
});

it("Who comes back meanwhile is told what it missed up to what was told to others", async () => {
  const { join, document, patch, owed, asked } = setUp();
  await document("1");
  await patch("20", true);
  await owed(["a"], ["6"], "20", true);
  join("0:0:");
  assert.deepEqual(rangesOf(asked), [["0:0:", "20:20: rows 6:6:"]]);
});

it("A document of another epoch owes nothing that its receivers were not told to ask for", async () => {
  const { reader, join, document, patch } = setUp();
  await document("1");
  await patch("20", true);
  reader.take();
  await document("30", true, "e.1");
  assert.deepEqual(join().reader.take(), [["snapshot", "30:30:"]]);
});

it("What is owed after another epoch's document, and goes out with it, is lacking to who comes then", async () => {
  const { clock, join, document, patch } = setUp(50);
  await document("1");
  await document("15", false, "e.1");
  await patch("20", true, "e.1");
  clock.advance(50);
  assert.deepEqual(join().reader.take(), [["snapshot", "20:20: rows 15:15:"]]);
});

function textOf({ snapshot, rows, seen = [] }: StreamPosition): string {
  return [snapshot, ...(rows === undefined ? [] : ["rows", rows.snapshot]), ...seen].join(" ");
}
