import assert from "node:assert/strict";
import { it } from "node:test";
import { TestEventStream } from "../../support/event-stream.ts";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { exchange } from "../../support/raw-http.ts";
import { eventually } from "../../support/real-time.ts";
import { TestSocket } from "../../support/socket.ts";
import { token as tokenAt } from "../../support/tokens.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

function follow(running: RunningGateway, claims: object, query = "", lastEventId?: string): Promise<TestEventStream> {
  const authorization = `Bearer ${running.token(claims)}`;
  const resumed = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  return TestEventStream.open(running.port, query, { authorization, ...resumed });
}

/** A look-up of owners that has begun once somebody asks, and is done when the test answers. */
function heldLookup() {
  let begin = (): void => {};
  let answer = (): void => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const canonicalKey = async (id: string): Promise<string> => {
    begin();
    await answered;
    return id;
  };
  return { canonicalKey, begun, answer };
}

await onEachTransport("Server-sent events", (transport) => {
  it("Are the frames of a WebSocket, byte for byte, each with the id to resume from", async () => {
    const running = await startGateway({ transport });
    const { publisher, clock, port, token } = running;
    publisher.documents.set("7", { count: 1, name: "line\nbreak" });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    await socket.subscribe("7");
    const stream = await follow(running, { ownerId: 7 }, "?topic=owner:7");
    assert.equal(stream.response.headers.get("content-type"), "text/event-stream");
    assert.equal(stream.response.headers.get("cache-control"), "no-store");
    assert.equal(stream.response.headers.get("x-accel-buffering"), "no");
    assert.deepEqual((await stream.next("welcome")).frame.topics, ["owner:7"]);
    assert.deepEqual((await stream.next("snapshot")).frame.data, { count: 1, name: "line\nbreak" });
    clock.advance(50);
    publisher.patch("7", { count: 2 });
    const patched = await stream.next("metrics_updated");
    assert.equal(patched.id, patched.frame.cursor);
    assert.deepEqual(await socket.next("metrics_updated"), patched.frame);
    const bytes = Buffer.concat(socket.bytes).toString();
    assert.ok(stream.text.endsWith(`data: ${bytes.slice(bytes.indexOf('{"type":"metrics_updated"'))}\n\n`));
    publisher.stale("7", "database");
    assert.equal((await stream.next("stale")).frame.reason, "database");
    assert.equal(running.gateway.connections, 2);
  });

  it("Without a topic in the address all of the token's come, with one only that one", async () => {
    const running = await startGateway({ transport });
    for (const owner of ["7", "8", "9"]) running.publisher.documents.set(owner, { owner });
    const all = await follow(running, { owners: [7, 8, 9] });
    const topics = [];
    for (let count = 0; count < 3; count++) topics.push((await all.next("snapshot")).frame.topic);
    assert.deepEqual(topics.toSorted(), ["owner:7", "owner:8", "owner:9"]);
    const some = await follow(running, { owners: [7, 8, 9] }, "?topic=owner:%2008&topic=owner:9&topic=owner:9");
    assert.deepEqual(
      [(await some.next("snapshot")).frame.topic, (await some.next("snapshot")).frame.topic],
      ["owner:8", "owner:9"],
    );
    running.clock.advance(50);
    for (const owner of ["7", "8", "9"]) running.publisher.patch(owner, { moved: owner });
    await some.next("metrics_updated");
    await some.next("metrics_updated");
    assert.ok(!some.text.includes('"topic":"owner:7"'));
  });

  it("Every refusal comes as a status before the stream, the same whether the owner exists or not", async () => {
    const running = await startGateway({ transport });
    const { port, clock, token, publisher } = running;
    publisher.documents.set("8", { name: "canary" });
    const accept = "text/event-stream";
    const authorization = `Bearer ${token({ ownerId: 7 })}`;
    const bad = `Bearer ${tokenAt({ ownerId: 7 }, clock.now(), "another secret, as long as the true one is")}`;
    const expired = `Bearer ${tokenAt({ ownerId: 7 }, clock.now() - 7_200_000)}`;
    const cases: readonly (readonly [string, string, Record<string, string>, number, string])[] = [
      ["GET", "", { accept }, 401, "unauthenticated"],
      ["GET", "", { accept, authorization: bad }, 401, "unauthenticated"],
      ["GET", "", { accept, authorization: expired }, 401, "unauthenticated"],
      [
        "GET",
        `?token=${token({ ownerId: 7 })}&access_token=${token({ ownerId: 7 })}`,
        { accept },
        401,
        "unauthenticated",
      ],
      ["GET", "?topic=owner:8", { accept, authorization }, 403, "forbidden"],
      ["GET", "?topic=owner:999", { accept, authorization }, 403, "forbidden"],
      ["GET", "?topic=owner:nobody", { accept, authorization }, 403, "forbidden"],
      ["GET", "?topic=owner:7&topic=owner:8", { accept, authorization }, 403, "forbidden"],
      ["GET", "?topic=owner:", { accept, authorization }, 403, "forbidden"],
      ["GET", "", { accept, authorization: `Bearer ${token({ role: "admin" })}` }, 400, "topic_missing"],
      ["GET", "?topic=owner:x", { accept, authorization: `Bearer ${token({ role: "admin" })}` }, 404, "unknown_topic"],
      ["GET", `?${"topic=owner:7&".repeat(257)}`, { accept, authorization }, 400, "too_many_topics"],
      ["GET", "", { accept, authorization, origin: "https://evil.example" }, 403, "origin"],
      ["GET", "", { accept: "application/json, */*", authorization }, 426, "WebSocket"],
      ["HEAD", "", { accept, authorization }, 426, ""],
      ["POST", "", { accept, authorization, "content-length": "0" }, 405, "GET"],
    ];
    for (const [method, query, headers, status, word] of cases) {
      const answer = await exchange(port, method, `/v1/stream${query}`, { host: "x", ...headers });
      assert.equal(answer.status, status, `${method} ${query.slice(0, 40)} ${JSON.stringify(headers)}`);
      assert.ok(answer.body.includes(word) && !answer.body.includes("canary"), answer.body);
    }
    assert.deepEqual([publisher.watched, running.gateway.connections], [[], 0]);
  });

  it("L6 An owner's data reaches only streams whose token names that owner", async () => {
    const running = await startGateway({ transport });
    for (const owner of ["7", "8"]) running.publisher.documents.set(owner, { canary: `canary-${owner}` });
    const [seven, eight] = [await follow(running, { ownerId: 7 }), await follow(running, { ownerId: 8 })];
    await eight.next("snapshot");
    const cursorOfEight = eight.messages.at(-1)?.id;
    const resumed = await follow(running, { ownerId: 7 }, "", cursorOfEight);
    running.clock.advance(50);
    for (const owner of ["7", "8"]) running.publisher.patch(owner, { canary: `patched-canary-${owner}` });
    for (const stream of [seven, eight, resumed]) await stream.next("metrics_updated");
    for (const stream of [seven, resumed]) assert.doesNotMatch(stream.text, /canary-8|"topic":"owner:8"/);
    assert.doesNotMatch(eight.text, /canary-7|"topic":"owner:7"/);
  });

  it("Expiry ends the stream at the token's instant and the leeway, on idle streams too, and says so", async () => {
    const running = await startGateway({ transport });
    running.publisher.documents.set("7", { count: 1 });
    const stream = await follow(running, { ownerId: 7 });
    await stream.next("snapshot");
    running.clock.advance(3_609_999);
    assert.equal(running.gateway.connections, 1);
    running.clock.advance(1);
    assert.equal((await stream.ended())?.code, 4010);
    assert.equal(running.gateway.connections, 0);
  });

  it("Streams count as connections: one too many of an owner ends with 4429", async () => {
    const running = await startGateway({ transport, limits: { maxConnectionsPerTopic: 1 } });
    const first = await follow(running, { ownerId: 7 });
    await first.next("welcome");
    const second = await follow(running, { ownerId: 7 });
    assert.equal((await second.ended())?.code, 4429);
    assert.equal(running.gateway.connections, 1);
  });

  it("A token that is revoked ends its streams", async () => {
    const running = await startGateway({ transport });
    const [bad, good] = [await follow(running, { ownerId: 7, jti: "bad" }), await follow(running, { ownerId: 7 })];
    await bad.next("welcome");
    await good.next("welcome");
    running.gateway.endRevoked(({ id }) => id === "bad");
    assert.equal((await bad.ended())?.code, 4401);
    assert.equal(running.gateway.connections, 1);
  });

  it("Heartbeats come on idle streams", async () => {
    const running = await startGateway({ transport });
    const stream = await follow(running, { ownerId: 7 });
    await stream.next("welcome");
    running.clock.advance(15_000);
    await stream.next("heartbeat");
    running.clock.advance(30_000);
    await stream.next("heartbeat");
  });

  it("A drain says bye, ends the stream with 1012, and refuses new ones", async () => {
    const running = await startGateway({ transport });
    running.publisher.documents.set("7", { count: 1 });
    const stream = await follow(running, { ownerId: 7 });
    await stream.next("snapshot");
    const drained = running.gateway.drain();
    assert.equal((await stream.next("bye")).frame.retryMs.length, 2);
    assert.equal((await stream.ended())?.code, 1012);
    assert.equal(running.gateway.connections, 0);
    running.clock.advance(500);
    await drained;
  });

  it("A stream that a drain overtakes ends at once with 1012", async () => {
    const { canonicalKey, begun, answer } = heldLookup();
    const running = await startGateway({ transport, kinds: new Map([["owner", canonicalKey]]) });
    const opening = follow(running, { ownerId: 7 });
    await begun;
    await running.gateway.drain();
    answer();
    const stream = await opening;
    assert.equal((await stream.ended())?.code, 1012);
    assert.deepEqual([stream.messages, running.gateway.connections], [[], 0]);
  });

  it("Who leaves leaves nothing behind", async () => {
    const running = await startGateway({ transport });
    running.publisher.documents.set("7", { count: 1 });
    const stream = await follow(running, { ownerId: 7 });
    await stream.next("snapshot");
    stream.leave();
    await eventually("it to be forgotten", () => running.gateway.connections === 0);
    running.clock.advance(60_000);
    assert.equal(running.hub.size, 0);
    assert.doesNotMatch(running.logged.join("\n"), /failed/);
  });

  it("Who leaves while its token is looked at is forgotten", async () => {
    const { canonicalKey, begun, answer } = heldLookup();
    const running = await startGateway({ transport, kinds: new Map([["owner", canonicalKey]]) });
    const leaving = new AbortController();
    const headers = { accept: "text/event-stream", authorization: `Bearer ${running.token({ ownerId: 7 })}` };
    const request = fetch(`http://127.0.0.1:${running.port}/v1/stream`, { headers, signal: leaving.signal });
    await begun;
    leaving.abort();
    await assert.rejects(request);
    // The daemon hears of it before it answers another.
    await exchange(running.port, "GET", "/livez", { host: "x" });
    answer();
    await exchange(running.port, "GET", "/livez", { host: "x" });
    assert.deepEqual([running.gateway.connections, running.publisher.watched], [0, []]);
  });
});
