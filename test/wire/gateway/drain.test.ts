import assert from "node:assert/strict";
import { it } from "node:test";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { exchange, KeptConnection } from "../../support/raw-http.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

await onEachTransport("A drain", (transport) => {
  it("Says bye with a window to come back in, closes with 1012, and takes no new connection", async () => {
    const { port, token, publisher, gateway, hub, clock } = await startGateway({ transport });
    publisher.documents.set("7", { count: 1 });
    const sockets = await Promise.all([1, 2, 3].map(() => TestSocket.welcomed(port, token({ ownerId: 7 }))));
    for (const socket of sockets) await socket.subscribe("7");
    const unauthenticated = await new TestSocket(port).opened();
    const drained = gateway.drain();
    for (const socket of sockets) {
      const [minMs, maxMs] = (await socket.next("bye")).retryMs;
      assert.ok(minMs > 0 && maxMs >= minMs + 2_000);
      assert.deepEqual(await socket.closed, { code: 1012, reason: "the daemon is restarting" });
    }
    assert.equal((await unauthenticated.closed).code, 1012);
    assert.deepEqual(unauthenticated.frames, []);
    await assert.rejects(exchange(port, "GET", "/livez", { host: "x" }));
    assert.equal(gateway.connections, 0);
    clock.advance(500);
    await drained;
    clock.advance(60_000);
    assert.equal(hub.size, 0);
  });

  it("Is not ready meanwhile, for who is still connected", async () => {
    const { port, gateway } = await startGateway({ transport });
    const connection = await KeptConnection.open(port);
    assert.equal(await connection.get("/readyz"), 200);
    const drained = gateway.drain();
    // node:http closes connections that are between requests.
    assert.ok([503, undefined].includes(await connection.get("/readyz")));
    connection.destroy();
    await drained;
  });

  it("Is bounded and idempotent, and so is stop", async () => {
    const { port, token, gateway, clock } = await startGateway({ transport });
    const silent = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    silent.native.pause();
    const first = gateway.drain();
    assert.equal(gateway.drain(), first);
    clock.advance(500);
    await first;
    gateway.stop();
    gateway.stop();
    await gateway.drain();
    silent.native.resume();
    await silent.closed;
  });
});
