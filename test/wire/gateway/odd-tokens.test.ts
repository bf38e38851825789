import assert from "node:assert/strict";
import { it } from "node:test";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { exchange } from "../../support/raw-http.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

await onEachTransport("Odd tokens and messages", (transport) => {
  it("A token too long for a header is refused with 431, in a header or a subprotocol, and taken as the first message", async () => {
    const running = await startGateway({ transport });
    const { port, token } = running;
    const long = token({ owners: Array.from({ length: 200 }, (_, index) => `9${String(index).padStart(16, "0")}`) });
    assert.ok(long.length > 5_000 && long.length < 16_000);
    const headers = {
      host: "x",
      upgrade: "websocket",
      connection: "Upgrade",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    if (transport === "uws") {
      for (const more of [
        { authorization: `Bearer ${long}` },
        { "sec-websocket-protocol": `deltad.v1, bearer.${long}` },
      ]) {
        assert.equal((await exchange(port, "GET", "/v1/stream", { ...headers, ...more })).status, 431);
      }
    }
    const socket = await new TestSocket(port).opened();
    socket.say({ type: "authenticate", token: long });
    assert.equal((await socket.next("welcome")).topics.length, 200);
  });

  it("Prototypes can't be reached by any message", async () => {
    const { port, token } = await startGateway({ transport });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    socket.native.send(
      '{"type":"ping","id":"1","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    );
    await socket.next("ack");
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    assert.deepEqual(Object.keys(Object.prototype), []);
  });
});
