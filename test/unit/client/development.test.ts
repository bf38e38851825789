import assert from "node:assert/strict";
import { beforeEach, describe, it, type TestContext } from "node:test";
import { type Client, type ClientOptions, createClient } from "../../../client/client.ts";
import { FakeDaemon } from "../../../testing/fake-daemon.ts";

const settle = () => new Promise(setImmediate);

describe("In development", () => {
  let daemon: FakeDaemon;
  beforeEach(() => {
    daemon = new FakeDaemon();
  });

  const connect = (url: string, options: Partial<ClientOptions> = {}): Client => {
    const { WebSocket } = daemon;
    const client = createClient({ url, getToken: () => "token", environment: { WebSocket }, ...options });
    client.connect();
    return client;
  };
  function listen(t: TestContext): string[] {
    const warnings: string[] = [];
    t.mock.method(console, "warn", (text: string) => warnings.push(text));
    return warnings;
  }

  it("a refused token, a refused owner and a daemon that is not there are warned of, once each", async (t) => {
    const warnings = listen(t);
    const clients: Client[] = [];
    for (let round = 0; round < 2; round += 1) {
      daemon.acceptsToken = () => false;
      clients.push(connect("ws://refuses-tokens.test"));
      await settle();
      daemon.acceptsToken = () => true;
      daemon.mayFollow = () => false;
      const stranger = connect("ws://refuses-owners.test");
      stranger.owner("7").subscribe(() => undefined);
      clients.push(stranger);
      await settle();
      daemon.reachable = false;
      clients.push(connect("ws://away.test"));
      await settle();
      daemon.reachable = true;
    }
    for (const client of clients) client.close();
    const [token, owner, , away] = warnings;
    assert.match(token ?? "", /refuses-tokens\.test: The token was not accepted.*DELTAD_JWT_SECRET/);
    assert.match(owner ?? "", /owner:7: This token does not allow this\..*claims ownerId, owners and topics/);
    assert.match(away ?? "", /away\.test: The daemon can't be reached.*Is the daemon running/);
    assert.equal(new Set(warnings).size, warnings.length);
  });

  it("an origin that is refused is warned of with what to set, and nothing is where the application closes", async (t) => {
    const warnings = listen(t);
    const client = connect("ws://origins.test");
    await settle();
    daemon.close(4403);
    await settle();
    assert.match(warnings[0] ?? "", /DELTAD_ORIGINS.*localhost and 127\.0\.0\.1 are two origins/);
    client.connect();
    client.close();
    assert.equal(warnings.length, 1);
  });

  it("a connection that was lost is not warned of: it comes back", async (t) => {
    const warnings = listen(t);
    const client = connect("ws://restarts.test");
    await settle();
    daemon.cut();
    await settle();
    client.close();
    assert.deepEqual(warnings, []);
  });
});

it("A logger hears of every transition", async () => {
  const heard: string[] = [];
  const daemon = new FakeDaemon();
  const client = createClient({
    url: daemon.url,
    getToken: () => "token",
    environment: { WebSocket: daemon.WebSocket },
    logger: (event, { state }) => heard.push(`${event} ${state}`),
  });
  client.connect();
  await settle();
  daemon.cut();
  await settle();
  client.close();
  assert.deepEqual(heard, ["connect connecting", "opened open", "lost retrying", "close closed"]);
});
