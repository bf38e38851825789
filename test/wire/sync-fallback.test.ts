/** Changes of rows where no WebSocket gets through: by requests of their own. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { WebSocket } from "ws";
import { createClient } from "../../client/client.ts";
import type { WebSocketConstructor } from "../../client/environment.ts";
import { withFallback } from "../../client/fallback/with-fallback.ts";
import { createSync, type Sync } from "../../client/sync/sync.ts";
import type { PlacedBatch } from "../../daemon/writes/operator.ts";
import { BrowserTabs } from "../support/browser-tabs.ts";
import { startGateway, stopGatewaysAfterEach } from "../support/gateway.ts";
import { CHANNEL } from "../support/posts-channel.ts";

stopGatewaysAfterEach();

const noWebSocket = function (url: string, protocol: string) {
  return new WebSocket(url.replace("/v1/stream", "/nowhere"), protocol);
} as unknown as WebSocketConstructor;

function reaches(sync: Sync, wanted: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (sync.status.getSnapshot().state !== wanted) return;
      undo();
      resolve();
    };
    const undo = sync.status.subscribe(look);
    look();
  });
}

it("Changes of rows are sent by requests where no WebSocket gets through, and again where the database is away", async () => {
  const seen: PlacedBatch[] = [];
  let isAway = true;
  const server = await startGateway({
    transport: "ws",
    kinds: new Map([["room", async (key: string) => key]]),
    guarded: new Map([["room", { maySee: () => true }]]),
    writes: {
      plans: new Map([["room", CHANNEL]]),
      operate: async (_, batch) => {
        seen.push(batch);
        if (isAway) throw new Error("away");
        return batch.operations.map(({ operation: { seq, key } }) => {
          const outcome = key === "b" ? ({ outcome: "gone" } as const) : ({ outcome: "applied" } as const);
          return { client: batch.client, seq, ...outcome };
        });
      },
    },
  });
  const client = createClient({
    url: `http://127.0.0.1:${server.port}`,
    getToken: () => server.token({ sub: "ana", topics: ["room:1"] }),
    environment: { random: () => 0, WebSocket: withFallback({ WebSocket: noWebSocket }) },
  });
  const sync = createSync(client, { subject: "ana", environment: new BrowserTabs().environment });
  const stop = sync.start();
  client.connect();
  const room = sync.document("room", "1");
  room.change((edits) => edits.set("rows", "a", "title", { title: "x" }));
  while (seen.length === 0) await new Promise(setImmediate);
  assert.match(sync.status.getSnapshot().state, /pending|offline/);
  isAway = false;
  room.change((edits) => edits.set("rows", "b", "title", { title: "y" }));
  await reaches(sync, "attention");
  const [failed] = sync.failures.getSnapshot();
  assert.deepEqual([failed?.key, failed?.failure, sync.status.getSnapshot().pending], ["b", { outcome: "gone" }, 0]);
  stop();
  client.close();
});
