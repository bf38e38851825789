import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { it } from "node:test";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { memoryBytes } from "../../support/memory.ts";
import { rawSubscriber } from "../../support/raw-subscriber.ts";
import { stalledStream } from "../../support/stalled-stream.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const READERS = 300;
const EVENTS = 4_900;
/** An event frame has some 1,200 bytes; all of them are more than the kernel keeps for a socket. */
const FILLER = "x".repeat(1_000);
/** The high-water mark, one frame, and what a socket and its buffers take beside them, on both ends. */
const BYTES_OF_EACH = 512 * 1024;
/** All of them have one address and one bearer here. */
const LIMITS = { requestsPerSecondPerAddress: READERS, requestsPerSecond: READERS };
const BODIES = { WebSockets: rawWebSocket, "streams of server-sent events": eventStream };

await onEachTransport("One statement that makes 4,900 events for an owner", (transport) => {
  for (const [kind, open] of Object.entries(BODIES)) {
    it(`Costs each of its silent ${kind} the high-water mark and one frame, and its other readers lose nothing`, async () => {
      const running = await startGateway({ transport, tooSlowMs: 3_600_000, limits: LIMITS });
      running.publisher.documents.set("7", {});
      const reader = await TestSocket.welcomed(running.port, running.token({ ownerId: 7 }));
      await reader.subscribe("7");
      // Warms the allocators up.
      await happen(running, reader, "first");
      const silent = await Promise.all(Array.from({ length: READERS }, () => open(running)));
      const before = memoryBytes();
      await happen(running, reader, "second");
      const grown = memoryBytes() - before;
      assert.ok(grown < READERS * BYTES_OF_EACH, `grew by ${grown / READERS} bytes for each`);
      assert.equal(running.gateway.connections, READERS + 1, "a silent one was cut, not skipped");
      for (const socket of silent) socket.destroy();
    });
  }
});

async function happen({ publisher, clock }: RunningGateway, reader: TestSocket, round: string): Promise<void> {
  clock.advance(50);
  publisher.commit(
    "7",
    Array.from({ length: EVENTS }, (_, at) => `${round}-${at}-${FILLER}`),
  );
  const wanted = `${round}-${EVENTS - 1}-`;
  let seen = 0;
  for (let last = ""; !last.startsWith(wanted); seen += 1)
    last = (await reader.nextEvent("made")).data["name"] as string;
  assert.equal(seen, EVENTS);
  reader.forget();
}

function eventStream({ port, token }: RunningGateway): Promise<Socket> {
  return stalledStream(port, token({ ownerId: 7 }));
}

async function rawWebSocket({ port, token }: RunningGateway): Promise<Socket> {
  const socket = await rawSubscriber(port, token({ ownerId: 7 }));
  socket.pause();
  return socket;
}
