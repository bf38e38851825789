import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { it } from "node:test";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const FILLER = "x".repeat(60_000);

/** A reader of owner 7's stream that has its snapshot and reads nothing after it. */
async function stalled({ port, token }: RunningGateway): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.setEncoding("utf8");
  socket.on("error", () => {});
  socket.write(
    `GET /v1/stream HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\nauthorization: Bearer ${token({ ownerId: 7 })}\r\n\r\n`,
  );
  for (let text = ""; !text.includes('"snapshot"'); ) text += String((await once(socket, "data"))[0]);
  socket.pause();
  return socket;
}

/** So many changes of 60 KB; `between` lets the daemon send. */
async function change(
  { publisher, clock }: RunningGateway,
  changes: number,
  between: () => Promise<void>,
): Promise<void> {
  for (let count = 0; count < changes; count++) {
    clock.advance(50);
    publisher.patch("7", { count, filler: `${count}${FILLER}` });
    if (count % 20 === 0) await between();
  }
}

await onEachTransport("A slow reader of server-sent events", (transport) => {
  it("Gets one snapshot when it has drained, and goes on from there; another is not delayed", async () => {
    const running = await startGateway({ transport });
    running.publisher.documents.set("7", { filler: FILLER });
    const slow = await stalled(running);
    const other = await TestSocket.welcomed(running.port, running.token({ ownerId: 8 }));
    await change(running, 400, () => other.settle());
    let text = "";
    slow.on("data", (data: string) => (text += data));
    slow.resume();
    while (!text.includes('"count":399')) await once(slow, "data");
    assert.equal(text.match(/"type":"snapshot"/g)?.length, 1);
    running.clock.advance(50);
    running.publisher.patch("7", { count: 400 });
    while (!text.includes('"count":400')) await once(slow, "data");
    assert.match(text.slice(-400), /"type":"metrics_updated"/);
    assert.ok((text.match(/"type":"metrics_updated"/g)?.length ?? 0) < 400);
    assert.equal(running.gateway.connections, 2);
    slow.destroy();
  });

  it("Is ended when it stays blocked for 30 s, and holds nothing then", async () => {
    const running = await startGateway({ transport });
    running.publisher.documents.set("7", { filler: FILLER });
    const slow = await stalled(running);
    const other = await TestSocket.welcomed(running.port, running.token({ ownerId: 8 }));
    await change(running, 400, () => other.settle());
    assert.equal(running.gateway.connections, 2);
    running.clock.advance(30_000);
    assert.equal(running.gateway.connections, 1);
    assert.match(running.logged.join("\n"), /4008/);
    slow.destroy();
  });
});
