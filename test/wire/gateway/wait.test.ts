/** Waiting for a transaction, on a connection and over HTTP. The publisher's snapshots grow by one transaction with each reading. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { startGateway, stopGatewaysAfterEach } from "../../support/gateway.ts";
import { exchange, type RawAnswer } from "../../support/raw-http.ts";
import { eventually } from "../../support/real-time.ts";
import { TestSocket } from "../../support/socket.ts";
import { onEachTransport } from "../../support/transports.ts";

stopGatewaysAfterEach();

const OWNER = { ownerId: 7 };

await onEachTransport("Waiting for a transaction", (transport) => {
  const start = async () => {
    const running = await startGateway({ transport });
    running.publisher.documents.set("7", { name: "seven" });
    let located = 0;
    const locate = running.publisher.locate.bind(running.publisher);
    running.publisher.locate = (owner) => {
      located += 1;
      locate(owner);
    };
    const ask = (
      xid: bigint | number,
      { timeout = 5_000, claims = OWNER }: { timeout?: number; claims?: object } = {},
    ): Promise<RawAnswer> =>
      exchange(running.port, "GET", `/v1/topics/owner:7/wait?for=${xid}&timeout=${timeout}`, {
        host: "x",
        authorization: `Bearer ${running.token(claims)}`,
      });
    return { ...running, ask, located: () => located };
  };
  const socketOf = async ({ port, token }: Awaited<ReturnType<typeof start>>): Promise<TestSocket> => {
    const socket = await TestSocket.welcomed(port, token({ ownerId: 7 }));
    await socket.subscribe("7");
    return socket;
  };

  it("What subscribers have is answered without a reading, else there is one at once, and one each 50 ms while it goes on", async () => {
    const running = await start();
    const { publisher, clock, located } = running;
    const socket = await socketOf(running);
    socket.say({ type: "wait", id: "seen", topic: "owner:7", for: "0" });
    assert.equal((await socket.next("ack")).id, "seen");
    assert.equal(located(), 0);
    assert.equal(publisher.snapshot, "1:1:");
    socket.say({ type: "wait", id: "later", topic: "owner:7", for: "4" });
    await socket.settle();
    assert.equal(located(), 1);
    for (const readings of [2, 3]) {
      clock.advance(50);
      await socket.settle();
      assert.equal(located(), readings);
    }
    assert.ok(!socket.frames.some((frame) => frame.type === "ack" && frame.id === "later"));
    clock.advance(50);
    assert.equal((await socket.next("ack")).id, "later");
    assert.equal(located(), 4);
    clock.advance(60_000);
    await socket.settle();
    assert.equal(located(), 4, "nothing polls while nobody waits");
    socket.terminate();
  });

  it("The answer follows the frame that has it, and a patch brings it as a reading does", async () => {
    const running = await start();
    const { publisher, clock } = running;
    const socket = await socketOf(running);
    socket.say({ type: "wait", id: "w", topic: "owner:7", for: "3" });
    await socket.settle();
    publisher.patch("7", { name: "eight" });
    publisher.patch("7", { name: "nine" });
    clock.advance(50);
    await socket.next("ack");
    const [answer, frame] = socket.frames.toReversed();
    assert.deepEqual([answer?.type, frame?.type], ["ack", "metrics_updated"]);
    socket.terminate();
  });

  it("A wait ends in its time, with its subscription, and with the life of the change rows", async () => {
    const running = await start();
    const { publisher, clock } = running;
    const socket = await socketOf(running);
    const wait = (id: string, timeoutMs?: number): void =>
      socket.say({ type: "wait", id, topic: "owner:7", for: "1000000", ...(timeoutMs !== undefined && { timeoutMs }) });
    wait("short", 100);
    wait("long");
    await socket.settle();
    clock.advance(100);
    const first = await socket.next("nack");
    assert.deepEqual([first.id, first.code], ["short", "timed_out"]);
    socket.say({ type: "unsubscribe", id: "u", topic: "owner:7" });
    await socket.settle();
    clock.advance(50);
    const second = await socket.next("nack");
    assert.deepEqual([second.id, second.code], ["long", "not_subscribed"]);
    await socket.subscribe("7");
    wait("foreign");
    await socket.settle();
    Object.assign(publisher, { incarnation: "another" });
    publisher.document("7", { name: "new" });
    clock.advance(50);
    const third = await socket.next("nack");
    assert.deepEqual([third.id, third.code], ["foreign", "foreign_receipt"]);
    socket.terminate();
  });

  it("A connection waits for sixteen at a time, a bearer by HTTP for 64, an administrator for more", async () => {
    const running = await start();
    const { clock, ask, hub } = running;
    const socket = await socketOf(running);
    for (let at = 1; at <= 17; at += 1) socket.say({ type: "wait", id: String(at), topic: "owner:7", for: "1000000" });
    const refused = await socket.next("nack");
    assert.deepEqual([refused.id, refused.code], ["17", "too_many_messages"]);
    const waiting = Array.from({ length: 64 }, () => ask(1_000_000));
    const subscribers = (): number => [...hub.subscriptions()].reduce((sum, [, count]) => sum + count, 0);
    await eventually("64 waits", () => subscribers() === 65);
    const refusedAlso = ask(1_000_000).then(({ status }) => status);
    const waits = eventually("one more", () => subscribers() === 66).then(() => "waits");
    assert.equal(await Promise.race([refusedAlso, waits.catch(() => "neither")]), 429);
    waiting.push(ask(1_000_000, { claims: { ownerId: 7, sub: "another" } }));
    await eventually("another bearer's", () => subscribers() === 66);
    clock.advance(5_000);
    for (const answer of await Promise.all(waiting)) assert.equal(answer.status, 504);
    const admins = Array.from({ length: 70 }, () => ask(1_000_000, { claims: { role: "admin" } }));
    await eventually("70 waits", () => subscribers() === 71);
    clock.advance(5_000);
    for (const answer of await Promise.all(admins)) assert.equal(answer.status, 504);
    socket.terminate();
  });

  it("A topic that is stale all the time is said to be", async () => {
    const running = await start();
    const { publisher, clock, ask, hub } = running;
    publisher.documents.clear();
    const asked = ask(3, { timeout: 200 });
    await eventually("the topic", () => hub.size === 1);
    publisher.stale("7", "database");
    clock.advance(200);
    const answer = await asked;
    assert.deepEqual([answer.status, answer.body.trim()], [503, '{"error":"stale"}']);
  });
});
