/** Connections that are only held: whoever opens thousands of them must have to open them again and again. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { rawHandshake } from "../../support/raw-websocket.ts";
import { TestSocket } from "../../support/socket.ts";
import { availableTransports } from "../../support/transports.ts";

stopGatewaysAfterEach();

const OF_EACH = 50;
const PATIENCE_MS = 15_000;
const PAGE_BYTES = 4 * 1024 * 1024;

interface Way {
  readonly what: string;
  readonly first: (token: string) => string;
  /** Sends a byte every second, whatever the daemon says. */
  readonly trickles: boolean;
}

const WAYS: readonly Way[] = [
  { what: "that says nothing", first: () => "", trickles: false },
  { what: "whose headers never end", first: () => "GET /livez HTTP/1.1\r\nhost: x\r\nx: ", trickles: true },
  {
    what: "whose body never ends",
    first: () => "POST /livez HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n",
    trickles: true,
  },
  {
    what: "whose operations never end",
    first: () => "POST /v1/sync HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n",
    trickles: true,
  },
  {
    what: "whose chunk never ends",
    first: () => "GET /livez HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3e8\r\n",
    trickles: true,
  },
  { what: "of WebSocket without a token, which takes no leave", first: () => rawHandshake(), trickles: false },
];
/** Several answers that are more than the kernel keeps for a reader. */
const BLIND: Way = {
  what: "that reads no answer",
  first: () => "GET / HTTP/1.1\r\nhost: x\r\n\r\n".repeat(5),
  trickles: false,
};
const DEAF: Way = { what: "of WebSocket that answers no ping", first: (token) => rawHandshake(token), trickles: false };

it("A connection that is only held is let go within 15 s, on each transport, and others go on", async (test) => {
  const pageDir = await mkdtemp(join(tmpdir(), "deltad-page-"));
  test.after(() => rm(pageDir, { recursive: true }));
  await writeFile(join(pageDir, "index.html"), Buffer.alloc(PAGE_BYTES));
  // The libraries' own timers count, so all wait at once.
  const holding = (await availableTransports()).flatMap((transport) => [
    hold(WAYS, OF_EACH, { transport }),
    hold([DEAF], OF_EACH, { transport, idleTimeoutMs: 8_000 }),
    hold([BLIND], 2, { transport, pageDir }),
  ]);
  const benches = await Promise.all(holding);
  const held = benches.flatMap(({ connections }) => connections);
  const trickle = setInterval(() => {
    for (const { socket, way } of held) if (way.trickles && socket.writable) socket.write("x");
  }, 1_000);
  let patience: NodeJS.Timeout | undefined;
  const over = new Promise((resolve) => (patience = setTimeout(resolve, PATIENCE_MS)));
  const [blind, others] = [held.filter(({ way }) => way === BLIND), held.filter(({ way }) => way !== BLIND)];
  await Promise.race([Promise.all(others.map(({ ended }) => ended)), over]);
  for (const { socket } of blind) socket.resume();
  await Promise.race([Promise.all(blind.map(({ ended }) => ended)), over]);
  clearInterval(trickle);
  clearTimeout(patience);
  const left = held.filter(({ socket }) => !socket.readableEnded && !socket.destroyed);
  const served = blind.filter(({ socket }) => socket.bytesRead > 5 * PAGE_BYTES);
  for (const { socket } of held) socket.destroy();
  const names = [...left, ...served].map(({ way, transport }) => `one ${way.what}, on ${transport}`);
  assert.deepEqual(new Set(names), new Set());
  for (const { other } of benches) await other.settle();
});

type GatewayParts = Parameters<typeof startGateway>[0];

interface Held {
  readonly transport: "uws" | "ws";
  readonly way: Way;
  readonly socket: Socket;
  /** The daemon has ended it. */
  readonly ended: Promise<void>;
}

interface Bench {
  readonly connections: readonly Held[];
  /** Does all that it should. */
  readonly other: TestSocket;
}

async function hold(ways: readonly Way[], ofEach: number, options: GatewayParts): Promise<Bench> {
  const { port, token, clock, listening } = await startGateway(options);
  const other = await TestSocket.welcomed(port, token({ ownerId: 7 }));
  const wayOfEach = ways.flatMap((way) => Array.from({ length: ofEach }, () => way));
  const connections = await Promise.all(
    wayOfEach.map(async (way) => {
      const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      socket.on("error", () => {});
      const ended = new Promise<void>((resolve) => socket.once("end", resolve).once("close", resolve));
      await once(socket, "connect");
      const first = way.first(token({ ownerId: 7 }));
      socket.write(first);
      if (first.includes("websocket")) await once(socket, "data");
      if (way !== BLIND) socket.resume();
      return { transport: listening.transport, way, socket, ended };
    }),
  );
  clock.advance(5_000);
  const askedAt = performance.now();
  await other.settle();
  assert.ok(performance.now() - askedAt < 5_000, "another client waited");
  return { connections, other };
}
