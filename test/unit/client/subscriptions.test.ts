import assert from "node:assert/strict";
import { it } from "node:test";
import { createClient } from "../../../client/client.ts";
import { Subscriptions } from "../../../client/subscriptions.ts";
import type { Up } from "../../../protocol/up.ts";
import { FakeDaemon } from "../../../testing/fake-daemon.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const settle = () => new Promise(setImmediate);

it("A topic of any kind is subscribed to by its name while it has a listener", async () => {
  const sent: string[] = [];
  const subscriptions = new Subscriptions({ ...new ManualClock().parts, report: () => assert.fail() });
  const topic = subscriptions.topic("platform:all");
  assert.equal(subscriptions.topic("platform:all"), topic);
  subscriptions.opened({ send: (message) => sent.push(JSON.stringify(message)), end: assert.fail });
  const undo = topic.subscribe(() => undefined);
  await settle();
  undo();
  await settle();
  assert.deepEqual(sent, [
    '{"type":"subscribe","id":"1","topic":"platform:all"}',
    '{"type":"unsubscribe","id":"2","topic":"platform:all"}',
  ]);
});

it("A patch that does not fit leaves its cursor, and an event's is kept: a client that is cut then resumes from there", async () => {
  const sent: Up[] = [];
  const subscriptions = new Subscriptions({ ...new ManualClock().parts, report: () => assert.fail() });
  const socket = { send: (message: Up) => sent.push(message), end: assert.fail };
  subscriptions.opened(socket);
  subscriptions.topic("owner:7").subscribe(() => undefined);
  await settle();
  const header = { timestamp: 0, topic: "owner:7", epoch: "e", asOf: "2026-05-08T12:00:00.000001Z" };
  const data = { total: 1 };
  subscriptions.frameReceived({ type: "snapshot", ...header, id: "1", version: 1, cursor: "of the snapshot", data });
  const misfit = { type: "metrics_updated", ...header, version: 4, previous: 3, cursor: "of the patch", data } as const;
  const resumes = (): string | undefined => {
    subscriptions.closed(0);
    subscriptions.opened(socket);
    const last = sent.at(-1);
    return last?.type === "subscribe" ? last.resume : undefined;
  };
  subscriptions.frameReceived(misfit);
  assert.deepEqual(sent.at(-1), { type: "snapshot", id: "1", topic: "owner:7" });
  assert.equal(resumes(), "of the snapshot");
  subscriptions.frameReceived(misfit);
  subscriptions.eventReceived({ ...header, type: "sold", id: "event", cursor: "of the event", data });
  assert.equal(resumes(), "of the event");
});

it("The client's own connection tells of the socket without any owner, the same object until something changes", async () => {
  const daemon = new FakeDaemon();
  const { WebSocket, url } = daemon;
  const client = createClient({ url, getToken: () => "token", environment: { WebSocket, random: () => 1 } });
  const states: string[] = [];
  const undo = client.connection.subscribe(() => states.push(client.connection.getSnapshot().state));
  assert.equal(client.connection.getSnapshot(), client.connection.getSnapshot());
  client.connect();
  await settle();
  daemon.cut();
  await settle();
  const lost = client.connection.getSnapshot();
  assert.deepEqual(states, ["connecting", "open", "retrying"]);
  assert.equal(lost.state === "retrying" && lost.cause.code, 1006);
  undo();
  client.close();
  assert.deepEqual([states.length, client.connection.getSnapshot().state], [3, "closed"]);
});

for (const call of [1, 2, 3]) {
  it(`A listener that closes the client at its call ${call} leaves nothing behind, and connect() brings the numbers`, async () => {
    const daemon = new FakeDaemon();
    const { WebSocket, url } = daemon;
    const client = createClient({ url, getToken: () => "token", environment: { WebSocket } });
    const owner = client.owner("7");
    let calls = 0;
    owner.subscribe(() => {
      calls += 1;
      if (calls === call) client.close();
    });
    client.connect();
    await settle();
    assert.deepEqual([owner.getSnapshot().connection.state, daemon.connections], ["closed", 0]);
    client.connect();
    await settle();
    assert.equal(owner.getSnapshot().connection.state, "live");
    client.close();
  });
}
