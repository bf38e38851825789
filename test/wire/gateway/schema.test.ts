import assert from "node:assert/strict";
import { it } from "node:test";
import { parse } from "valibot";
import { schema, type Schema } from "../../../protocol/schema.ts";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { exchange, type RawAnswer } from "../../support/raw-http.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const PATH = "/v1/schema";
const ORIGIN = "https://app.example";
const SCHEMA: Schema = {
  metrics: [
    { kind: "currency", path: ["currency"] },
    { kind: "sum", path: ["turnover"], scale: 2, unit: { currency: ["currency"] } },
  ],
  events: [{ name: "order_placed", fields: [{ name: "item", kind: "text" }] }],
};

await onEachTransport("The schema, asked for by a page", (transport) => {
  const start = () => startGateway({ transport, schema: SCHEMA, origins: [ORIGIN] });

  it("Is told to every good token, whatever owners it names", async () => {
    const { port, token } = await start();
    for (const claims of [{ ownerId: 7 }, { owners: [7, 8] }, { role: "admin" }]) {
      const answer = await exchange(port, "GET", PATH, { host: "x", authorization: `Bearer ${token(claims)}` });
      assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, "application/json"]);
      assert.deepEqual(parse(schema, JSON.parse(answer.body)), SCHEMA);
    }
  });

  it("Is told to nobody else", async () => {
    const { port, token } = await start();
    const tokens = [undefined, "Bearer nonsense", `Bearer ${token({ ownerId: "no number" })}`];
    for (const authorization of tokens) {
      const { status, headers, body } = await exchange(port, "GET", PATH, { host: "x", authorization });
      assert.deepEqual([status, body], [401, '{"error":"unauthenticated"}\n'], authorization);
      assert.equal(headers.get("www-authenticate"), "Bearer");
    }
  });

  it("Has a tag that is the same from every daemon, and a page that has it gets 304 without a body", async () => {
    const ask = async (ifNoneMatch?: string): Promise<RawAnswer> => {
      const { port, token } = await start();
      const authorization = `Bearer ${token({ ownerId: 7 })}`;
      return exchange(port, "GET", PATH, { host: "x", authorization, "if-none-match": ifNoneMatch });
    };
    const tag = (await ask()).headers.get("etag") ?? "";
    assert.match(tag, /^"[\w-]{22}"$/);
    const again = await ask(`W/"other", ${tag}`);
    assert.deepEqual([again.status, again.body, again.headers.get("etag")], [304, "", tag]);
    assert.equal((await ask('"other"')).status, 200);
  });

  it("May be read by pages of allowed origins alone, and is only read", async () => {
    const { port, token } = await start();
    const headers = { host: "x", authorization: `Bearer ${token({ ownerId: 7 })}` };
    const good = await exchange(port, "GET", PATH, { ...headers, origin: ORIGIN });
    assert.deepEqual([good.status, good.headers.get("access-control-allow-origin")], [200, ORIGIN]);
    assert.equal((await exchange(port, "GET", PATH, { ...headers, origin: "https://evil.example" })).status, 403);
    assert.equal((await exchange(port, "POST", PATH, headers)).status, 405);
    const head = await exchange(port, "HEAD", PATH, headers);
    assert.deepEqual([head.status, head.body, head.headers.get("etag")], [200, "", good.headers.get("etag")]);
  });
});
