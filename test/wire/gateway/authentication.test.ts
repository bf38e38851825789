import assert from "node:assert/strict";
import { it } from "node:test";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";
import { token as tokenAt } from "../../support/tokens.ts";

stopGatewaysAfterEach();

await onEachTransport("Authentication", (transport) => {
  it("A token in the Authorization header is welcomed with its topics, canonical", async () => {
    const { port, token, clock } = await startGateway({ transport });
    const socket = await TestSocket.welcomed(port, token({ owners: ["07", 8] }));
    assert.deepEqual(socket.frames, [
      {
        type: "welcome",
        timestamp: clock.now(),
        protocol: "deltad.v1",
        connectionId: socket.frames[0]?.type === "welcome" && socket.frames[0].connectionId,
        heartbeatMs: 30_000,
        expiresAt: clock.now() + 3_610_000,
        topics: ["owner:7", "owner:8"],
      },
    ]);
  });

  it("A token beside the subprotocol is welcomed, and only deltad.v1 is echoed", async () => {
    const { port, token } = await startGateway({ transport });
    const socket = new TestSocket(port, { protocols: ["deltad.v1", `bearer.${token({ ownerId: 7 })}`] });
    assert.deepEqual((await socket.next("welcome")).topics, ["owner:7"]);
    assert.equal(socket.native.protocol, "deltad.v1");
  });

  it("A token in the first frame is welcomed, and nothing is sent before", async () => {
    const { port, token } = await startGateway({ transport });
    const socket = await new TestSocket(port).opened();
    socket.say({ type: "authenticate", token: token({ ownerId: "7" }) });
    await socket.next("welcome");
    assert.equal(socket.frames.length, 1);
  });

  it("Requests sent right behind the token wait for the welcome", async () => {
    const { port, token, publisher } = await startGateway({ transport });
    publisher.documents.set("7", { revenue: { today: "1.00" } });
    const socket = await new TestSocket(port).opened();
    socket.say({ type: "authenticate", token: token({ ownerId: "7" }) });
    socket.say({ type: "subscribe", id: "s", topic: "owner:7" });
    const snapshot = await socket.next("snapshot");
    assert.deepEqual([socket.frames.map((frame) => frame.type), snapshot.id], [["welcome", "snapshot"], "s"]);
  });

  it("No token within 5 s closes with 4408, also while a token's topics are looked up", async () => {
    const never = new Promise<undefined>(() => {});
    const { port, clock, token } = await startGateway({ transport, kinds: new Map([["owner", () => never]]) });
    const silent = await new TestSocket(port).opened();
    const looking = await new TestSocket(port, {
      headers: { authorization: `Bearer ${token({ ownerId: 7 })}` },
    }).opened();
    clock.advance(4_999);
    clock.advance(1);
    assert.equal((await silent.closed).code, 4408);
    assert.equal((await looking.closed).code, 4408);
    assert.deepEqual([silent.frames, looking.frames], [[], []]);
  });

  it("A bad token closes with 4401 and says nothing else, wherever it comes", async () => {
    const { port, clock } = await startGateway({ transport });
    const bad = tokenAt({ ownerId: 7 }, clock.now(), "another secret, as long as the true one is");
    const first = await new TestSocket(port).opened();
    first.say({ type: "authenticate", token: bad });
    const sockets = [
      first,
      new TestSocket(port, { headers: { authorization: `Bearer ${bad}` } }),
      new TestSocket(port, { protocols: ["deltad.v1", `bearer.${bad}`] }),
      new TestSocket(port, { protocols: ["deltad.v1", "bearer."] }),
    ];
    for (const socket of sockets) {
      assert.equal((await socket.closed).code, 4401);
      assert.deepEqual(socket.frames, []);
    }
  });

  it("A request before the token closes with 4401, nonsense with 4400", async () => {
    const { port } = await startGateway({ transport });
    const early = await new TestSocket(port).opened();
    early.say({ type: "subscribe", id: "1", topic: "owner:7" });
    const garbled = await new TestSocket(port).opened();
    garbled.native.send("{");
    assert.equal((await early.closed).code, 4401);
    assert.equal((await garbled.closed).code, 4400);
  });

  it("A token whose topics can't be looked up closes with 1013, so that the client comes back", async () => {
    const away = async (): Promise<undefined> => {
      throw new Error("the database is away");
    };
    const { port, token } = await startGateway({ transport, kinds: new Map([["owner", away]]) });
    const socket = new TestSocket(port, { headers: { authorization: `Bearer ${token({ ownerId: 7 })}` } });
    assert.equal((await socket.closed).code, 1013);
  });

  it("A second token on a connection is an error, and the connection stays", async () => {
    const { port, token } = await startGateway({ transport });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    socket.say({ type: "authenticate", token: token({ ownerId: 8 }) });
    assert.equal((await socket.next("error")).code, "already_authenticated");
    socket.say({ type: "subscribe", id: "1", topic: "owner:8" });
    assert.equal((await socket.next("nack")).code, "forbidden");
  });

  it("Expiry closes an idle socket with 4010, at the token's instant and the leeway", async () => {
    const { port, token, clock } = await startGateway({ transport });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    clock.advance(3_609_999);
    await socket.settle();
    clock.advance(1);
    assert.equal((await socket.closed).code, 4010);
  });

  it("A token that lives for a century doesn't expire at once", async () => {
    const { port, token, clock } = await startGateway({ transport, heartbeatMs: 2 ** 30 });
    const socket = await TestSocket.welcomed(
      port,
      token({ ownerId: 7, exp: Math.floor(clock.now() / 1000) + 3_155_760_000 }),
    );
    clock.advance(2 ** 31 + 1000);
    await socket.settle();
  });

  it("The token and its parts appear in no log line", async () => {
    const { port, token, clock, logged } = await startGateway({ transport });
    const good = token({ ownerId: 7 });
    const bad = tokenAt({ ownerId: 7 }, clock.now(), "another secret, as long as the true one is");
    await TestSocket.welcomed(port, good);
    await new TestSocket(port, { headers: { authorization: `Bearer ${bad}` } }).closed;
    await new TestSocket(port, { protocols: ["deltad.v1", `bearer.${bad}`] }).closed;
    for (const part of [...good.split("."), ...bad.split(".")]) assert.ok(!logged.join("\n").includes(part));
    assert.ok(logged.length > 0);
  });
});
