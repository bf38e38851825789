import assert from "node:assert/strict";
import { it } from "node:test";
import type { ChannelChange, ChannelOperation } from "../../../../daemon/capture/batch.ts";
import { Audience } from "../../../../daemon/channels/audience.ts";
import type { Frame } from "../../../../daemon/hub/frame.ts";
import { channelTopics } from "../../../../daemon/topics/channel/channel-topic.ts";
import { channelHub, USER } from "../../../support/channel-hub.ts";
import { CHANNEL, changeOf } from "../../../support/posts-channel.ts";

const CLIENT = "00000000-0000-4000-8000-000000000001";
const BEA = { ...USER, user: "bea" };

function of(seq: number, outcome: ChannelOperation["outcome"] = { outcome: "applied" }): ChannelOperation {
  return { channel: "1", client: CLIENT, subject: "ana", seq, outcome };
}

function row(key: string): ChannelChange {
  return changeOf(key, { place: key, data: { body: "hi" }, bytes: 10 }, true);
}

/** A loaded channel, and what each of these readers gets behind its rows. */
function open(...readers: readonly (typeof USER)[]) {
  const rig = channelHub(CHANNEL);
  const state = { isBlocked: false };
  const all = readers.map((reader) => {
    const got: Frame[] = [];
    const subscriber = {
      get blocked() {
        return state.isBlocked;
      },
      reader,
      send: (frame: Frame) => void got.push(frame),
    };
    return { got, subscription: rig.hub.subscribe("room:1", subscriber) };
  });
  rig.load([undefined, "ana", "bea"]);
  const got = all.map((one) => (one.got.splice(0), one.got));
  const catchUp = (): void => {
    for (const { subscription } of all) subscription.catchUp();
  };
  return { ...rig, got, state, catchUp };
}

const read = (frame: Frame | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(frame?.bytes ?? []).toString()) as Record<string, unknown>;

it("An answer rides in the frame that brings its rows, to all connections of its user and to nobody else", () => {
  const rig = open(USER, USER, BEA, BEA);
  const [first = [], second = [], bea = [], bob = []] = rig.got;
  rig.operate([of(1)], [row("7")]);
  for (const got of [first, second]) {
    assert.equal(got.length, 1);
    const { changes, ops, version, previous } = read(got[0]) as { changes: unknown[]; [name: string]: unknown };
    assert.deepEqual([changes.length, version, previous], [1, 2, 1]);
    assert.deepEqual(ops, [{ client: CLIENT, seq: 1, outcome: "applied" }]);
  }
  assert.equal(first[0]?.bytes, second[0]?.bytes, "encoded once for a user");
  assert.equal(bea[0]?.bytes, bob[0]?.bytes, "encoded once for all others");
  const { ops: told, ...others } = read(bea[0]);
  const { ops: _, ...own } = read(first[0]);
  assert.equal(told, undefined);
  assert.deepEqual(others, own);
});

it("Where no row has changed only its user hears, at the version that all have", () => {
  const rig = open(USER, BEA);
  const [ana = [], bea = []] = rig.got;
  rig.operate([of(1, { outcome: "conflict", current: { title: "b" } }), of(2, { outcome: "gone" })]);
  assert.deepEqual(bea, []);
  const { ops, version, previous, changes } = read(ana[0]);
  assert.deepEqual([version, previous, changes], [1, 1, []]);
  assert.deepEqual(ops, [
    { client: CLIENT, seq: 1, outcome: "conflict", current: { title: "b" } },
    { client: CLIENT, seq: 2, outcome: "gone" },
  ]);
  rig.change([row("8")]);
  assert.deepEqual([read(ana[1])["previous"], read(bea[0])["previous"], read(ana[1])["ops"]], [1, 1, undefined]);
});

it("Who was blocked when an answer came gets the rows instead, which say that it must ask again", () => {
  const rig = open(USER, BEA);
  const [ana = [], bea = []] = rig.got;
  rig.state.isBlocked = true;
  rig.operate([of(1)]);
  rig.state.isBlocked = false;
  rig.catchUp();
  assert.deepEqual(
    [ana, bea].map((frames) => frames.map(({ type }) => type)),
    [["rows"], ["rows"]],
  );
});

it("An answer is told once, and none that a snapshot has overtaken", () => {
  const rig = open(USER);
  const [ana = []] = rig.got;
  rig.operate([of(1), of(1)], [row("7")]);
  assert.deepEqual((read(ana[0])["ops"] as unknown[]).length, 1);
  rig.load([undefined, "ana", "bea"]);
  rig.change([row("9")]);
  assert.deepEqual(
    ana.slice(1).map((frame) => [frame.type, read(frame)["ops"]]),
    [
      ["rows", undefined],
      ["rows_changed", undefined],
    ],
  );
});

it("What became of an operation before all rows are told anew is not told behind them: its client asks again", () => {
  const ignore = (): void => undefined;
  const demand = { watch: ignore, unwatch: ignore, locate: ignore, page: ignore };
  const topic = channelTopics({ plan: CHANNEL, demand, now: () => 0 }).open("room:1", "1");
  const at = { epoch: "e", incarnation: "i", snapshot: "1:1:", asOf: 0 };
  topic.accept({ kind: "audience", audience: new Audience("room:1", CHANNEL) });
  topic.accept({ kind: "whole", ...at, version: 1, sets: [[]] });
  topic.flush(true);
  topic.accept({ kind: "changes", ...at, version: 1, previous: 1, changes: [], ops: [of(1)] });
  topic.accept({ kind: "whole", ...at, version: 2, sets: [[]] });
  assert.equal(topic.flush(true)?.from, undefined);
  topic.accept({ kind: "changes", ...at, version: 3, previous: 2, changes: [row("7")], ops: [] });
  assert.equal(topic.flush(true)?.frames[0]?.own, undefined);
});
