/** What one may ask for by name: kinds that there are and are not, and keys that nobody has. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { TestEventStream } from "../../support/event-stream.ts";
import { exchange } from "../../support/raw-http.ts";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

/** Well formed, and none of them is the owner 7: of no kind that there is, or with a key that is no owner's. */
const STRANGE = [
  "room:7",
  "rooms:7",
  "constructor:7",
  "owner::7",
  "owner:owner:7",
  "owner:7:",
  "owner:%37",
  "owner:7%00",
  "owner:٧",
  "owner:7🛩",
  "owner:7;--",
  `owner:${"7".repeat(250)}`,
];

/** Not even the form of a topic. */
const MALFORMED = [
  "7",
  "owner",
  "owner:",
  ":7",
  "Owner:7",
  " owner:7",
  "owner :7",
  "owner:\0",
  `owner:${"x".repeat(2048)}`,
];

await onEachTransport("Topics", (transport) => {
  it("Every request about a topic of another kind, or with a hostile key, is forbidden and reaches no owner", async () => {
    const { port, token, publisher, clock } = await startGateway({ transport });
    publisher.documents.set("7", { name: "seven" });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 8 }));
    for (const topic of [...STRANGE, "owner:7"]) {
      const answers = new Set<string>();
      for (const type of ["subscribe", "snapshot", "unsubscribe"] as const) {
        clock.advance(1_000);
        socket.say({ type, id: "same", topic });
        const { timestamp: _, ...answer } = await socket.next("nack");
        answers.add(JSON.stringify(answer));
      }
      assert.deepEqual(
        [...answers],
        ['{"type":"nack","id":"same","code":"forbidden","message":"the token does not name this topic"}'],
        topic,
      );
    }
    assert.deepEqual(publisher.watched, []);
  });

  it("What has not the form of a topic is no message", async () => {
    const { port, token, clock } = await startGateway({ transport });
    const socket = await TestSocket.welcomed(port, token({ role: "admin" }));
    for (const topic of MALFORMED) {
      clock.advance(10_000);
      socket.say({ type: "subscribe", id: "1", topic });
      assert.equal((await socket.next("error")).code, "invalid_message", topic.slice(0, 20));
    }
  });

  it("An administrator hears of a kind that there is not what it hears of a key that is none", async () => {
    const { port, token, clock, publisher } = await startGateway({ transport });
    const socket = await TestSocket.welcomed(port, token({ role: "admin" }));
    for (const topic of ["room:7", "owner:x", "owner:7:", "owner:%37"]) {
      clock.advance(1_000);
      socket.say({ type: "subscribe", id: "1", topic });
      assert.equal((await socket.next("nack")).code, "unknown_topic", topic);
    }
    assert.deepEqual(publisher.watched, []);
  });

  it("HTTP refuses a kind that there is not as it refuses another's owner", async () => {
    const { port, token, publisher } = await startGateway({ transport });
    publisher.documents.set("8", { name: "canary" });
    const answersTo = async (path: string, bearer: string): Promise<string> => {
      const headers = { host: "x", accept: "text/event-stream", authorization: `Bearer ${bearer}` };
      const { status, body } = await exchange(port, "GET", path, headers);
      return `${status} ${body}`;
    };
    for (const [claims, expected] of [
      [{ ownerId: 7 }, '403 {"error":"forbidden"}\n'],
      [{ role: "admin" }, '404 {"error":"unknown_topic"}\n'],
    ] as const) {
      const strange = [...STRANGE, ...MALFORMED.map((name) => name.slice(0, 300))];
      if ("ownerId" in claims) strange.push("owner:8");
      for (const name of strange) {
        const encoded = encodeURIComponent(name);
        for (const path of [`/v1/topics/${encoded}`, `/v1/stream?topic=${encoded}`])
          assert.equal(await answersTo(path, token(claims)), expected, path);
      }
    }
    assert.deepEqual(publisher.watched, []);
  });

  it("The claim topics names owners as well as owners does, in any spelling, and a kind that there is not opens nothing", async () => {
    const { port, token, publisher } = await startGateway({ transport });
    for (const owner of ["7", "8", "9"]) publisher.documents.set(owner, { owner });
    const bearer = token({ owners: [8], topics: ["owner:07", "room:42", "owner:8"] });
    const socket = await TestSocket.welcomed(port, bearer);
    assert.deepEqual(
      socket.frames.map((frame) => frame.type === "welcome" && frame.topics),
      [["owner:8", "owner:7"]],
    );
    assert.deepEqual((await socket.subscribe("007")).topic, "owner:7");
    socket.say({ type: "subscribe", id: "1", topic: "room:42" });
    assert.equal((await socket.next("nack")).code, "forbidden");
    socket.say({ type: "subscribe", id: "2", topic: "owner:9" });
    assert.equal((await socket.next("nack")).code, "forbidden");
    const rest = await exchange(port, "GET", "/v1/topics/owner%3A+7", { host: "x", authorization: `Bearer ${bearer}` });
    assert.match(rest.body, /"topic":"owner:7"/);
    const stream = await TestEventStream.open(port, "", { authorization: `Bearer ${bearer}` });
    const seen = [await stream.next("snapshot"), await stream.next("snapshot")].map(({ frame }) => frame.topic);
    assert.deepEqual(seen.toSorted(), ["owner:7", "owner:8"]);
    stream.leave();
  });

  it("A token that names what can be no topic of its kind is not good", async () => {
    const { port, token } = await startGateway({ transport });
    for (const claims of [
      { topics: ["owner:x"] },
      { ownerId: 7, topics: ["owner:7", "owner:x"] },
      { topics: ["room"] },
    ]) {
      const socket = await new TestSocket(port).opened();
      socket.say({ type: "authenticate", token: token(claims) });
      assert.equal((await socket.closed).code, 4401);
    }
  });
});
