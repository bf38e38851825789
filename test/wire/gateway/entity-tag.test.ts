import assert from "node:assert/strict";
import { it } from "node:test";
import { parse } from "valibot";
import { snapshot } from "../../../protocol/down/snapshot.ts";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { exchange, type RawAnswer } from "../../support/raw-http.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const METRICS = "/v1/topics/owner:7";

function ask({ port, token }: RunningGateway, ifNoneMatch?: string, method = "GET"): Promise<RawAnswer> {
  const authorization = `Bearer ${token({ ownerId: 7 })}`;
  return exchange(port, method, METRICS, { host: "x", authorization, "if-none-match": ifNoneMatch });
}

await onEachTransport("An owner's metrics, asked for again and again", (transport) => {
  it("A snapshot's tag names its epoch and version, and who has it gets 304 without a body", async () => {
    const running = await startGateway({ transport });
    running.publisher.documents.set("7", { count: 1 });
    const first = await ask(running);
    const { epoch, version } = parse(snapshot, JSON.parse(first.body));
    const tag = first.headers.get("etag") ?? "";
    assert.equal(tag, `W/"${epoch}.${version}"`);
    const again = await ask(running, tag);
    assert.deepEqual([again.status, again.body, again.headers.get("etag")], [304, "", tag]);
    assert.equal(again.headers.get("content-length"), undefined);
    assert.equal(again.headers.get("content-type"), undefined);
    assert.equal(again.headers.get("cache-control"), "no-store");
  });

  it("Lists, strong spellings and * are understood; other tags, other versions and nonsense get the document", async () => {
    const running = await startGateway({ transport });
    running.publisher.documents.set("7", { count: 1 });
    const tag = (await ask(running)).headers.get("etag") ?? "";
    const strong = tag.slice(2);
    for (const known of [strong, `"a", ${tag}`, `"a",${strong} , W/"b"`, "*", ` ${tag} `])
      assert.equal((await ask(running, known)).status, 304, known);
    const other = strong.replace(/\d+"$/, '99"');
    for (const unknown of [
      other,
      `W/${other}`,
      strong.slice(1, -1),
      '"*"',
      "",
      '"',
      tag.slice(0, -1),
      `"x${strong.slice(1)}`,
    ])
      assert.equal((await ask(running, unknown)).status, 200, unknown);
    running.publisher.patch("7", { count: 2 });
    running.clock.advance(50);
    const moved = await ask(running, tag);
    assert.deepEqual([moved.status, parse(snapshot, JSON.parse(moved.body)).data], [200, { count: 2 }]);
    assert.notEqual(moved.headers.get("etag"), tag);
  });

  it("HEAD says what GET would, without the body", async () => {
    const running = await startGateway({ transport });
    running.publisher.documents.set("7", { count: 1 });
    const [get, head] = [await ask(running), await ask(running, undefined, "HEAD")];
    assert.deepEqual([head.status, head.body], [200, ""]);
    for (const name of ["etag", "content-type", "content-length", "cache-control"])
      assert.equal(head.headers.get(name), get.headers.get(name), name);
    assert.equal((await ask(running, get.headers.get("etag"), "HEAD")).status, 304);
  });

  it("A tag opens nothing: who may not see the owner gets the same refusal with it, and stale numbers stay 503", async () => {
    const running = await startGateway({ transport });
    running.publisher.documents.set("7", { count: 1 });
    const tag = (await ask(running)).headers.get("etag") ?? "";
    const authorization = `Bearer ${running.token({ ownerId: 8 })}`;
    const asked = { host: "x", "if-none-match": tag };
    assert.equal((await exchange(running.port, "GET", METRICS, { ...asked, authorization })).status, 403);
    assert.equal((await exchange(running.port, "GET", METRICS, { ...asked, "if-none-match": "*" })).status, 401);
    running.publisher.stale("7", "database");
    assert.equal((await ask(running, tag)).status, 503);
  });
});
