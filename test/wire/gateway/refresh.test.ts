import assert from "node:assert/strict";
import { it } from "node:test";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

await onEachTransport("A token's life on a connection", (transport) => {
  const start = async (): Promise<RunningGateway> => {
    const running = await startGateway({ transport });
    for (const owner of ["7", "8", "9"]) running.publisher.documents.set(owner, { owner });
    return running;
  };
  const seconds = (running: RunningGateway, after: number): number => Math.floor(running.clock.now() / 1000) + after;

  it("A minute before its end the token is said to expire, at the end to have expired, and 4010 closes the idle socket", async () => {
    const { port, token, clock } = await start();
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    const expiresAt = clock.now() + 3_610_000;
    clock.advance(3_549_999);
    await socket.settle();
    assert.ok(socket.frames.every((frame) => !frame.type.startsWith("token_")));
    clock.advance(1);
    assert.equal((await socket.next("token_expiring")).expiresAt, expiresAt);
    clock.advance(60_000);
    assert.equal((await socket.next("token_expired")).expiresAt, expiresAt);
    assert.equal((await socket.closed).code, 4010);
  });

  it("A token that has little left is said to expire when three quarters of that have passed", async () => {
    const running = await start();
    // With the leeway it has 40 s.
    const socket = await TestSocket.welcomed(running.port, running.token({ ownerId: 7, exp: seconds(running, 30) }));
    running.clock.advance(29_999);
    await socket.settle();
    assert.ok(socket.frames.every((frame) => !frame.type.startsWith("token_")));
    running.clock.advance(1);
    await socket.next("token_expiring");
  });

  it("A token that is handed over again is said to expire once, and still ends", async () => {
    const running = await start();
    const token = running.token({ ownerId: 7, exp: seconds(running, 30) });
    const socket = await TestSocket.welcomed(running.port, token);
    running.clock.advance(30_000);
    for (let round = 0; round < 9; round += 1) {
      socket.say({ type: "refresh", token });
      await socket.settle();
      running.clock.advance(1_000);
    }
    running.clock.advance(1_000);
    assert.equal((await socket.closed).code, 4010);
    assert.equal(socket.frames.filter((frame) => frame.type === "token_expiring").length, 1);
  });

  it("A token whose time is over is told so from one that is not good", async () => {
    const running = await start();
    for (const [exp, reason] of [
      [-60, "the token has expired"],
      [60, "token missing or invalid"],
    ] as const) {
      const socket = await new TestSocket(running.port).opened();
      const token = running.token({ ownerId: 7, exp: seconds(running, exp) });
      socket.say({ type: "authenticate", token: exp > 0 ? `${token}x` : token });
      assert.deepEqual(await socket.closed, { code: 4401, reason });
    }
  });

  it("A refresh of the same subject gives the connection the new token's time, and loses no frame", async () => {
    const running = await start();
    const { port, token, clock, publisher } = running;
    const socket = await TestSocket.welcomed(port, token({ sub: "u1", ownerId: 7 }));
    await socket.subscribe("7");
    clock.advance(3_600_000);
    socket.say({ type: "refresh", token: token({ sub: "u1", ownerId: 7 }) });
    await socket.settle();
    clock.advance(3_549_000);
    publisher.patch("7", { count: 2 });
    await socket.next("metrics_updated");
    clock.advance(61_000);
    assert.equal((await socket.closed).code, 4010);
    assert.equal(socket.frames.filter((frame) => frame.type === "token_expiring").length, 2);
  });

  it("Owners may be added: those of the new token can be subscribed to right behind the refresh", async () => {
    const { port, token } = await start();
    const socket = await TestSocket.welcomed(port, token({ sub: "u1", ownerId: 7 }));
    socket.say({ type: "refresh", token: token({ sub: "u1", owners: [7, 8] }) });
    assert.deepEqual((await socket.subscribe("8")).data, { owner: "8" });
  });

  it("A subscription whose owner the new token does not name ends with a nack of its subscribe, and no frame follows", async () => {
    const { port, token, publisher, clock } = await start();
    const socket = await TestSocket.welcomed(port, token({ sub: "u1", owners: [7, 8] }));
    await socket.subscribe("7");
    await socket.subscribe("8");
    socket.say({ type: "refresh", token: token({ sub: "u1", owners: [8, 9] }) });
    const nack = await socket.next("nack");
    assert.deepEqual([nack.id, nack.code], ["subscribe-7", "forbidden"]);
    publisher.patch("7", { secret: "canary" });
    publisher.patch("8", { count: 2 });
    clock.advance(50);
    assert.equal((await socket.next("metrics_updated")).topic, "owner:8");
    assert.ok(!Buffer.concat(socket.bytes).includes("canary"));
  });

  it("An administrator's token that becomes an owner's keeps that owner's subscription alone", async () => {
    const { port, token } = await start();
    const socket = await TestSocket.welcomed(port, token({ sub: "u1", role: "admin" }));
    await socket.subscribe("7");
    await socket.subscribe("8");
    socket.say({ type: "refresh", token: token({ sub: "u1", ownerId: 8 }) });
    assert.equal((await socket.next("nack")).id, "subscribe-7");
  });

  it("The subject may not change; without a sub nothing may but the time. A refused token leaves everything as it was", async () => {
    const running = await start();
    const { port, token, clock } = running;
    const cases: readonly (readonly [object, object])[] = [
      [
        { sub: "u1", ownerId: 7 },
        { sub: "u2", ownerId: 7 },
      ],
      [{ sub: "u1", ownerId: 7 }, { ownerId: 7 }],
      [{ ownerId: 7 }, { sub: "u1", ownerId: 7 }],
      [{ ownerId: 7 }, { ownerId: 8 }],
      [{ ownerId: 7 }, { owners: [7, 8] }],
      [{ ownerId: 7 }, { ownerId: 7, role: "admin" }],
      [
        { sub: "u1", ownerId: 7 },
        { sub: "u1", ownerId: 7, exp: seconds(running, -60) },
      ],
      [{ sub: "u1", ownerId: 7 }, { sub: "u1" }],
    ];
    for (const [before, after] of cases) {
      const socket = await TestSocket.welcomed(port, token(before));
      await socket.subscribe("7");
      socket.say({ type: "refresh", token: token(after) });
      assert.equal((await socket.next("error")).code, "refresh_refused", JSON.stringify(after));
      socket.say({ type: "subscribe", id: "8", topic: "owner:8" });
      assert.equal((await socket.next("nack")).code, "forbidden");
      socket.terminate();
    }
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    socket.say({ type: "refresh", token: "nonsense" });
    assert.equal((await socket.next("error")).code, "refresh_refused");
    clock.advance(3_610_000);
    assert.equal((await socket.closed).code, 4010);
  });

  it("A refresh while the database is away is an error, and the connection goes on by the token that it has", async () => {
    let isAway = false;
    const canonicalKey = async (id: string): Promise<string> => {
      if (isAway) throw new Error("away");
      return id;
    };
    const { port, token } = await startGateway({ transport, kinds: new Map([["owner", canonicalKey]]) });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    isAway = true;
    socket.say({ type: "refresh", token: token({ ownerId: 7 }) });
    assert.equal((await socket.next("error")).code, "unavailable");
    await socket.settle();
  });

  it("A refresh before the welcome closes with 4401 as any request does, and one behind the token waits for it", async () => {
    const { port, token } = await start();
    const early = await new TestSocket(port).opened();
    early.say({ type: "refresh", token: token({ ownerId: 7 }) });
    assert.equal((await early.closed).code, 4401);
    const behind = await new TestSocket(port).opened();
    behind.say({ type: "authenticate", token: token({ sub: "u1", ownerId: 7 }) });
    behind.say({ type: "refresh", token: token({ sub: "u1", ownerId: 8 }) });
    await behind.subscribe("8");
  });

  it("A connection that closes while its refresh is looked at leaves no timer", async () => {
    const idle = (): void => {};
    let release = idle;
    let isHeld = false;
    const canonicalKey = async (id: string): Promise<string> => {
      if (isHeld) await new Promise<void>((resolve) => (release = resolve));
      return id;
    };
    const { port, token, clock, gateway } = await startGateway({
      transport,
      kinds: new Map([["owner", canonicalKey]]),
    });
    const before = clock.pending;
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    isHeld = true;
    socket.say({ type: "refresh", token: token({ ownerId: 7 }) });
    while (release === idle) await new Promise(setImmediate);
    socket.terminate();
    while (gateway.connections > 0) await new Promise(setImmediate);
    release();
    await new Promise(setImmediate);
    assert.equal(clock.pending, before);
  });
});
