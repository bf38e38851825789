/**
 * Messages and bytes that nobody meant: every frame of the protocol bent at random, and raw bytes before and after the handshake. Each is
 * answered as the protocol says, memory stays flat, others are not affected. DELTAD_CASES and DELTAD_SEED as for all property tests.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { it } from "node:test";
import fc from "fast-check";
import { CLOSE, ERROR_CODES, NACK_CODES } from "../../../protocol/codes.ts";
import { cases } from "../../support/cases.ts";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const TYPES = ["authenticate", "refresh", "subscribe", "unsubscribe", "snapshot", "ping"];
const FIELDS = ["type", "id", "topic", "token", "resume", "__proto__", "constructor", "toString"];
const UP = new Set<number>(Object.values(CLOSE).map(({ code }) => code));
/** More than the gateway holds for connections and messages of a few seconds; what leaks with each case would be far more. */
const FLAT_BYTES = 32 * 1024 * 1024;

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ maxLength: 300, unit: "binary" }),
  fc.constantFrom(
    "owner:7",
    "owner:07",
    "owner:8",
    "room:8",
    "owner::",
    ":",
    "\u0000",
    "\ud800",
    "7'--",
    "x".repeat(300),
    2 ** 53,
    -0,
    null,
  ),
);
/** A message whose type there is, and whose fields may be anything; or any JSON; or any text. */
const message = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom(...TYPES), fc.dictionary(fc.constantFrom(...FIELDS), odd)).map(bent),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...TYPES), fc.string({ maxLength: 70 }), odd).map(whole) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 12 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 2_000, unit: "binary" }) },
);

function bent([type, fields]: [string, Record<string, unknown>]): string {
  return JSON.stringify({ type, ...fields });
}

function whole([type, id, topic]: [string, string, unknown]): string {
  return JSON.stringify({ type, id, topic, token: "x.y.z" });
}

await onEachTransport("Fuzzing", (transport) => {
  /** A gateway with somebody who must notice nothing. */
  async function bench(): Promise<{ running: RunningGateway; unaffected: () => Promise<void> }> {
    const running = await startGateway({ transport });
    running.publisher.documents.set("7", { count: 0 });
    running.publisher.documents.set("8", { canary: "of eight" });
    const other = await TestSocket.welcomed(running.port, running.token({ ownerId: 8 }));
    await other.subscribe("8");
    const unaffected = async (): Promise<void> => {
      running.clock.advance(1_000);
      running.publisher.patch("8", { canary: String(running.clock.now()) });
      running.clock.advance(50);
      assert.ok((await other.next("metrics_updated")).data);
      other.forget();
      assert.ok(!running.logged.join("\n").includes("failed"), running.logged.join("\n").slice(0, 2_000));
      assert.equal(({} as { type?: unknown }).type, undefined);
    };
    return { running, unaffected };
  }

  async function flat(work: () => Promise<void>): Promise<void> {
    const before = process.memoryUsage();
    await work();
    const after = process.memoryUsage();
    assert.ok(after.external + after.heapUsed - before.external - before.heapUsed < FLAT_BYTES);
  }

  it("Any message on a connection is answered by a frame of the protocol, or closes it by a documented code", async () => {
    const { running, unaffected } = await bench();
    const { port, token, clock } = running;
    const one = async (texts: readonly string[]): Promise<void> => {
      const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
      for (const text of texts) socket.native.send(text);
      socket.native.send('{"type":"ping","id":"the end"}');
      // Each frame is checked against the protocol's schemas as it comes.
      const answered = (): boolean => socket.frames.some((frame) => frame.type === "ack" && frame.id === "the end");
      while (!answered() && socket.native.readyState === socket.native.OPEN) await new Promise(setImmediate);
      if (!answered()) assert.ok(UP.has((await socket.closed).code));
      for (const frame of socket.frames) {
        if (frame.type === "error") assert.ok(ERROR_CODES.includes(frame.code));
        if (frame.type === "nack") assert.ok(NACK_CODES.includes(frame.code));
      }
      assert.ok(!Buffer.concat(socket.bytes).includes("of eight"));
      socket.terminate();
      clock.advance(1_000);
    };
    await flat(() =>
      fc.assert(fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 8 }), one), {
        ...cases(60),
        endOnFailure: true,
      }),
    );
    await unaffected();
  });

  it("Any bytes instead of a handshake, or behind one, end their own connection at most", async () => {
    const { running, unaffected } = await bench();
    const upgrade = Buffer.from(
      "GET /v1/stream HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: Upgrade\r\n" +
        "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    const prefix = fc.constantFrom(
      Buffer.alloc(0),
      upgrade,
      Buffer.from("GET /v1/stream HTTP/1.1\r\n"),
      Buffer.from("POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n"),
    );
    const one = async (start: Buffer, bytes: Uint8Array, split: number): Promise<void> => {
      const socket = connect(running.port, "127.0.0.1");
      socket.on("error", () => {});
      await once(socket, "connect");
      socket.resume();
      socket.write(start);
      if (start === upgrade) await once(socket, "data");
      socket.write(bytes.subarray(0, split));
      await new Promise(setImmediate);
      if (!socket.destroyed) socket.write(bytes.subarray(split));
      await new Promise(setImmediate);
      socket.destroy();
    };
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 200 }))
        .map(([first, second, rest]) => Uint8Array.from([first, second, ...rest])),
    );
    await flat(() =>
      fc.assert(fc.asyncProperty(prefix, bytes, fc.nat(300), one), { ...cases(100), endOnFailure: true }),
    );
    running.clock.advance(5_000);
    while (running.gateway.connections > 1) await new Promise(setImmediate);
    await unaffected();
  });

  it("Frames of any opcode and any reserved bits are answered, or end their own connection", async () => {
    const { running, unaffected } = await bench();
    const one = async (payload: Uint8Array, opcode: number): Promise<void> => {
      const socket = await TestSocket.welcomed(running.port, running.token({ ownerId: 7 }));
      const raw = Reflect.get(socket.native, "_socket") as Socket;
      raw.write(Buffer.concat([Buffer.from([opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]));
      if (socket.native.readyState === socket.native.OPEN) socket.native.send('{"type":"ping","id":"the end"}');
      const over = (): boolean =>
        socket.native.readyState === socket.native.CLOSED || socket.frames.some((frame) => frame.type === "ack");
      const deadline = Date.now() + 2_000;
      while (!over() && Date.now() < deadline) await new Promise(setImmediate);
      assert.ok(over(), `neither answered nor closed: ${opcode.toString(16)} ${Buffer.from(payload).toString("hex")}`);
      socket.terminate();
      running.clock.advance(1_000);
    };
    // Not a first part without its last, which may take as long as it likes.
    const opcode = fc.integer({ min: 0x81, max: 0xff });
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 120 }), opcode, one), {
      ...cases(40),
      endOnFailure: true,
    });
    await unaffected();
  });
});
