import assert from "node:assert/strict";
import { once } from "node:events";
import { it } from "node:test";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { stalledStream } from "../../support/stalled-stream.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const FILLER = "x".repeat(60_000);

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
    const slow = await stalledStream(running.port, running.token({ ownerId: 7 }));
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
    const slow = await stalledStream(running.port, running.token({ ownerId: 7 }));
    const other = await TestSocket.welcomed(running.port, running.token({ ownerId: 8 }));
    await change(running, 400, () => other.settle());
    assert.equal(running.gateway.connections, 2);
    running.clock.advance(30_000);
    assert.equal(running.gateway.connections, 1);
    assert.match(running.logged.join("\n"), /4008/);
    slow.destroy();
  });
});
