import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { it } from "node:test";
import { ownerTopic } from "../../../protocol/topic.ts";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

/** Messages that make no sense, and the code of the answer. */
const NONSENSE: readonly (readonly [string, string])[] = [
  ["", "bad_json"],
  ["{", "bad_json"],
  ["null", "bad_json"],
  ["7", "bad_json"],
  ['"subscribe"', "bad_json"],
  ["[]", "unknown_type"],
  ["{}", "unknown_type"],
  ['{"type":"refresh"}', "invalid_message"],
  ['{"type":"refresh","token":"x"}', "refresh_refused"],
  ['{"type":["subscribe"],"id":"1","topic":"owner:7"}', "unknown_type"],
  ['{"type":"__proto__"}', "unknown_type"],
  ['{"type":"constructor","id":"1"}', "unknown_type"],
  ['{"__proto__":{"type":"ping","id":"1"}}', "unknown_type"],
  ['{"type":"ping"}', "invalid_message"],
  ['{"type":"ping","id":1}', "invalid_message"],
  ['{"type":"ping","id":""}', "invalid_message"],
  [`{"type":"ping","id":"${"x".repeat(65)}"}`, "invalid_message"],
  ['{"type":"ping","__proto__":{"id":"1"}}', "invalid_message"],
  ['{"type":"subscribe","id":"1"}', "invalid_message"],
  ['{"type":"subscribe","id":"1","topic":7}', "invalid_message"],
  ['{"type":"subscribe","id":"1","topic":1e400}', "invalid_message"],
  ['{"type":"subscribe","id":"1","topic":"owner:\\ud800"}', "invalid_message"],
  ['{"type":"subscribe","id":"1","topic":"owner:7\\u0000"}', "invalid_message"],
  [`{"type":"subscribe","id":"1","topic":"owner:${"7".repeat(257)}"}`, "invalid_message"],
  ["[".repeat(16_000), "too_deep"],
  ["[".repeat(16) + "]".repeat(16), "unknown_type"],
  ["[".repeat(17) + "]".repeat(17), "too_deep"],
  [`{"type":"ping","id":${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}}`, "too_deep"],
  [`{"type":"ping","id":"${'\\"[[[[['.repeat(20)}"}`, "invalid_message"],
];

await onEachTransport("Malformed messages", (transport) => {
  it("One with an id that can be read is answered by it", async () => {
    const { port, token } = await startGateway({ transport });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    for (const [text, id] of [
      ['{"type":"subscribe","id":"a","topic":"owner:"}', "a"],
      ['{"type":"subscribe","id":7,"topic":"owner:7"}', undefined],
    ] as const) {
      socket.native.send(text);
      assert.equal((await socket.next("error")).id, id);
    }
  });

  it("Each is answered by an error that names what is wrong, and the connection stays", async () => {
    const { port, token, clock, publisher, logged } = await startGateway({ transport });
    publisher.documents.set("7", { count: 1 });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    for (const [text, code] of NONSENSE) {
      clock.advance(5_000);
      socket.native.send(text);
      assert.equal((await socket.next("error")).code, code, text.slice(0, 80));
    }
    socket.native.send(Buffer.from('{"type":"ping","id":"1"}'), { binary: true });
    assert.equal((await socket.next("error")).code, "binary");
    assert.deepEqual((await socket.subscribe("7")).data, { count: 1 });
    assert.equal(({} as { id?: unknown }).id, undefined);
    assert.ok(!logged.join("\n").includes("failed"), logged.join("\n"));
  });

  it("The last of duplicate keys counts, unknown fields and huge numbers in them are ignored", async () => {
    const { port, token } = await startGateway({ transport });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    socket.native.send(
      '{"type":"subscribe","type":"ping","id":"1","id":"2","n":1e999,"m":123456789012345678901234567890}',
    );
    assert.equal((await socket.next("ack")).id, "2");
  });

  it("Repeated nonsense closes with 4400", async () => {
    const { port, token } = await startGateway({ transport });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    for (let count = 0; count < 6; count++) socket.native.send("nonsense");
    assert.equal((await socket.closed).code, 4400);
    assert.equal(socket.frames.filter((frame) => frame.type === "error").length, 5);
  });

  it("A flood is refused message by message, then closed with 4429, and delays nobody", async () => {
    const { port, token, publisher } = await startGateway({ transport });
    publisher.documents.set("8", { count: 1 });
    const other = await TestSocket.welcomed(port, token({ ownerId: 8 }));
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    for (let count = 0; count < 500; count++) socket.say({ type: "ping", id: String(count) });
    assert.equal((await socket.closed).code, 4429);
    const nacks = socket.frames.filter((frame) => frame.type === "nack");
    assert.deepEqual([socket.frames.filter((frame) => frame.type === "ack").length, nacks.length], [21, 10]);
    assert.ok(nacks.every((frame) => frame.code === "too_many_messages"));
    await other.subscribe("8");
  });

  it("Ten messages a second are always served", async () => {
    const { port, token, clock } = await startGateway({ transport });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    for (let second = 0; second < 10; second++) {
      for (let count = 0; count < 10; count++) await socket.settle();
      clock.advance(1_000);
    }
    assert.ok(socket.frames.every((frame) => frame.type !== "nack"));
  });

  it("A client may subscribe to every owner of its token at once", async () => {
    const { port, token, publisher } = await startGateway({ transport });
    const owners = Array.from({ length: 200 }, (_, index) => String(index));
    for (const owner of owners) publisher.documents.set(owner, { owner });
    const socket = await new TestSocket(port).opened();
    socket.say({ type: "authenticate", token: token({ owners }) });
    await socket.next("welcome");
    for (const owner of owners) socket.say({ type: "subscribe", id: owner, topic: ownerTopic(owner) });
    for (const owner of owners) assert.deepEqual((await socket.next("snapshot")).data, { owner });
  });

  it("An administrator may subscribe to as many owners as one connection may, at once, and is limited after that", async () => {
    const { port, token, publisher, gateway } = await startGateway({ transport, limits: { maxSubscriptions: 300 } });
    const socket = await TestSocket.welcomed(port, token({ role: "admin" }));
    const owners = Array.from({ length: 300 }, (_, index) => String(index));
    for (const owner of owners) publisher.documents.set(owner, { owner });
    for (const owner of owners) socket.say({ type: "subscribe", id: owner, topic: ownerTopic(owner) });
    for (const owner of owners) assert.deepEqual((await socket.next("snapshot")).data, { owner });
    for (let count = 0; count < 31; count++) socket.say({ type: "ping", id: String(count) });
    assert.equal((await socket.closed).code, 4429);
    assert.equal(gateway.counters.read().messagesRefused, 10);
  });

  it("A message over 16 KiB ends its connection, also before authentication", async () => {
    const { port, token, gateway } = await startGateway({ transport });
    const sockets = [await TestSocket.welcomed(port, token({ ownerId: 7 })), await new TestSocket(port).opened()];
    for (const socket of sockets) {
      socket.native.send(`{"type":"ping","id":"${"x".repeat(16 * 1024)}"}`);
      assert.ok([1006, 1009].includes((await socket.closed).code));
    }
    const watch = await TestSocket.welcomed(port, token({ ownerId: 8 }));
    while (gateway.connections > 1) await watch.settle();
  });

  const FRAMES = {
    "unmasked frames": Buffer.from([0x81, 0x05, 1, 2, 3, 4, 5, 0x81, 0x05, 1, 2, 3, 4, 5]),
    "a reserved opcode": Buffer.from([0x83, 0x80, 0, 0, 0, 0]),
    "a reserved bit": Buffer.from([0xf1, 0x80, 0, 0, 0, 0]),
    "a control frame of 126 bytes": Buffer.concat([Buffer.from([0x89, 0xfe, 0, 126]), Buffer.alloc(4 + 126)]),
    "a fragmented control frame": Buffer.from([0x09, 0x80, 0, 0, 0, 0]),
    "a length of 2^63": Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    "text that is not UTF-8": Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]),
  };
  for (const [what, bytes] of Object.entries(FRAMES)) {
    it(`A connection that sends ${what} is ended, and no other`, async () => {
      const { port, token, gateway } = await startGateway({ transport });
      const other = await TestSocket.welcomed(port, token({ ownerId: 8 }));
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      socket.write(
        "GET /v1/stream HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: Upgrade\r\n" +
          `sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
      );
      await once(socket, "data");
      socket.write(bytes);
      socket.resume();
      await once(socket, "close");
      await other.settle();
      assert.equal(gateway.connections, 1);
    });
  }
});
