import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { it } from "node:test";
import { freePort } from "../../../daemon/database/cluster.ts";
import { onEachServer, startCluster } from "../../support/servers.ts";

await onEachServer("A server of our own", (server) => {
  it("listens elsewhere if somebody took the port that was free a moment ago, however little the server logs", async (t) => {
    const quicker = createServer().listen(0, "127.0.0.1");
    await once(quicker, "listening");
    t.after(() => quicker.close());
    const { port: taken } = quicker.address() as AddressInfo;
    const ports = [taken, await freePort()];
    const running = await startCluster(server.major, { choosePort: async () => ports.shift() ?? taken });
    t.after(() => running.remove());
    assert.notEqual(running.cluster.port, taken);
    assert.equal(ports.length, 0);
  });
});
