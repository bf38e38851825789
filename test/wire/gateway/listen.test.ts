import assert from "node:assert/strict";
import { it } from "node:test";
import { ConfigError } from "../../../daemon/config/errors.ts";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

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

  it("The start line says which transport it is, and names the other", async () => {
    const { listening } = await startGateway({ transport });
    assert.equal(listening.transport, transport);
    assert.match(listening.reason, transport === "uws" ? /DELTAD_TRANSPORT=ws/ : /DELTAD_TRANSPORT.*uws/);
    assert.ok(listening.port > 0);
  });
});
