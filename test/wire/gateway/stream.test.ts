import assert from "node:assert/strict";
import { it } from "node:test";
import type { JsonObject } from "../../../protocol/json.ts";
import type { Down } from "../../../protocol/down.ts";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { type DownOf, TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

await onEachTransport("The stream", (transport) => {
  it("A subscriber gets the whole document, then only what changed", async () => {
    const { port, token, publisher, clock } = await startGateway({ transport });
    publisher.documents.set("7", { revenue: { today: "1.00", month: "9.00" } });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    const snapshot = await socket.subscribe("7");
    clock.advance(50);
    publisher.patch("7", { revenue: { today: "2.50" } });
    const update = await socket.next("metrics_updated");
    assert.deepEqual(snapshot.data, { revenue: { today: "1.00", month: "9.00" } });
    assert.equal(snapshot.asOf, "2026-05-08T12:00:00.001001Z");
    assert.deepEqual(update.data, { revenue: { today: "2.50" } });
    assert.deepEqual(
      [update.epoch, update.previous, update.version],
      ["epoch-1", snapshot.version, snapshot.version + 1],
    );
  });

  it("Keys are data, whatever they are called, and nulls of a patch arrive", async () => {
    const { port, token, publisher, clock } = await startGateway({ transport });
    publisher.documents.set("7", { byStatus: JSON.parse('{"__proto__":1,"a.b":2,"":3,"gone":4}') as JsonObject });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    const snapshot = await socket.subscribe("7");
    clock.advance(50);
    publisher.patch("7", { byStatus: JSON.parse('{"__proto__":5,"gone":null}') as JsonObject });
    const update = await socket.next("metrics_updated");
    assert.equal(JSON.stringify(snapshot.data), '{"byStatus":{"__proto__":1,"a.b":2,"":3,"gone":4}}');
    assert.equal(JSON.stringify(update.data), '{"byStatus":{"__proto__":5,"gone":null}}');
    socket.say({ type: "snapshot", id: "again", topic: "owner:7" });
    const again = await socket.next("snapshot");
    assert.equal(JSON.stringify(again.data), '{"byStatus":{"__proto__":5,"a.b":2,"":3}}');
  });

  it("The first change goes out at once, those of the next 50 ms as one", async () => {
    const { port, token, publisher, clock } = await startGateway({ transport });
    publisher.documents.set("7", { count: 0 });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    const snapshot = await socket.subscribe("7");
    clock.advance(50);
    for (const count of [1, 2, 3]) publisher.patch("7", { count });
    publisher.patch("7", { other: 1 });
    const first = await socket.next("metrics_updated");
    await socket.settle();
    assert.deepEqual(first.data, { count: 1 });
    clock.advance(50);
    const second = await socket.next("metrics_updated");
    assert.deepEqual(second.data, { count: 3, other: 1 });
    assert.deepEqual([second.previous, second.version], [snapshot.version + 1, snapshot.version + 4]);
  });

  it("L4 Within an epoch, versions only grow on a connection", async () => {
    const { port, token, publisher, clock } = await startGateway({ transport });
    publisher.documents.set("7", { count: 0 });
    const sockets = await Promise.all([1, 2, 3].map(() => TestSocket.welcomed(port, token({ ownerId: 7 }))));
    for (const [index, socket] of sockets.entries()) {
      await socket.subscribe("7");
      for (let count = 0; count < 40; count++) {
        publisher.patch("7", { count });
        if (count % 3 === 0) clock.advance(40);
        // Snapshots are asked for while changes wait to go out, and a document replaces everything now and then.
        if (count % 5 === index) socket.say({ type: "snapshot", id: `${count}`, topic: "owner:7" });
        if (count % 10 === 9) await socket.settle();
        if (count % 17 === 16) publisher.document("7", { count });
      }
    }
    clock.advance(100);
    for (const socket of sockets) {
      await socket.settle();
      assertContinuous(socket.frames);
      assert.ok(socket.frames.filter((frame) => frame.type === "metrics_updated").length > 5);
    }
  });

  it("A new epoch begins with a snapshot, whatever its version", async () => {
    const { port, token, publisher, clock } = await startGateway({ transport });
    publisher.documents.set("7", { count: 1 });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    await socket.subscribe("7");
    publisher.patch("7", { count: 2 });
    publisher.epoch = "epoch-2";
    publisher.document("7", { count: 3 });
    publisher.patch("7", { count: 4 });
    clock.advance(100);
    await socket.settle();
    assertContinuous(socket.frames);
    assert.deepEqual(lastDocument(socket.frames), { epoch: "epoch-2", data: { count: 4 } });
  });

  it("A patch that does not follow is never sent: stale, a fresh load, and the document", async () => {
    const { port, token, publisher, clock, logged } = await startGateway({ transport });
    publisher.documents.set("7", { count: 1 });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    let { version } = await socket.subscribe("7");
    const strays = [
      { epoch: "epoch-1", gap: 8 },
      { epoch: "epoch-0", gap: 0 },
    ];
    for (const { epoch, gap } of strays) {
      clock.advance(50);
      const previous = version + gap;
      publisher.publish({
        kind: "patch",
        owner: "7",
        epoch,
        incarnation: publisher.incarnation,
        version: previous + 1,
        previous,
        snapshot: "1:1:",
        asOf: 0,
        patch: { count: 9 },
      });
      await socket.next("stale");
      const fresh = await socket.next("snapshot");
      await socket.next("live");
      assert.deepEqual(fresh.data, { count: 1 });
      version = fresh.version;
    }
    assert.deepEqual(
      [publisher.watched, publisher.unwatched],
      [
        ["7", "7", "7"],
        ["7", "7"],
      ],
    );
    assert.match(logged.join(), /does not follow/);
  });

  it("stale and live are told at once, and to newcomers too", async () => {
    const { port, token, publisher } = await startGateway({ transport });
    publisher.documents.set("7", { count: 1 });
    const early = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    await early.subscribe("7");
    publisher.stale("7", "database");
    assert.equal((await early.next("stale")).reason, "database");
    const late = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    await late.subscribe("7");
    assert.equal((await late.next("stale")).reason, "database");
    publisher.live("7");
    await Promise.all([early.next("live"), late.next("live")]);
  });

  it("A subscribe to an owner that can't be loaded is answered, and its document follows when it can", async () => {
    const { port, token, publisher } = await startGateway({ transport });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    socket.say({ type: "subscribe", id: "s", topic: "owner:7" });
    await socket.settle();
    publisher.stale("7", "time_zone");
    assert.equal((await socket.next("ack")).id, "s");
    await socket.next("stale");
    publisher.document("7", {});
    publisher.live("7");
    assert.equal((await socket.next("snapshot")).id, undefined);
    await socket.next("live");
  });

  it("An owner is watched once for all its subscribers, and let go a minute after the last", async () => {
    const { port, token, publisher, clock } = await startGateway({ transport });
    publisher.documents.set("7", { count: 1 });
    const sockets = await Promise.all([1, 2, 3].map(() => TestSocket.welcomed(port, token({ ownerId: 7 }))));
    for (const socket of sockets) await socket.subscribe("7");
    sockets[0]?.say({ type: "unsubscribe", id: "u", topic: "owner:7" });
    assert.equal((await sockets[0]?.next("ack"))?.id, "u");
    clock.advance(50);
    publisher.patch("7", { count: 2 });
    await sockets[1]?.next("metrics_updated");
    await sockets[0]?.settle();
    assert.ok(!sockets[0]?.frames.some((frame) => frame.type === "metrics_updated"));
    for (const socket of sockets.slice(1)) {
      socket.say({ type: "unsubscribe", id: "u", topic: "owner:7" });
      await socket.next("ack");
    }
    clock.advance(59_999);
    assert.deepEqual([publisher.watched, publisher.unwatched], [["7"], []]);
    clock.advance(1);
    assert.deepEqual(publisher.unwatched, ["7"]);
  });

  it("After a disconnect nothing of the connection is left", async () => {
    const { port, token, publisher, clock, gateway, hub } = await startGateway({ transport });
    publisher.documents.set("7", { count: 1 });
    const idle = clock.pending;
    const sockets = await Promise.all([1, 2, 3].map(() => TestSocket.welcomed(port, token({ ownerId: 7 }))));
    for (const socket of sockets) await socket.subscribe("7");
    assert.equal(gateway.connections, 3);
    sockets[0]?.terminate();
    for (const socket of sockets.slice(1)) socket.native.close();
    const watch = await TestSocket.welcomed(port, token({ ownerId: 8 }));
    while (gateway.connections > 1) await watch.settle();
    watch.native.close();
    await watch.closed;
    clock.advance(60_050);
    assert.deepEqual([hub.size, clock.pending], [0, idle]);
  });

  it("A heartbeat comes every heartbeatMs, the first after a random part of it, on a whole second", async () => {
    const { port, token, clock } = await startGateway({ transport, heartbeatMs: 30_000, random: () => 0.25 });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    const beats = (): number => socket.frames.filter((frame) => frame.type === "heartbeat").length;
    for (const [advanceMs, expected] of [
      [7_999, 0],
      [1, 1],
      [29_999, 1],
      [1, 2],
      [30_000, 3],
    ] as const) {
      clock.advance(advanceMs);
      await socket.settle();
      assert.equal(beats(), expected);
    }
  });

  it("Requests are answered in order, an administrator's look-ups included", async () => {
    const { port, token, publisher } = await startGateway({ transport });
    publisher.documents.set("7", { count: 1 });
    const socket = await TestSocket.welcomed(port, token({ role: "admin" }));
    socket.say({ type: "subscribe", id: "1", topic: "owner:007" });
    socket.say({ type: "unsubscribe", id: "2", topic: "owner:+7" });
    socket.say({ type: "snapshot", id: "3", topic: "owner:7" });
    socket.say({ type: "subscribe", id: "4", topic: "owner:nobody's" });
    socket.say({ type: "ping", id: "5" });
    await socket.next("nack");
    await socket.next("nack");
    await socket.next("ack");
    const answers = socket.frames
      .slice(1)
      .map((frame) => [frame.type, "id" in frame && frame.id, "code" in frame && frame.code]);
    assert.deepEqual(answers, [
      ["snapshot", "1", false],
      ["ack", "2", false],
      ["nack", "3", "not_subscribed"],
      ["nack", "4", "unknown_topic"],
      ["ack", "5", false],
    ]);
  });
});

/** Within an epoch every frame moves the connection on, and every patch fits what came before it. Answers may repeat a version. */
function assertContinuous(frames: readonly Down[]): void {
  let at: DownOf<"snapshot"> | DownOf<"metrics_updated"> | undefined;
  for (const frame of frames) {
    if (frame.type !== "snapshot" && frame.type !== "metrics_updated") continue;
    if (at?.epoch === frame.epoch) {
      const isAnswer = frame.type === "snapshot" && frame.id !== undefined;
      assert.ok(frame.version > at.version || (isAnswer && frame.version === at.version));
    }
    if (frame.type === "metrics_updated") assert.deepEqual([frame.epoch, frame.previous], [at?.epoch, at?.version]);
    at = frame;
  }
}

/** What a client holds after these frames; flat documents only. */
function lastDocument(frames: readonly Down[]): { epoch: string; data: object } {
  let held = { epoch: "", data: {} };
  for (const frame of frames) {
    if (frame.type === "snapshot") held = { epoch: frame.epoch, data: frame.data };
    if (frame.type === "metrics_updated") held = { epoch: frame.epoch, data: { ...held.data, ...frame.data } };
  }
  return held;
}
