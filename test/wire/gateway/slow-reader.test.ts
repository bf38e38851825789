import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { it } from "node:test";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { memoryBytes } from "../../support/memory.ts";
import { rawSubscriber } from "../../support/raw-subscriber.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const FILLER = "x".repeat(60_000);

await onEachTransport("A slow reader", (transport) => {
  it("L7 A slow subscriber costs bounded memory and never delays another", async () => {
    const running = await startGateway({ transport, tooSlowMs: 3_600_000 });
    const { publisher, port, token } = running;
    publisher.documents.set("7", { filler: FILLER });
    const reader = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    await reader.subscribe("7");
    const sleeper = await neverReads(running);
    // The first part warms the allocators up and fills the kernel's buffers; then 180 MB go to the reader.
    await follow(running, reader, 600);
    const before = memoryBytes();
    await follow(running, reader, 3_000);
    const grown = memoryBytes() - before;
    assert.ok(grown < 90_000_000, `grew by ${grown} bytes`);
    assert.equal(running.gateway.connections, 2, "the sleeper was cut, not skipped");
    sleeper.destroy();
  });

  it("A reader that stalled gets one snapshot when it has drained, and goes on from there", async () => {
    const { publisher, clock, port, token } = await startGateway({ transport });
    publisher.documents.set("7", { filler: FILLER });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    await socket.subscribe("7");
    const probe = await TestSocket.welcomed(port, token({ ownerId: 8 }));
    socket.native.pause();
    for (let count = 0; count < 400; count++) {
      clock.advance(50);
      publisher.patch("7", { count, filler: `${count}${FILLER}` });
      if (count % 20 === 0) await probe.settle();
    }
    socket.native.resume();
    const snapshot = await socket.next("snapshot");
    assert.equal(snapshot.data["count"], 399);
    clock.advance(50);
    publisher.patch("7", { count: 400 });
    const update = await socket.next("metrics_updated");
    while (update.data["count"] !== 400) Object.assign(update, await socket.next("metrics_updated"));
    assert.equal(update.previous, snapshot.version);
    assert.equal(socket.frames.filter((frame) => frame.type === "snapshot").length, 2);
    assert.ok(socket.frames.length < 400);
  });

  it("What a stalled reader asked for, and that its owner went stale, is told when it has drained", async () => {
    const { publisher, clock, port, token, gateway } = await startGateway({ transport });
    publisher.documents.set("7", { filler: FILLER });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    await socket.subscribe("7");
    socket.native.pause();
    for (let count = 0; count < 400; count++) {
      clock.advance(50);
      publisher.patch("7", { count, filler: `${count}${FILLER}` });
    }
    publisher.stale("7", "database");
    socket.say({ type: "snapshot", id: "asked", topic: "owner:7" });
    const probe = await TestSocket.welcomed(port, token({ ownerId: 8 }));
    await probe.settle();
    socket.native.resume();
    const snapshot = await socket.next("snapshot");
    assert.deepEqual([snapshot.id, snapshot.data["count"]], ["asked", 399]);
    assert.equal((await socket.next("stale")).reason, "database");
    assert.equal(gateway.connections, 2);
  });

  it("One that stays blocked for 30 s is closed", async () => {
    const running = await startGateway({ transport });
    const { publisher, clock, gateway, logged } = running;
    publisher.documents.set("7", { filler: FILLER });
    const sleeper = await neverReads(running);
    for (let count = 0; count < 400; count++) {
      clock.advance(50);
      publisher.patch("7", { filler: `${count}${FILLER}` });
    }
    assert.equal(gateway.connections, 1);
    clock.advance(30_000);
    assert.equal(gateway.connections, 0);
    assert.match(logged.join("\n"), /4008/);
    sleeper.destroy();
  });
});

/** A subscriber of owner 7 that reads nothing after the handshake. */
async function neverReads({ port, token, gateway, publisher }: RunningGateway): Promise<Socket> {
  const before = gateway.connections;
  const socket = await rawSubscriber(port, token({ ownerId: 7 }));
  socket.pause();
  assert.equal(gateway.connections, before + 1);
  assert.ok(publisher.watched.includes("7"));
  return socket;
}

/** Publishes so many changes of 60 KB and sees each arrive soon. */
async function follow({ publisher, clock }: RunningGateway, reader: TestSocket, changes: number): Promise<void> {
  for (let count = 0; count < changes; count++) {
    clock.advance(50);
    publisher.patch("7", { count, filler: `${count}${FILLER}` });
    const started = performance.now();
    assert.equal((await reader.next("metrics_updated")).data["count"], count);
    assert.ok(performance.now() - started < 5_000, "the reader waited");
    reader.forget();
  }
}
