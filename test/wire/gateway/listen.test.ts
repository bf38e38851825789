import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { it } from "node:test";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const HAS_IPV6 = Object.values(networkInterfaces()).some((own) => own?.some(({ address }) => address === "::1"));
const NO_IPV6 = HAS_IPV6 ? false : "this machine has no ::1";

await onEachTransport("Listening", (transport) => {
  it("A busy port is the operator's mistake, and the line says what to do; two never share one", async () => {
    const { port } = await startGateway({ transport });
    for (const other of [transport, "ws"] as const) {
      await assert.rejects(startGateway({ transport: other, port }), (error: Error) => {
        assert.ok(error instanceof ConfigError);
        assert.equal(
          error.message,
          `port ${port} on 127.0.0.1 is taken: stop what uses it, or choose another with DELTAD_PORT`,
        );
        return true;
      });
    }
  });

  it("An address that isn't this machine's is said so", async () => {
    await assert.rejects(startGateway({ transport, host: "192.0.2.1" }), /DELTAD_HOST/);
  });

  it("On IPv6 it serves HTTP, event streams and WebSockets, for pages of its own, and counts by network", {
    skip: NO_IPV6,
  }, async () => {
    const limits = { maxConnectionsPerAddress: 2 };
    const { port, token, publisher } = await startGateway({ transport, host: "::1", limits });
    publisher.documents.set("7", { name: "seven" });
    const authorization = `Bearer ${token({ ownerId: 7 })}`;
    const url = `http://[::1]:${port}`;
    const headers = { authorization, origin: url };
    assert.equal((await fetch(`${url}/livez`)).status, 200);
    const topic = await fetch(`${url}/v1/topics/owner:7`, { headers });
    assert.deepEqual([topic.status, topic.headers.get("access-control-allow-origin")], [200, url]);
    const stream = await fetch(`${url}/v1/stream`, { headers: { ...headers, accept: "text/event-stream" } });
    assert.equal(stream.status, 200);
    const socket = new TestSocket(port, { at: "[::1]", headers });
    await socket.next("welcome");
    assert.deepEqual((await socket.subscribe("7")).data, { name: "seven" });
    assert.equal((await new TestSocket(port, { at: "[::1]", headers }).closed).code, 4429);
    await stream.body?.cancel();
  });

  it("On all addresses it serves IPv4 too, and counts that as IPv4", { skip: NO_IPV6 }, async () => {
    const limits = { maxConnectionsPerAddress: 1 };
    const running = await startGateway({ transport, host: "::", limits, trustedProxies: ["127.0.0.1", "::1"] });
    const from = (at: string, client: string): TestSocket =>
      new TestSocket(running.port, {
        at,
        headers: { authorization: `Bearer ${running.token({ ownerId: 7 })}`, "x-forwarded-for": client },
      });
    await from("127.0.0.1", "198.51.100.1").next("welcome");
    await from("[::1]", "2001:db8::1").next("welcome");
    assert.equal((await from("[::1]", "198.51.100.1").closed).code, 4429);
    assert.equal((await from("127.0.0.1", "2001:db8::ffff").closed).code, 4429);
  });

  it("The start line says which transport it is, and names the other", async () => {
    const { listening } = await startGateway({ transport });
    assert.equal(listening.transport, transport);
    assert.match(listening.reason, transport === "uws" ? /DELTAD_TRANSPORT=ws/ : /DELTAD_TRANSPORT.*uws/);
    assert.ok(listening.port > 0);
  });
});
