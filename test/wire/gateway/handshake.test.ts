import assert from "node:assert/strict";
import { it } from "node:test";
import { ownerTopic } from "../../../protocol/topic.ts";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { exchange } from "../../support/raw-http.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const HANDSHAKE = {
  host: "deltad.example",
  upgrade: "websocket",
  connection: "keep-alive, Upgrade",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

await onEachTransport("The handshake", (transport) => {
  it("Is refused where it is no handshake of WebSocket version 13 on the stream's path", async () => {
    const { port } = await startGateway({ transport });
    const status = async (path: string, headers: Readonly<Record<string, string | undefined>>): Promise<number> =>
      (await exchange(port, "GET", path, { ...HANDSHAKE, ...headers })).status;
    assert.equal(await status("/v1/stream", {}), 101);
    assert.equal(await status("/v1/stream?topic=owner:7", {}), 101);
    assert.equal(await status("/", {}), 404);
    assert.equal(await status("/v1/streams", {}), 404);
    assert.equal(await status("/v1/stream", { "sec-websocket-version": "8" }), 426);
    assert.equal(await status("/v1/stream", { "sec-websocket-key": "short" }), 426);
    assert.equal(await status("/v1/stream", { connection: "close" }), 426);
    assert.equal(await status("/v1/stream", { upgrade: undefined, connection: undefined }), 426);
    assert.equal(await status("/v1/stream", { upgrade: "h2c" }), 426);
  });

  it("Compression is never agreed on", async () => {
    const { port } = await startGateway({ transport });
    const offer = { "sec-websocket-extensions": "permessage-deflate; client_max_window_bits" };
    const { headers } = await exchange(port, "GET", "/v1/stream", { ...HANDSHAKE, ...offer });
    assert.equal(headers.get("sec-websocket-extensions"), undefined);
  });

  it("A page of another origin is closed with 4403; its own host, allowed origins and no origin are not", async () => {
    const { port, token } = await startGateway({ transport, origins: ["https://good.example"] });
    const own = `127.0.0.1:${port}`;
    const cases: readonly (readonly [string | undefined, boolean])[] = [
      [undefined, true],
      [`http://${own}`, true],
      [`https://${own}`, true],
      ["https://good.example", true],
      ["http://good.example", false],
      ["https://good.example:8443", false],
      ["https://good.example.evil", false],
      ["https://evil-good.example", false],
      ["https://GOOD.example", false],
      ["https://good.example/", false],
      ["https://xn--good.example", false],
      ["null", false],
      ["*", false],
      ["http://127.0.0.1", false],
      [`ftp://${own}`, false],
    ];
    for (const [origin, isAllowed] of cases) {
      const headers = { authorization: `Bearer ${token({ ownerId: 7 })}`, ...(origin === undefined ? {} : { origin }) };
      const socket = new TestSocket(port, { headers });
      if (isAllowed) await socket.next("welcome");
      else assert.equal((await socket.closed).code, 4403, origin);
      assert.equal(socket.frames.length, isAllowed ? 1 : 0, origin);
      socket.terminate();
    }
  });

  it("Another subprotocol is closed with 4406, so that the client hears why; none at all means the present one", async () => {
    const { port, token } = await startGateway({ transport });
    const headers = { authorization: `Bearer ${token({ ownerId: 7 })}` };
    assert.equal((await new TestSocket(port, { protocols: ["deltad.v2"], headers }).closed).code, 4406);
    assert.equal((await new TestSocket(port, { protocols: ["graphql-ws", "deltad.v9"], headers }).closed).code, 4406);
    const both = new TestSocket(port, { protocols: ["deltad.v2", "deltad.v1"], headers });
    await both.next("welcome");
    assert.equal(both.native.protocol, "deltad.v1");
    const none = new TestSocket(port, { protocols: [], headers });
    await none.next("welcome");
    assert.equal(none.native.protocol, "");
  });

  it("A token in the query string is not looked at", async () => {
    const { port, token, clock } = await startGateway({ transport });
    const path = `/v1/stream?token=${token({ ownerId: 7 })}&access_token=${token({ ownerId: 7 })}`;
    const { status, socket } = await exchange(port, "GET", path, HANDSHAKE);
    assert.equal(status, 101);
    let received = 0;
    socket.on("data", (data: Buffer) => (received += data.length));
    clock.advance(4_999);
    await (await TestSocket.welcomed(port, token({ ownerId: 8 }))).settle();
    assert.equal(received, 0);
    socket.destroy();
  });

  it("A token of over 4 KB is taken as the first message, where the transport has no room for it in the header too", async () => {
    const { port, token, publisher } = await startGateway({ transport });
    const owners = Array.from({ length: 256 }, (_, index) => String(10n ** 17n + BigInt(index)));
    const long = token({ owners });
    assert.ok(long.length > 5_000);
    const shown = [
      { authorization: `Bearer ${long}` },
      { "sec-websocket-protocol": `deltad.v1, bearer.${long}` },
    ] as const;
    for (const headers of shown) {
      const { status, socket } = await exchange(port, "GET", "/v1/stream", { ...HANDSHAKE, ...headers });
      assert.equal(status, transport === "ws" ? 101 : 431);
      socket.destroy();
    }
    const [first = ""] = owners;
    publisher.documents.set(first, { count: 1 });
    const socket = await new TestSocket(port).opened();
    socket.say({ type: "authenticate", token: long });
    assert.deepEqual((await socket.next("welcome")).topics, owners.map(ownerTopic));
    assert.deepEqual((await socket.subscribe(first)).data, { count: 1 });
  });

  it("Headers beyond the limit are refused with 431", async () => {
    const { port } = await startGateway({ transport });
    const authorization = `Bearer ${"x".repeat(20_000)}`;
    assert.equal((await exchange(port, "GET", "/v1/stream", { ...HANDSHAKE, authorization })).status, 431);
  });
});
