import assert from "node:assert/strict";
import { it } from "node:test";
import { openChannel } from "../../../client/channels/channel.ts";
import { createClient } from "../../../client/client.ts";
import { DocumentStore } from "../../../client/sync/document-store.ts";
import type { Entry } from "../../../client/sync/operation.ts";
import { added, answered, changedQueue, emptyQueue, numbered } from "../../../client/sync/queue.ts";
import { FakeDaemon } from "../../../testing/fake-daemon.ts";
import { ManualClock } from "../../support/manual-clock.ts";

it("What was done stays on screen until the rows come, as far as they are told, all anew, or not within ten seconds", async () => {
  const clock = new ManualClock();
  const daemon = new FakeDaemon(clock);
  daemon.channel("board:1").setRows("widgets", [{ key: "a", row: { x: 0 } }]);
  const environment = { ...clock.parts, WebSocket: daemon.WebSocket };
  const client = createClient({ url: daemon.url, getToken: () => "ana", environment });
  const set: Entry = {
    id: "1",
    at: 0,
    topic: "board:1",
    rows: "widgets",
    op: "set",
    key: "a",
    register: "x",
    value: { x: 5 },
  };
  const sent = [added([set]), numbered(["1"])].reduce(changedQueue, emptyQueue("c"));
  const done = changedQueue(sent, answered([{ client: "c", seq: 1, outcome: "applied" }], "d"));
  let queue = sent;
  const channel = openChannel(client, "board", "1");
  const store = new DocumentStore(channel, {
    ...clock.parts,
    report: (error) => assert.fail(String(error)),
    entries: () => queue.entries,
  });
  const stop = store.subscribe("widgets", () => undefined);
  client.connect();
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  const x = () => store.view("widgets").items?.[0]?.row["x"];
  const finish = (): void => {
    queue = done;
    store.changed(done, sent);
  };
  assert.equal(x(), 5);
  finish();
  assert.equal(x(), 5);
  store.settled(undefined);
  assert.equal(x(), 0);
  finish();
  clock.advance(10_000);
  assert.equal(x(), 0);
  finish();
  store.settled([{ client: "c", seq: 1, outcome: "applied" }]);
  assert.equal(x(), 0);
  finish();
  assert.equal(x(), 0, "its rows are there");
  stop();
  client.close();
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  assert.equal(clock.pending, 0);
});
