import assert from "node:assert/strict";
import { it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { WebSocket } from "ws";
import { createClient } from "../../client/client.ts";
import { startGateway, stopGatewaysAfterEach } from "../support/gateway.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { eventually } from "../support/real-time.ts";
import { onEachTransport } from "../support/transports.ts";

const TIMES = 1_000;
const WARM_UP = 250;
/** The heap grows by some 700 kB while the code warms up, and then no more; a thousand of the client's sessions weigh 4 MB. */
const NOISE_BYTES = 1_500_000;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

stopGatewaysAfterEach();

await onEachTransport("A thousand times connect and close", (transport) => {
  it("leaves heap, sockets, timers and listeners on both sides as they were", async () => {
    const server = await startGateway({ transport });
    server.publisher.documents.set("1", { revenue: { today: "1.00" } });
    const clock = new ManualClock();
    const wakers = new Set<() => void>();
    const client = createClient({
      url: `http://127.0.0.1:${server.port}`,
      getToken: () => server.token({ ownerId: 1 }),
      environment: {
        WebSocket,
        now: clock.now,
        setTimeout: clock.setTimeout,
        clearTimeout: clock.clearTimeout,
        onWake: (listener) => {
          wakers.add(listener);
          return () => wakers.delete(listener);
        },
      },
    });
    const owner = client.owner("1");

    async function connectAndClose(): Promise<void> {
      await new Promise<void>((resolve) => {
        const undo = owner.subscribe(() => {
          if (owner.getSnapshot().connection.state !== "live") return;
          undo();
          resolve();
        });
        client.connect();
      });
      client.close();
    }
    /** The server has noticed that everybody left, and forgotten them. */
    async function settled() {
      await eventually("all to leave", () => sockets() === 0, { everyMs: 5 });
      server.clock.advance(120_000);
      // What the test's own instruments wrote down.
      for (const record of [server.logged, server.publisher.watched, server.publisher.unwatched]) record.length = 0;
      for (let pass = 0; pass < 4; pass += 1) {
        collectGarbage();
        await new Promise(setImmediate);
      }
      return {
        held: [clock.pending, server.clock.pending, wakers.size],
        heapBytes: process.memoryUsage().heapUsed,
      };
    }

    for (let round = 0; round < WARM_UP; round += 1) await connectAndClose();
    const before = await settled();
    for (let round = 0; round < TIMES; round += 1) await connectAndClose();
    const after = await settled();
    assert.deepEqual(after.held, before.held);
    const grownBytes = after.heapBytes - before.heapBytes;
    assert.ok(grownBytes < NOISE_BYTES, `${grownBytes} bytes more`);
  });
});

/** Open TCP connections of this process, of either side. */
function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
}
