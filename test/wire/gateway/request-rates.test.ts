/** How often may be asked by HTTP. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { exchange, type RawAnswer } from "../../support/raw-http.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const PAGE = "https://app.example";

await onEachTransport("Requests by HTTP", (transport) => {
  const trustedProxies = ["127.0.0.0/8"];
  const start = async (limits: object) => {
    const running = await startGateway({ transport, trustedProxies, limits, origins: [PAGE] });
    running.publisher.documents.set("7", { name: "seven" });
    running.publisher.documents.set("8", { name: "eight" });
    const ask = (path: string, token: string, address: string): Promise<RawAnswer> =>
      exchange(running.port, "GET", path, {
        host: "x",
        origin: PAGE,
        authorization: `Bearer ${token}`,
        "x-forwarded-for": address,
      });
    return { ...running, ask };
  };

  it("One bearer asks twice as often as its rate at once, whatever the address, the token and the path; others go on", async () => {
    const { ask, token, clock, gateway } = await start({ requestsPerSecond: 2 });
    const tokens = ["a", "b"].map((jti) => token({ ownerId: 7, sub: "seven", jti }));
    const statuses: number[] = [];
    for (const path of ["/v1/topics/owner:7", "/v1/schema", "/v1/topics/owner:8", "/v1/topics/owner:7", "/v1/schema"]) {
      const own: string = tokens[statuses.length % 2] ?? "";
      statuses.push((await ask(path, own, `198.51.100.${statuses.length}`)).status);
    }
    assert.deepEqual(statuses, [200, 200, 403, 200, 429]);
    const refused = await ask("/v1/stream", tokens[0] ?? "", "198.51.100.1");
    assert.equal(refused.status, 426, "nothing was asked for");
    const said = await ask("/v1/topics/owner:7", tokens[0] ?? "", "198.51.100.1");
    assert.deepEqual([said.status, said.body.trim()], [429, '{"error":"too_many_requests"}']);
    assert.deepEqual([said.headers.get("retry-after"), said.headers.get("access-control-allow-origin")], ["1", PAGE]);
    assert.equal((await ask("/v1/topics/owner:8", token({ ownerId: 8 }), "198.51.100.1")).status, 200);
    assert.equal(gateway.counters.read().requests, 2);
    clock.advance(1_000);
    for (const status of [200, 200, 429]) assert.equal((await ask("/v1/schema", tokens[0] ?? "", "x")).status, status);
  });

  it("An administrator asks as often as it likes", async () => {
    const { ask, token } = await start({ requestsPerSecond: 1 });
    const admin = token({ role: "admin" });
    for (let count = 0; count < 10; count++) assert.equal((await ask("/v1/topics/owner:7", admin, "x")).status, 200);
  });

  it("One address asks twice as often as its rate at once, with any token or none, and is not asked for its token after that", async () => {
    const { ask, token, gateway, clock } = await start({ requestsPerSecondPerAddress: 2 });
    const address = "198.51.100.1";
    const statuses: number[] = [];
    for (const own of [token({ ownerId: 7 }), "forged", token({ ownerId: 8 }), "", token({ ownerId: 7 }), "forged"])
      statuses.push((await ask("/v1/topics/owner:7", own, address)).status);
    assert.deepEqual(statuses, [200, 401, 403, 401, 429, 429]);
    assert.equal((await ask("/livez", "", address)).status, 200);
    assert.equal((await ask("/v1/topics/owner:7", token({ ownerId: 7 }), "198.51.100.2")).status, 200);
    assert.equal(gateway.counters.read().requestsPerAddress, 2);
    clock.advance(500);
    assert.equal((await ask("/v1/topics/owner:7", token({ ownerId: 7 }), address)).status, 200);
  });
});
