import assert from "node:assert/strict";
import { once } from "node:events";
import { it } from "node:test";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { rawSubscriber } from "../../support/raw-subscriber.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const CANARY = "canary-of-owner-8";

await onEachTransport("Events", (transport) => {
  it("Metrics and events of one commit arrive in one flush, metrics first", async () => {
    const { port, token, publisher, clock } = await startGateway({ transport });
    publisher.documents.set("7", { count: 0 });
    const socket = await rawSubscriber(port, token({ ownerId: 7 }));
    clock.advance(50);
    publisher.commit("7", ["a", "b"], { count: 1 });
    const [bytes] = (await once(socket, "data", { signal: AbortSignal.timeout(20_000) })) as [Buffer];
    const places = ['"metrics_updated"', '"id-a"', '"id-b"'].map((part) => bytes.indexOf(part));
    assert.ok(!places.includes(-1), "all in one piece");
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    socket.destroy();
  });

  it("Commits closer than 50 ms go out together: their metrics as one, then each event once, in order", async () => {
    const { port, token, publisher, clock } = await startGateway({ transport });
    publisher.documents.set("7", { count: 0 });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    await socket.subscribe("7");
    clock.advance(50);
    publisher.commit("7", ["a"], { count: 1 });
    publisher.commit("7", ["b"], { count: 2 });
    publisher.commit("7", ["c"]);
    publisher.commit("7", ["d"], { count: 3 });
    await socket.settle();
    clock.advance(50);
    await socket.settle();
    const told = socket.heard.flatMap((frame): unknown[] => {
      if (frame.type === "metrics_updated") return [(frame as { data: object }).data];
      return frame.type === "made" ? [(frame as { id: string }).id] : [];
    });
    assert.deepEqual(told, [{ count: 1 }, "id-a", { count: 3 }, "id-b", "id-c", "id-d"]);
  });

  it("Events without a change of metrics go out at once as well", async () => {
    const { port, token, publisher, clock } = await startGateway({ transport });
    publisher.documents.set("7", { count: 0 });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    await socket.subscribe("7");
    clock.advance(50);
    publisher.commit("7", ["a"]);
    const event = await socket.nextEvent("made");
    assert.deepEqual([event.topic, event.id, event.data], ["owner:7", "id-a", { name: "a" }]);
  });

  it("A cursor never says that a client has what comes after it", async () => {
    const { port, token, publisher, clock } = await startGateway({ transport });
    publisher.documents.set("7", { count: 0 });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    const { cursor: start } = await socket.subscribe("7");
    clock.advance(50);
    publisher.commit("7", ["a", "b"], { count: 1 });
    await socket.settle();
    const end = publisher.snapshot;
    assert.deepEqual(
      socket.heard.flatMap((frame) => ("cursor" in frame && frame.type !== "snapshot" ? [frame.cursor] : [])),
      [start, `${start} id-a`, end],
    );
    // Of a large batch the cursor names nothing: it would outweigh the events.
    clock.advance(50);
    publisher.commit(
      "7",
      Array.from({ length: 100 }, (_, at) => `${at}`),
    );
    await socket.settle();
    const [first, ...rest] = socket.events.slice(2).map(({ cursor }) => cursor);
    assert.deepEqual([first, new Set(rest).size, rest.at(-1)], [end, 2, publisher.snapshot]);
  });

  it("A newcomer gets the document and events from there on; who asks for the document again misses none", async () => {
    const { port, token, publisher, clock } = await startGateway({ transport });
    publisher.documents.set("7", { count: 0 });
    const first = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    await first.subscribe("7");
    clock.advance(50);
    publisher.commit("7", ["a"], { count: 1 });
    publisher.commit("7", ["b"], { count: 2 });
    const newcomer = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    assert.deepEqual((await newcomer.subscribe("7")).data, { count: 1 });
    first.say({ type: "snapshot", id: "again", topic: "owner:7" });
    await first.settle();
    clock.advance(50);
    await Promise.all([first.settle(), newcomer.settle()]);
    assert.deepEqual(
      first.events.map(({ id }) => id),
      ["id-a", "id-b"],
    );
    assert.deepEqual(
      newcomer.events.map(({ id }) => id),
      ["id-b"],
    );
  });

  it("An owner's events reach only connections whose token names that owner", async () => {
    const { port, token, publisher, clock } = await startGateway({ transport });
    publisher.documents.set("7", { name: "seven" });
    publisher.documents.set("8", { name: "eight" });
    const eight = await TestSocket.welcomed(port, token({ ownerId: 8 }));
    await eight.subscribe("8");
    const stranger = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    await stranger.subscribe("7");
    stranger.say({ type: "subscribe", id: "other", topic: "owner:8" });
    assert.equal((await stranger.next("nack")).code, "forbidden");
    for (let count = 0; count < 20; count += 1) {
      clock.advance(50);
      publisher.commit("8", [`${CANARY}-${count}`], count % 2 === 0 ? { count } : undefined);
      publisher.commit("7", [`own-${count}`]);
    }
    await Promise.all([eight.settle(), stranger.settle()]);
    assert.equal(eight.events.length, 20);
    assert.equal(stranger.events.length, 20);
    assert.ok(Buffer.concat(eight.bytes).includes(CANARY));
    assert.ok(!Buffer.concat(stranger.bytes).includes(CANARY));
  });

  it("A commit's events come with the whole document where the owner was read again", async () => {
    const { port, token, publisher, clock } = await startGateway({ transport });
    publisher.documents.set("7", { count: 0 });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    const { cursor: start } = await socket.subscribe("7");
    clock.advance(50);
    const events = [{ id: "id-bulk", name: "bulk_changed", data: { source: "rows", rows: 6_000 } }];
    publisher.publish({ kind: "events", owner: "7", events, snapshot: publisher.snapshot, asOf: publisher.asOf });
    publisher.document("7", { count: 6_000 });
    const document = await socket.next("snapshot");
    const event = await socket.nextEvent("bulk_changed");
    assert.deepEqual([document.data, document.cursor], [{ count: 6_000 }, start]);
    assert.equal(event.cursor, publisher.snapshot);
    assert.equal(document.recovered, undefined);
  });
});
