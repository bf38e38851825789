import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { RowSet } from "../../../../client/channels/row-set.ts";
import type { ChannelChange, ChannelRow } from "../../../../daemon/capture/batch.ts";
import { Audience } from "../../../../daemon/channels/audience.ts";
import { type ChannelDemand, channelTopics } from "../../../../daemon/topics/channel/channel-topic.ts";
import { HeldRows } from "../../../../daemon/topics/channel/held-rows.ts";
import { PendingChanges } from "../../../../daemon/topics/channel/pending-changes.ts";
import { CHANNEL, changeOf, rowOf, SET } from "../../../support/posts-channel.ts";

const ignore = (): void => undefined;
const NO_DEMAND: ChannelDemand = { watch: ignore, unwatch: ignore, locate: ignore, page: ignore };
const change = (key: string, place: string | undefined, isNew: boolean, value = 0): ChannelChange =>
  changeOf(key, place === undefined ? undefined : { place, data: { value }, bytes: 10 }, isNew);

it("changes of a row within one frame merge into what became of it", () => {
  const merged = (...whats: readonly ("inserted" | "updated" | "deleted")[]): unknown => {
    const pending = new PendingChanges();
    for (const [at, what] of whats.entries())
      pending.add("rows", what === "deleted" ? [what, "k"] : [what, "k", String(at), { at }]);
    return pending.all().map(([, what, , position]) => [what, position]);
  };
  assert.deepEqual(merged("inserted", "updated"), [["inserted", "1"]]);
  assert.deepEqual(merged("inserted", "deleted"), []);
  assert.deepEqual(merged("deleted", "inserted"), [["updated", "1"]]);
  assert.deepEqual(merged("updated", "deleted"), [["deleted", undefined]]);
  assert.deepEqual(merged("inserted", "deleted", "inserted"), [["inserted", "2"]]);
  assert.deepEqual(merged("updated", "deleted", "inserted", "updated"), [["updated", "3"]]);
});

it("whatever becomes of rows, a client shows those that there are from its bound on, and the daemon's bound only rises", () => {
  const letter = fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h", "i");
  const write = fc.record({ key: letter, place: fc.option(letter, { nil: undefined }), value: fc.integer() });
  fc.assert(
    fc.property(fc.array(write, { maxLength: 60 }), fc.array(fc.nat(4), { maxLength: 60 }), (writes, cuts) => {
      const held = new HeldRows(SET);
      const client = new RowSet();
      const truth = new Map<string, { position: string; value: number }>();
      held.replace([]);
      client.replace([], null);
      let pending = new PendingChanges();
      let bound = "";
      for (const [at, { key, place, value }] of writes.entries()) {
        const isNew = !truth.has(key);
        if (place === undefined && isNew) continue;
        const position = place && Buffer.from(place + key).toString("hex");
        if (position === undefined) truth.delete(key);
        else truth.set(key, { position, value });
        pending.add("rows", held.take(change(key, position, isNew, value)));
        const { from = "" } = held;
        assert.ok(from >= bound);
        bound = from;
        if (cuts[at] === 0) continue;
        for (const told of pending.all()) client.apply(told);
        pending = new PendingChanges();
        const all = [...truth].toSorted(([, a], [, b]) => (a.position < b.position ? -1 : 1));
        const shown = (from: string): unknown =>
          all.filter(([, row]) => row.position >= from).map(([name, row]) => [name, row.value]);
        assert.deepEqual(
          client.items.map(({ key: name, row }) => [name, row["value"]]),
          shown(""),
        );
        assert.deepEqual(
          held.items().map(([name, , row]) => [name, row["value"]]),
          shown(bound),
        );
        const late = new RowSet();
        late.replace(held.items(), held.from ?? null);
        assert.deepEqual(
          late.items.map((item) => item.key),
          held.items().map(([name]) => name),
        );
      }
    }),
    { numRuns: 500 },
  );
});

it("an item that did not change is the same object, also after a snapshot, and a page joins where the rows begin or not at all", () => {
  const client = new RowSet();
  client.replace(
    [
      ["b", "2", { v: 1 }],
      ["c", "3", { v: 1 }],
    ],
    "2",
  );
  const [first, second] = client.items;
  assert.equal(client.items, client.items);
  const changes = client.replace(
    [
      ["b", "2", { v: 1 }],
      ["c", "3", { v: 2 }],
      ["d", "4", { v: 1 }],
    ],
    "2",
  );
  assert.deepEqual(
    changes.map(({ what, item }) => `${what} ${item.key}`),
    ["updated c", "inserted d"],
  );
  assert.equal(client.items[0], first);
  assert.notEqual(client.items[1], second);
  assert.equal(client.prepend("3", [["a", "1", {}]], null), false);
  assert.equal(client.prepend("2", [["a", "1", {}]], null), true);
  assert.deepEqual(
    client.items.map(({ key }) => key),
    ["a", "b", "c", "d"],
  );
  assert.equal(client.from, null);
});

it("a window that has more bytes than are sent at once is no longer than was asked for; a row that was too large is forgotten with it", () => {
  const large = (key: string, data: ChannelRow["row"]["data"] = { value: 1 }): ChannelRow =>
    rowOf(key, { place: key, data, bytes: 300_000 });
  const held = new HeldRows(SET);
  held.replace(["63", "62", "61"].map((key) => large(key)));
  held.take({ ...large("64"), isNew: true });
  assert.deepEqual([held.isTooLarge, held.items().map(([key]) => key)], [false, ["62", "63", "64"]]);
  held.take({ ...large("65", "too large"), isNew: true });
  assert.equal(held.isTooLarge, true);
  held.take(change("65", undefined, false));
  assert.equal(held.isTooLarge, false);
  // Who has read further back can't be told of this one.
  held.take({ ...large("60", "too large"), isNew: false });
  assert.equal(held.isTooLarge, true);
});

it("changes that are more bytes than are sent at once are told by a snapshot, and rows that came and went by a version", () => {
  const at = { epoch: "e", incarnation: "i", snapshot: "1:1:", asOf: 0 };
  const topic = channelTopics({ plan: CHANNEL, demand: NO_DEMAND, now: () => 0 }).open("room:1", "1");
  const flushed = (previous: number, changes: readonly ChannelChange[]): readonly (string | undefined)[] => {
    topic.accept({ kind: "changes", ...at, version: previous + 1, previous, changes, ops: [] });
    const flush = topic.flush(true);
    return flush?.from === undefined ? ["snapshot"] : flush.frames.map(({ bytes }) => String(bytes));
  };
  topic.accept({ kind: "audience", audience: new Audience("room:1", CHANNEL) });
  topic.accept({ kind: "whole", ...at, version: 1, sets: [[]] });
  topic.flush(true);
  const [came = ""] = flushed(1, [change("a", "61", true), change("a", undefined, false)]);
  assert.match(came, /"version":2,"previous":1.*"changes":\[\]/);
  const large = (key: string): ChannelChange => changeOf(key, { place: key, data: { value: 1 }, bytes: 600_000 }, true);
  assert.match(flushed(2, [large("62")])[0] ?? "", /"previous":2/);
  assert.deepEqual(flushed(3, [large("62"), large("62")]), ["snapshot"]);
});
