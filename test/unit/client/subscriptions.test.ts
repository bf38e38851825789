import assert from "node:assert/strict";
import { it } from "node:test";
import { createClient } from "../../../client/client.ts";
import { Subscriptions } from "../../../client/subscriptions.ts";
import type { Up } from "../../../protocol/up.ts";
import { FakeDaemon } from "../../../testing/fake-daemon.ts";

const settle = () => new Promise(setImmediate);

it("A topic of any kind is subscribed to by its name while it has a listener", async () => {
  const sent: Up[] = [];
  const subscriptions = new Subscriptions({ now: () => 0, report: () => assert.fail() });
  const topic = subscriptions.topic("platform:all");
  assert.equal(subscriptions.topic("platform:all"), topic);
  subscriptions.opened({ send: (message) => sent.push(message), end: assert.fail });
  const undo = topic.subscribe(() => undefined);
  await settle();
  undo();
  await settle();
  assert.deepEqual(sent, [
    { type: "subscribe", id: "1", topic: "platform:all" },
    { type: "unsubscribe", id: "2", topic: "platform:all" },
  ]);
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
