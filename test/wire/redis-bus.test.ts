import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createClient } from "redis";
import type { Bus } from "../../daemon/bus/bus.ts";
import { connectRedis } from "../../daemon/bus/redis-connection.ts";
import { connectedBus, keepsTheContract, startBus, understandEachOther } from "../support/bus-contract.ts";
import { startPeers } from "../support/heard-peers.ts";
import { eventually } from "../support/real-time.ts";
import { missingRedis, RedisServer } from "../support/redis-server.ts";

const SECRET = "5e".repeat(32);

describe("a bus by Redis", { skip: missingRedis() ?? false }, async () => {
  const server = await RedisServer.reserved();
  const connectServer = await connectRedis(server.url);
  const open = (connect = connectServer): Bus => connectedBus(connect);
  before(() => server.start());
  after(() => server.stop());

  keepsTheContract(() => open());

  it("that is absent at the start, goes away or ends a connection is said to be, and used as soon as it is there", async () => {
    await server.stop();
    const two = [startBus(open()), startBus(open())];
    for (const one of two) assert.match(await one.down(), /ECONNREFUSED/);
    await server.start();
    for (const one of two) await one.up();
    await understandEachOther(two, "first");
    await server.stop();
    for (const one of two) await one.down();
    await server.start();
    for (const one of two) await one.up();
    await understandEachOther(two, "second");
    const operator = createClient({ url: server.url });
    await operator.connect();
    const told = two.map(({ healths }) => healths.length);
    await operator.sendCommand(["CLIENT", "KILL", "TYPE", "pubsub"]);
    operator.destroy();
    for (const [at, { healths }] of two.entries())
      await eventually("the loss to be told", () => healths.slice(told[at]).some(({ isUp }) => !isUp));
    await understandEachOther(two, "third");
    await Promise.all(two.map(({ bus }) => bus.stop()));
  });

  it("whose server answers with the password, as it does not know the command, is said to be down without it", async () => {
    const old = await RedisServer.reserved();
    await old.start("--rename-command", "HELLO", "NO_HELLO");
    const bus = startBus(open(await connectRedis(old.url.replace("//", "//ana:hunter2@"))));
    try {
      assert.equal(await bus.down(), "ERR unknown command 'HELLO'");
      assert.ok(!JSON.stringify(bus.healths).includes("hunter2"));
    } finally {
      await bus.bus.stop();
      await old.stop();
    }
  });

  it("that stands still makes daemons partial; nobody is gone, and all is heard again", async () => {
    const [a, b] = [startPeers(open(), "a", SECRET), startPeers(open(), "b", SECRET)];
    await Promise.all([a.hears("b"), b.hears("a")]);
    for (const { heard } of [a, b]) heard.length = 0;
    server.pause();
    await Promise.all([a.isPartial(true), b.isPartial(true)]);
    server.resume();
    await Promise.all([a.isPartial(false), b.isPartial(false), a.hears("b"), b.hears("a")]);
    for (const { heard, warnings } of [a, b]) {
      // A busy machine stands still as well, and more than once.
      const told = heard.filter((line) => !line.endsWith("missed"));
      assert.deepEqual([...new Set(told)], ["partial", "whole"]);
      assert.equal(told.at(-1), "whole");
      assert.ok(warnings.length > 0 && warnings.every((line) => line.startsWith("other daemons can't be heard")));
    }
    await Promise.all([a.peers.stop(), b.peers.stop()]);
  });

  it("carries what strangers say and alter, and no daemon takes it", async () => {
    const [a, b] = [startPeers(open(), "a", SECRET), startPeers(open(), "b", SECRET)];
    const stranger = startBus(open());
    await Promise.all([a.hears("b"), b.hears("a"), stranger.up()]);
    a.peers.say("word", "genuine");
    await understandEachOther([stranger], "by");
    await eventually("the first word", () => b.words.includes("a: genuine"));
    const before = b.words.length;
    for (const message of stranger.heard.slice()) {
      const altered = Buffer.from(message);
      altered.writeUInt8(altered.readUInt8(altered.length - 1) ^ 1, altered.length - 1);
      stranger.bus.publish(altered);
      stranger.bus.publish(message);
    }
    await understandEachOther([stranger], "after");
    a.peers.say("word", "last");
    await eventually("the last word", () => b.words.includes("a: last"));
    assert.deepEqual(b.words.slice(before), ["a: last"]);
    assert.ok(b.warnings.some((line) => line.startsWith("dropped a message on the bus")));
    await Promise.all([a.peers.stop(), b.peers.stop(), stranger.bus.stop()]);
  });
});
