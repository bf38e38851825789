import assert from "node:assert/strict";
import { it } from "node:test";
import { ownerTopic } from "../../../protocol/topic.ts";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

/** What only owner 8 may see: a value, a key and a reason. */
const CANARY = "canary-of-owner-8";

await onEachTransport("Isolation", (transport) => {
  it("L6 An owner's data reaches only connections whose token names that owner", async () => {
    const { port, token, publisher, clock } = await startGateway({ transport });
    publisher.documents.set("7", { name: "seven" });
    publisher.documents.set("8", { name: CANARY });
    const eight = await TestSocket.welcomed(port, token({ ownerId: 8 }));
    await eight.subscribe("8");
    const strangers = await Promise.all([
      TestSocket.welcomed(port, token({ ownerId: 7 })),
      TestSocket.welcomed(port, token({ owners: ["7", "9"], role: "owner" })),
    ]);
    for (const socket of strangers) {
      await socket.subscribe("7");
      for (const owner of ["8", "08", "+8", " 8", "8 ", "८"]) {
        for (const type of ["subscribe", "snapshot", "unsubscribe"] as const) {
          socket.say({ type, id: `${type}-${owner}`, topic: ownerTopic(owner) });
          clock.advance(1_000);
          assert.equal((await socket.next("nack")).code, "forbidden");
        }
      }
      socket.native.send(`{"type":"subscribe","id":"twice","topic":"owner:7","topic":"owner:8"}`);
      socket.native.send(`{"type":"subscribe","id":"own","__proto__":{"topic":"owner:8"}}`);
      socket.native.send(`{"type":"subscribe","id":"array","topic":["owner:8"]}`);
    }
    for (let count = 0; count < 50; count++) {
      publisher.patch("8", { name: `${CANARY} ${count}`, [CANARY]: count });
      publisher.patch("7", { count });
      if (count === 25) publisher.stale("8", "time_zone");
      if (count === 30) publisher.live("8");
      if (count === 40) publisher.document("8", { [CANARY]: CANARY });
      clock.advance(50);
    }
    await eight.settle();
    assert.ok(Buffer.concat(eight.bytes).includes(CANARY));
    assert.ok(eight.frames.length > 50);
    for (const socket of strangers) {
      await socket.settle();
      assert.ok(!Buffer.concat(socket.bytes).includes(CANARY));
      assert.ok(socket.frames.filter((frame) => frame.type === "metrics_updated").length >= 50);
      for (const frame of socket.frames) if ("topic" in frame) assert.equal(frame.topic, "owner:7");
    }
  });

  it("The refusal is the same whether the owner exists or not, or can't be one", async () => {
    const { port, token, publisher, clock } = await startGateway({ transport });
    publisher.documents.set("8", { name: CANARY });
    const eight = await TestSocket.welcomed(port, token({ ownerId: 8 }));
    await eight.subscribe("8");
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    for (const type of ["subscribe", "snapshot", "unsubscribe"] as const) {
      const answers = [];
      for (const owner of ["8", "8000000", "not a number"]) {
        clock.advance(1_000);
        socket.say({ type, id: "same", topic: ownerTopic(owner) });
        const { timestamp: _, ...answer } = await socket.next("nack");
        answers.push(JSON.stringify(answer));
      }
      assert.equal(new Set(answers).size, 1, answers.join());
    }
  });

  it("An owner whose token was asked for another's data is logged, without that data", async () => {
    const { port, token, publisher, logged } = await startGateway({ transport });
    publisher.documents.set("8", { name: CANARY });
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    socket.say({ type: "subscribe", id: "1", topic: "owner:8" });
    await socket.next("nack");
    assert.match(logged.join("\n"), /"topic":"owner:8".*does not name/);
    assert.ok(!logged.join("\n").includes(CANARY));
  });

  it("However often that happens, and by however many, it is logged at once and then once a minute, with how often", async () => {
    const { port, token, clock, logged } = await startGateway({ transport });
    const lines = (): number[] =>
      logged.filter((line) => line.includes("does not name")).map((line) => Number(/"times":(\d+)/.exec(line)?.[1]));
    const sockets: TestSocket[] = [];
    for (let count = 0; count < 3; count++) sockets.push(await TestSocket.welcomed(port, token({ ownerId: 7 })));
    const ask = async (): Promise<void> => {
      for (const socket of sockets) {
        socket.say({ type: "subscribe", id: "1", topic: "owner:8" });
        await socket.next("nack");
      }
    };
    for (let count = 0; count < 4; count++) await ask();
    assert.deepEqual(lines(), [1]);
    clock.advance(60_000);
    assert.deepEqual(lines(), [1, 11]);
    clock.advance(60_000);
    await ask();
    assert.deepEqual(lines(), [1, 11, 1]);
  });

  it("An administrator may subscribe to any owner", async () => {
    const { port, token, publisher } = await startGateway({ transport });
    publisher.documents.set("8", { name: "eight" });
    const socket = await TestSocket.welcomed(port, token({ role: "admin" }));
    assert.deepEqual((await socket.subscribe("8")).data, { name: "eight" });
  });
});
