import assert from "node:assert/strict";
import { it } from "node:test";
import type { ChannelRow } from "../../../../daemon/capture/batch.ts";
import { MOST_MEMBERS, ROW_LIMITS } from "../../../../daemon/plan/channel-plan.ts";
import { channelHub } from "../../../support/channel-hub.ts";
import { CHANNEL, changeOf, rowOf, SET } from "../../../support/posts-channel.ts";

const ROOM = { ...CHANNEL, members: { kind: "table", source: "m", channel: "c", user: "u" } } as const;
/** All rows are held. */
const WHOLE_ROOM = { ...ROOM, sets: [{ ...SET, count: undefined }] };
const row = (key: number): ChannelRow =>
  rowOf(String(key), { place: Buffer.from(String(key)).toString("hex"), data: { key }, bytes: 10 });
const rows = (count: number): ChannelRow[] => Array.from({ length: count }, (_, at) => row(at));

it("who subscribes while a channel is stale, and may not see it then, hears so: the same as if there were none", () => {
  for (const who of [[], [undefined, "bob"]]) {
    const { publish, load, subscribe } = channelHub(ROOM);
    const first = subscribe("a");
    publish({ kind: "stale", since: 0, reason: "database" });
    const second = subscribe("b");
    assert.deepEqual(
      [first, second],
      [
        ["ack", "stale database"],
        ["ack", "stale database"],
      ],
    );
    load(who);
    assert.deepEqual([first.slice(2), second.slice(2)], [["topic_closed removed"], ["topic_closed removed"]]);
  }
});

it("who waits for its answer is refused once, and who was shown rows hears why it sees no more", () => {
  const { load, subscribe } = channelHub(ROOM);
  const [waiting, unnamed] = [subscribe("a"), subscribe()];
  load([undefined, "bob"]);
  assert.deepEqual([waiting, unnamed], [["nack forbidden"], ["topic_closed removed"]]);
  const other = channelHub(ROOM);
  const shown = other.subscribe("a");
  other.load([undefined, "ana"]);
  other.load([]);
  assert.deepEqual(shown, ["rows", "topic_closed deleted"]);
});

it("a channel that held too much is read again when somebody subscribes, once its rows have changed, and some seconds have gone by", () => {
  const { clock, load, change, subscribe, watched } = channelHub(WHOLE_ROOM);
  const first = subscribe("a");
  load([undefined, "ana"], [rows(ROW_LIMITS.rows + 1)]);
  assert.deepEqual(first, ["nack too_large"]);
  assert.deepEqual([subscribe("b"), watched], [["nack too_large"], ["watch 1"]]);
  // What is held is less now; what there is, only the table knows.
  change([changeOf("1", undefined)]);
  assert.deepEqual([subscribe("e"), watched], [["nack too_large"], ["watch 1"]]);
  clock.advance(2_000);
  const [third, fourth] = [subscribe("c"), subscribe("d")];
  assert.deepEqual([third, fourth, watched], [[], [], ["watch 1", "unwatch 1", "watch 1"]]);
  load([undefined, "ana"], [rows(ROW_LIMITS.rows)]);
  assert.deepEqual([third, fourth], [["rows"], ["rows"]]);
  change([changeOf("z", row(7777).row, true)]);
  assert.deepEqual(third, ["rows", "topic_closed too_large"]);
});

it("a channel that is read again while it is too large is refused or shown by what is found", () => {
  const { publish, load, subscribe } = channelHub(WHOLE_ROOM);
  subscribe("a");
  load([undefined, "ana"], [rows(ROW_LIMITS.rows + 1)]);
  publish({ kind: "audience", audience: undefined });
  const waiting = subscribe("b");
  assert.deepEqual(waiting, []);
  load([undefined, "ana"], [rows(1)]);
  assert.deepEqual(waiting, ["rows"]);
});

it("a channel of more members than are known by name is too large for all, until they are fewer", () => {
  const { load, subscribe, publish, watched } = channelHub(ROOM);
  const members = Array.from({ length: MOST_MEMBERS }, (_, at) => `user ${at}`);
  const shown = subscribe("a");
  load([undefined, "ana", ...members.slice(1)]);
  assert.deepEqual(shown, ["rows"]);
  load([undefined, "ana", ...members]);
  assert.deepEqual(shown, ["rows", "topic_closed too_large"]);
  assert.deepEqual([subscribe("b"), watched], [["nack too_large"], ["watch 1"]]);
  publish({ kind: "audience", audience: undefined });
  const late = subscribe("c");
  load([undefined, "ana"]);
  assert.deepEqual(late, ["rows"]);
});
