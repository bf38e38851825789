import assert from "node:assert/strict";
import { it } from "node:test";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { exchange } from "../../support/raw-http.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const GOOD = "https://app.example";
const METRICS = "/v1/topics/owner:7";
const PREFLIGHT = { "access-control-request-method": "GET", "access-control-request-headers": "authorization" };

/** Origins that look like the allowed one, or like none. */
const OTHERS = [
  "https://app.example.evil",
  "https://evil-app.example",
  "https://app.example:8443",
  "https://app.example:443",
  "http://app.example",
  "https://APP.example",
  "https://app.example/",
  "https://xn--pp-via.example",
  "https://аpp.example",
  "null",
  "*",
];

await onEachTransport("Pages of other hosts", (transport) => {
  const start = async (): Promise<RunningGateway> => {
    const running = await startGateway({ transport, origins: [GOOD] });
    running.publisher.documents.set("7", { count: 1 });
    return running;
  };

  it("A page of an allowed origin may read an answer of /v1/, whatever the answer is", async () => {
    const { port, token } = await start();
    const authorization = `Bearer ${token({ ownerId: 7 })}`;
    const good = await exchange(port, "GET", METRICS, { host: "x", origin: GOOD, authorization });
    const bad = await exchange(port, "GET", METRICS, { host: "x", origin: GOOD });
    assert.deepEqual([good.status, bad.status], [200, 401]);
    for (const { headers } of [good, bad]) {
      assert.equal(headers.get("access-control-allow-origin"), GOOD);
      assert.equal(headers.get("access-control-allow-credentials"), undefined);
      assert.equal(headers.get("vary"), "origin");
      assert.match(headers.get("access-control-expose-headers") ?? "", /etag/);
    }
  });

  it("A preflight of an allowed origin allows what clients send, and asks for no token", async () => {
    const { port } = await start();
    for (const path of [METRICS, "/v1/stream"]) {
      const { status, headers, body } = await exchange(port, "OPTIONS", path, {
        host: "x",
        origin: GOOD,
        ...PREFLIGHT,
      });
      assert.deepEqual([status, body], [200, ""]);
      assert.equal(headers.get("access-control-allow-origin"), GOOD);
      assert.equal(headers.get("access-control-allow-methods"), "GET, HEAD, POST");
      for (const name of ["authorization", "if-none-match", "last-event-id"])
        assert.ok(headers.get("access-control-allow-headers")?.includes(name), name);
    }
  });

  it("A page of any other origin is refused with 403, by preflight and by request, with or without a token", async () => {
    const { port, token } = await start();
    const authorization = `Bearer ${token({ ownerId: 7 })}`;
    for (const origin of OTHERS) {
      for (const answer of [
        await exchange(port, "GET", METRICS, { host: "x", origin, authorization }),
        await exchange(port, "OPTIONS", METRICS, { host: "x", origin, ...PREFLIGHT }),
      ]) {
        assert.deepEqual([answer.status, answer.body], [403, '{"error":"origin"}\n'], origin);
        assert.equal(answer.headers.get("access-control-allow-origin"), undefined, origin);
      }
    }
  });

  it("The daemon's own page, and who is no browser, are answered; outside /v1/ nothing is shared", async () => {
    const { port, token } = await start();
    const headers = { host: `127.0.0.1:${port}`, authorization: `Bearer ${token({ ownerId: 7 })}` };
    const own = await exchange(port, "GET", METRICS, { ...headers, origin: `http://127.0.0.1:${port}` });
    assert.equal(own.headers.get("access-control-allow-origin"), `http://127.0.0.1:${port}`);
    const none = await exchange(port, "GET", METRICS, headers);
    assert.deepEqual(
      [none.headers.get("access-control-allow-origin"), none.headers.get("vary")],
      [undefined, "origin"],
    );
    const live = await exchange(port, "GET", "/livez", { host: "x", origin: GOOD });
    assert.equal(live.headers.get("access-control-allow-origin"), undefined);
  });
});
