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

  it("More of one user are closed with 4429, whatever their address; administrators and who has no name are not counted", async () => {
    const running = await startGateway({ transport, trustedProxies, limits: { maxConnectionsPerUser: 2 } });
    const { port, token, gateway } = running;
    const first = await TestSocket.welcomed(port, token({ ownerId: 7, sub: "ana" }));
    await TestSocket.welcomed(port, token({ ownerId: 8, sub: "ana" }));
    const third = new TestSocket(port, { headers: { authorization: `Bearer ${token({ ownerId: 9, sub: "ana" })}` } });
    assert.equal((await third.closed).code, 4429);
    assert.equal(gateway.counters.read().connectionsPerUser, 1);
    await TestSocket.welcomed(port, token({ ownerId: 9, sub: "bob" }));
    for (const claims of [{ role: "admin", sub: "root" }, { ownerId: 9 }])
      for (let n = 1; n <= 3; n++) await TestSocket.welcomed(port, token(claims));
    // Another token of the same user takes no place of its own.
    const exp = Math.floor(running.clock.now() / 1000) + 7200;
    first.say({ type: "refresh", token: token({ ownerId: 7, sub: "ana", exp }) });
    first.say({ type: "ping", id: "p" });
    await first.next("ack");
    assert.deepEqual(
      first.frames.filter(({ type }) => type === "error"),
      [],
    );
    first.terminate();
    while (gateway.connections > 8) await new Promise(setImmediate);
    await TestSocket.welcomed(port, token({ ownerId: 7, sub: "ana" }));
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

  const silent = ({ port }: RunningGateway, address: string): Promise<TestSocket> =>
    new TestSocket(port, { headers: { "x-forwarded-for": address } }).opened();

  it("Connections without a token have limits of their own, of one address and in all: the one that has waited longest makes room", async () => {
    const limits = { maxUnauthenticatedPerAddress: 2, maxUnauthenticated: 3 };
    const running = await startGateway({ transport, trustedProxies, limits });
    const first = await silent(running, "198.51.100.2");
    const second = await silent(running, "198.51.100.1");
    const third = await silent(running, "198.51.100.1");
    const fourth = await silent(running, "198.51.100.1");
    assert.deepEqual([(await second.closed).code, running.gateway.connections], [4408, 3]);
    await silent(running, "198.51.100.3");
    assert.deepEqual([(await first.closed).code, running.gateway.connections], [4408, 3]);
    third.say({ type: "authenticate", token: running.token({ ownerId: 7 }) });
    await third.next("welcome");
    await silent(running, "198.51.100.4");
    assert.deepEqual([running.gateway.connections, fourth.native.readyState], [4, fourth.native.OPEN]);
    const { unauthenticated, unauthenticatedPerAddress } = running.gateway.counters.read();
    assert.deepEqual([unauthenticatedPerAddress, unauthenticated], [1, 1]);
  });

  it("A token in the handshake is looked at before anything else: it takes no place of those without, whoever holds them", async () => {
    const limits = { maxUnauthenticatedPerAddress: 1, maxUnauthenticated: 2 };
    const running = await startGateway({ transport, trustedProxies, limits });
    const waiting = [await silent(running, "198.51.100.1"), await silent(running, "198.51.100.2")];
    for (let owner = 1; owner <= 4; owner++) await from(running, "198.51.100.1", owner).next("welcome");
    const forged = new TestSocket(running.port, { headers: { authorization: "Bearer x.y.z" } });
    assert.equal((await forged.closed).code, 4401);
    assert.deepEqual(
      waiting.map(({ native }) => native.readyState),
      [1, 1],
    );
    const { unauthenticated, unauthenticatedPerAddress } = running.gateway.counters.read();
    assert.deepEqual([unauthenticatedPerAddress, unauthenticated], [0, 0]);
  });

  it("A place that a token left is nobody's reason to make room, and neither is that of one that has gone", async () => {
    const running = await startGateway({ transport, trustedProxies, limits: { maxUnauthenticated: 1 } });
    const gone = await silent(running, "198.51.100.1");
    gone.terminate();
    while (running.gateway.connections > 0) await new Promise(setImmediate);
    const shown = await silent(running, "198.51.100.2");
    shown.say({ type: "authenticate", token: running.token({ ownerId: 7 }) });
    await shown.next("welcome");
    await silent(running, "198.51.100.3");
    assert.equal(running.gateway.counters.read().unauthenticated, 0);
  });

  it("IPv6 counts by /64, and by /48 four times as many, with a token and without", async () => {
    const limits = { maxConnectionsPerAddress: 2, maxUnauthenticatedPerAddress: 1 };
    const running = await startGateway({ transport, trustedProxies, limits });
    const eldest = await silent(running, "2001:db8:2:1::1");
    for (const network of [2, 3, 4, 5]) await silent(running, `2001:db8:2:${network}::1`);
    assert.equal((await eldest.closed).code, 4408);
    await from(running, "2001:db8:1:0::1").next("welcome");
    await from(running, "2001:db8:1:0:ffff::1").next("welcome");
    assert.equal((await from(running, "2001:db8:1:0:abcd::1").closed).code, 4429);
    for (const network of [1, 2, 3, 4, 5, 6]) await from(running, `2001:db8:1:${network}::1`).next("welcome");
    assert.equal((await from(running, "2001:db8:1:7::1").closed).code, 4429);
    await from(running, "2001:db8:3:7::1").next("welcome");
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
