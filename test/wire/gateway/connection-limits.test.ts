import assert from "node:assert/strict";
import { it } from "node:test";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

await onEachTransport("Limits on connections", (transport) => {
  const from = ({ port, token }: RunningGateway, address: string, owner = 7): TestSocket =>
    new TestSocket(port, {
      headers: { authorization: `Bearer ${token({ ownerId: owner })}`, "x-forwarded-for": address },
    });
  const trustedProxies = ["127.0.0.0/8"];

  it("More than allowed in all are closed with 1013, and counted; one that leaves makes room", async () => {
    const running = await startGateway({ transport, limits: { maxConnections: 2 } });
    const { port, token, gateway } = running;
    const first = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    await TestSocket.welcomed(port, token({ ownerId: 8 }));
    const third = new TestSocket(port, { headers: { authorization: `Bearer ${token({ ownerId: 9 })}` } });
    assert.equal((await third.closed).code, 1013);
    assert.equal(gateway.counters.read().connections, 1);
    first.terminate();
    while (gateway.connections > 1) await new Promise(setImmediate);
    await TestSocket.welcomed(port, token({ ownerId: 9 }));
  });

  it("More of one owner are closed with 4429, whatever their address, and other owners are not touched", async () => {
    const running = await startGateway({ transport, trustedProxies, limits: { maxConnectionsPerTopic: 2 } });
    const { port, token, gateway } = running;
    await from(running, "198.51.100.1").next("welcome");
    await TestSocket.welcomed(port, token({ owners: [8, 7] }));
    const third = from(running, "198.51.100.2");
    assert.deepEqual([(await third.closed).code, third.frames], [4429, []]);
    assert.equal(gateway.counters.read().connectionsPerTopic, 1);
    await from(running, "198.51.100.2", 8).next("welcome");
  });

  it("More of one address are closed with 4429, by the address that trusted proxies saw", async () => {
    const running = await startGateway({ transport, trustedProxies, limits: { maxConnectionsPerAddress: 1 } });
    await from(running, "198.51.100.1").next("welcome");
    await from(running, "198.51.100.2").next("welcome");
    assert.equal((await from(running, "203.0.113.9, 198.51.100.1").closed).code, 4429);
    assert.equal(running.gateway.counters.read().connectionsPerAddress, 1);
  });

  it("Who is no trusted proxy can't choose its address", async () => {
    const running = await startGateway({ transport, limits: { maxConnectionsPerAddress: 1 } });
    await from(running, "198.51.100.1").next("welcome");
    assert.equal((await from(running, "198.51.100.2").closed).code, 4429);
  });

  it("Connections without a token have limits of their own, of one address and in all, and a token frees the place", async () => {
    const limits = { maxUnauthenticatedPerAddress: 2, maxUnauthenticated: 3 };
    const running = await startGateway({ transport, trustedProxies, limits });
    const silent = (address: string): Promise<TestSocket> =>
      new TestSocket(running.port, { headers: { "x-forwarded-for": address } }).opened();
    const first = await silent("198.51.100.1");
    await silent("198.51.100.1");
    assert.equal((await (await silent("198.51.100.1")).closed).code, 4429);
    await silent("198.51.100.2");
    assert.equal((await (await silent("198.51.100.3")).closed).code, 1013);
    first.say({ type: "authenticate", token: running.token({ ownerId: 7 }) });
    await first.next("welcome");
    await (await silent("198.51.100.3")).opened();
    running.clock.advance(5_000);
    while (running.gateway.connections > 1) await new Promise(setImmediate);
    await from(running, "198.51.100.1").next("welcome");
    const { unauthenticated, unauthenticatedPerAddress } = running.gateway.counters.read();
    assert.deepEqual([unauthenticatedPerAddress, unauthenticated], [1, 1]);
  });

  it("More subscriptions than allowed are refused one by one; an unsubscribe makes room", async () => {
    const { port, token, publisher } = await startGateway({ transport, limits: { maxSubscriptions: 2 } });
    for (const owner of ["7", "8", "9"]) publisher.documents.set(owner, { owner });
    const socket = await TestSocket.welcomed(port, token({ owners: [7, 8, 9] }));
    await socket.subscribe("7");
    await socket.subscribe("8");
    socket.say({ type: "subscribe", id: "x", topic: "owner:9" });
    assert.equal((await socket.next("nack")).code, "too_many_subscriptions");
    socket.say({ type: "unsubscribe", id: "u", topic: "owner:7" });
    await socket.subscribe("9");
  });

  it("The rate, the size and the depth of messages are as configured, and what they stop is counted", async () => {
    const limits = { messagesPerSecond: 1, maxMessageBytes: 1_024, maxJsonDepth: 2 };
    const { port, token, gateway } = await startGateway({ transport, limits });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    socket.native.send('{"type":"ping","id":"1","x":{"y":[]}}');
    assert.equal((await socket.next("error")).code, "too_deep");
    for (let count = 0; count < 20; count++) socket.say({ type: "ping", id: String(count) });
    assert.equal((await socket.closed).code, 4429);
    const { messagesRefused, tooManyMessages, nonsense } = gateway.counters.read();
    assert.deepEqual([messagesRefused, tooManyMessages, nonsense], [10, 1, 1]);
    const large = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    large.native.send(`{"type":"ping","id":"1","x":"${"x".repeat(1_024)}"}`);
    assert.ok([1006, 1009].includes((await large.closed).code));
  });

  it("A flood of connections, with tokens and without, leaves nothing behind", async () => {
    const running = await startGateway({
      transport,
      limits: { maxConnectionsPerAddress: 50, maxConnectionsPerTopic: 20 },
    });
    const { gateway, clock } = running;
    const before = clock.pending;
    const sockets = Array.from({ length: 200 }, (_, index) =>
      index % 2 === 0 ? from(running, "x") : new TestSocket(running.port),
    );
    await Promise.all(sockets.map((socket) => socket.opened().catch(() => {})));
    for (const socket of sockets) socket.terminate();
    while (gateway.connections > 0) await new Promise(setImmediate);
    assert.equal(clock.pending, before);
    const again = Array.from({ length: 20 }, () => from(running, "x"));
    for (const socket of again) await socket.next("welcome");
  });
});
