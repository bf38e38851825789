/** More of anything than a client needs: parts of a message, pings, messages, connections. It ends, and nobody else notices. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { exchange } from "../../support/raw-http.ts";
import { rawFrame, rawWebSocket } from "../../support/raw-websocket.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const MANY = 1_000_000;
const AT_ONCE = 1_000;
/** Of the kernel's buffers, which take some 10 MB of an answer, it is a multiple. */
const PAGE_BYTES = 32_000_000;
const FIRST_PART = rawFrame(0x01, "{");
/** Turns of the event loop from another client's question to its answer, in which they take two or three, flood or no flood. */
const MOST_TURNS = 50;
/** Far less than so many frames would take. */
const FLAT_BYTES = 48 * 1024 * 1024;

await onEachTransport("A flood", (transport) => {
  for (const [what, part] of [
    ["empty parts", rawFrame(0x00)],
    ["parts of one byte", rawFrame(0x00, " ")],
  ] as const) {
    it(`Of ${what} of one message takes no memory and delays nobody`, async () => {
      const running = await startGateway({ transport });
      const socket = await rawWebSocket(running.port, running.token({ ownerId: 7 }));
      socket.write(FIRST_PART);
      const wasCut = await unnoticed(running, () => flood(socket, part));
      // uWebSockets.js keeps nothing of an empty part, and reads on.
      if (transport === "ws" || what !== "empty parts") assert.ok(wasCut, "it went on for ever");
      socket.destroy();
    });
  }

  it("Of pieces of one frame is cut off where they are kept; a message in pieces of one byte is served", async () => {
    const running = await startGateway({ transport });
    const socket = await rawWebSocket(running.port, running.token({ ownerId: 7 }));
    let heard = "";
    socket.on("data", (data: Buffer) => (heard += data.toString("latin1")));
    const wasCut = await unnoticed(running, async () => {
      await trickle(socket, rawFrame(0x81, '{"type":"ping","id":"in pieces"}'));
      while (!heard.includes('"in pieces"')) await once(socket, "data");
      return trickle(socket, rawFrame(0x81, " ".repeat(3_000)).subarray(0, 2_500));
    });
    assert.equal(wasCut, transport === "ws");
    socket.destroy();
  });

  it("Of pings is closed with 4429 like one of messages, and pongs that nobody reads are not kept", async () => {
    const running = await startGateway({ transport });
    const { port, token, gateway } = running;
    const polite = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    for (let count = 0; count < 40; count++) polite.native.ping();
    assert.equal((await polite.closed).code, 4429);
    const deaf = await rawWebSocket(port, token({ ownerId: 7 }));
    deaf.pause();
    await unnoticed(running, () => flood(deaf, rawFrame(0x89, "x".repeat(125))));
    assert.equal(gateway.counters.read().tooManyMessages, 2);
    deaf.destroy();
  });

  it("Of pongs that nobody asked for takes no memory and delays nobody", async () => {
    const running = await startGateway({ transport });
    const socket = await rawWebSocket(running.port, running.token({ ownerId: 7 }));
    await unnoticed(running, () => flood(socket, rawFrame(0x8a)));
    socket.destroy();
  });

  it("Of requests for the page whose answers nobody reads takes no memory", async (test) => {
    const pageDir = await mkdtemp(join(tmpdir(), "deltad-page-"));
    test.after(() => rm(pageDir, { recursive: true }));
    await writeFile(join(pageDir, "index.html"), Buffer.alloc(PAGE_BYTES));
    const running = await startGateway({ transport, pageDir });
    const sockets = Array.from({ length: 6 }, () => connect(running.port, "127.0.0.1").pause());
    for (const socket of sockets) socket.on("error", () => {});
    const before = process.memoryUsage.rss();
    await unnoticed(running, async () => {
      // uWebSockets.js ends a connection that asks again before it has its answer: those that ask once get theirs.
      for (const [index, socket] of sockets.entries()) {
        socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n".repeat(index === 0 ? 1_000 : 1));
      }
      // Three answers of another connection: by then all has been read.
      for (let count = 0; count < 3; count++) await exchange(running.port, "GET", "/livez", { host: "x" });
    });
    const grown = process.memoryUsage.rss() - before;
    assert.ok(grown < FLAT_BYTES, `the process grew by ${grown} bytes`);
    for (const socket of sockets) socket.destroy();
  });

  it("Of connections, with tokens and without, and of messages is refused, and others are answered as soon as ever", async () => {
    const limits = { maxConnectionsPerAddress: 50, maxUnauthenticatedPerAddress: 20 };
    const running = await startGateway({ transport, trustedProxies: ["127.0.0.0/8"], limits });
    const { port, token, gateway } = running;
    const authorization = `Bearer ${token({ ownerId: 7 })}`;
    const crowd = { authorization, "x-forwarded-for": "198.51.100.1" };
    const loud = { authorization, "x-forwarded-for": "198.51.100.2" };
    const silent = { "x-forwarded-for": "198.51.100.3" };
    for (let count = 0; count < limits.maxConnectionsPerAddress; count++) {
      await new TestSocket(port, { headers: crowd }).next("welcome");
    }
    const one = async (index: number): Promise<number> => {
      const headers = [crowd, loud, silent][index % 3] ?? silent;
      const socket = await new TestSocket(port, { headers }).opened();
      if (headers === loud) for (let count = 0; count < 60; count++) socket.say({ type: "ping", id: "x" });
      return (await socket.closed).code;
    };
    const codes = await unnoticed(running, () => Promise.all(Array.from({ length: 180 }, (_, index) => one(index))));
    assert.deepEqual(new Set(codes), new Set([4408, 4429]));
    const { connectionsPerAddress, unauthenticatedPerAddress, tooManyMessages } = gateway.counters.read();
    assert.ok(connectionsPerAddress >= 60 && unauthenticatedPerAddress > 0 && tooManyMessages > 0);
  });
});

/** Sends the frame again and again, of which the process must not grow. True if the connection ended meanwhile. */
async function flood(socket: Socket, frame: Buffer): Promise<boolean> {
  const before = process.memoryUsage.rss();
  const frames = Buffer.concat(Array.from({ length: AT_ONCE }, () => frame));
  for (let sent = 0; sent < MANY && socket.writable; sent += AT_ONCE) {
    if (socket.write(frames)) await new Promise(setImmediate);
    else await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => {});
  }
  const grown = process.memoryUsage.rss() - before;
  assert.ok(grown < FLAT_BYTES, `the process grew by ${grown} bytes`);
  return !socket.writable;
}

/** Sends each byte by itself. True if the connection ended meanwhile. */
async function trickle(socket: Socket, bytes: Buffer): Promise<boolean> {
  socket.setNoDelay();
  for (let sent = 0; sent < bytes.length && socket.writable; sent++) {
    socket.write(bytes.subarray(sent, sent + 1));
    await new Promise(setImmediate);
  }
  return !socket.writable;
}

/** Does the work while somebody else, who asks all the time, is answered within {@link MOST_TURNS}: the flood has its share of each turn, no more. */
async function unnoticed<T>({ port, token, clock }: RunningGateway, work: () => Promise<T>): Promise<T> {
  const other = await TestSocket.welcomed(port, token({ ownerId: 8 }));
  await other.settle();
  let isOver = false;
  const working = work().finally(() => (isOver = true));
  while (!isOver) {
    clock.advance(100);
    let turns = 0;
    let isAnswered = false;
    const answered = other.settle().finally(() => (isAnswered = true));
    for (; !isAnswered && turns < MOST_TURNS; turns += 1) await new Promise(setImmediate);
    assert.ok(turns < MOST_TURNS, "another client waited");
    await answered;
  }
  other.terminate();
  return working;
}
