import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeCause } from "../../client/make-cause.ts";
import { CREATED, eachWithRig, SNAPSHOT, STALE, UPDATE } from "../support/client-rig.ts";

describe("Several owners on one socket", () => {
  const its = eachWithRig();

  async function two() {
    const heard: string[] = [];
    const other = its.rig.client.owner("2");
    const undo = other.on("*", ({ id }) => heard.push(id));
    its.rig.client.connect();
    const visitor = await its.rig.daemon.guest();
    const asked = [await visitor.asks("subscribe"), await visitor.asks("subscribe")];
    assert.deepEqual(
      asked.map(({ topic }) => topic),
      ["owner:1", "owner:2"],
    );
    return { visitor, other, undo, heard, asked };
  }

  it("each get their own frames, and stand for themselves", async () => {
    const { visitor, other, heard } = await two();
    visitor.say({ ...SNAPSHOT, topic: "owner:2", data: { revenue: { today: "2.22" } } });
    visitor.say({ ...CREATED, topic: "owner:2" });
    visitor.say({ ...CREATED, topic: "owner:3", id: "of a stranger" });
    visitor.say({ ...STALE, topic: "owner:2" });
    visitor.say(SNAPSHOT);
    await its.rig.state("live");
    assert.deepEqual(other.getSnapshot().metrics?.revenue.today, "2.22");
    assert.equal(its.rig.view.metrics?.revenue.today, "1.00");
    assert.equal(other.getSnapshot().connection.state, "stale");
    assert.deepEqual(heard, ["event-1"]);
    assert.equal(its.rig.daemon.open, 1);
  });

  it("are the same object for the same id, a number too, and nothing where there can't be one", () => {
    assert.equal(its.rig.client.owner("2"), its.rig.client.owner("2"));
    assert.equal(its.rig.client.owner(2), its.rig.client.owner("2"));
    for (const id of ["", "a\0b", "x".repeat(257), Number.NaN, 2 ** 53, 1.5, undefined, null, {}]) {
      assert.throws(() => its.rig.client.owner(id as string), { name: "TypeError", message: /^topic "owner:/ });
    }
    assert.notEqual(its.rig.client.owner("2"), its.rig.client.owner("1"));
  });

  it("are all marked when the socket is lost, and all asked for again", async () => {
    const { visitor, other } = await two();
    visitor.say({ ...SNAPSHOT, topic: "owner:2", cursor: "c-two" });
    visitor.say(SNAPSHOT);
    await its.rig.state("live");
    visitor.cut();
    await its.rig.state("retrying");
    const { connection } = other.getSnapshot();
    assert.ok(connection.state === "retrying" && connection.staleSince === its.rig.clock.now());
    its.rig.client.connect();
    const again = await its.rig.daemon.guest();
    const resumes = [await again.asks("subscribe"), await again.asks("subscribe")].map(({ resume }) => resume);
    assert.deepEqual(resumes, ["c-1", "c-two"]);
  });

  it("that are one, spelt in two ways, hear the same, and one that goes leaves the other", {
    timeout: 30_000,
  }, async () => {
    const heard: string[] = [];
    const other = its.rig.client.owner("01");
    const undo = other.on("*", ({ id }) => heard.push(id));
    its.rig.owner.on("*", ({ id }) => heard.push(id));
    its.rig.client.connect();
    const visitor = await its.rig.daemon.guest();
    for (let request = 0; request < 2; request += 1) {
      visitor.say({ ...SNAPSHOT, id: (await visitor.asks("subscribe")).id });
    }
    visitor.say(CREATED);
    visitor.say(UPDATE);
    await its.rig.today("2.00");
    assert.deepEqual([other.getSnapshot(), heard], [its.rig.view, ["event-1", "event-1"]]);
    undo();
    await Promise.resolve();
    visitor.say({ ...UPDATE, version: 3, previous: 2, data: { revenue: { today: "3.00" } } });
    await its.rig.today("3.00");
    assert.equal(visitor.unheard, 0);
  });

  it("of which the daemon can't read one's request: it is refused, and the application hears so", async () => {
    const errors: unknown[] = [];
    its.rig.remake({ onError: (error) => errors.push(error) });
    const { visitor, other, asked } = await two();
    visitor.say(SNAPSHOT);
    const error = {
      type: "error",
      code: "invalid_message",
      message: "the field topic is missing or not valid",
    } as const;
    visitor.say({ ...error, id: asked[1]?.id });
    await its.rig.state("live");
    visitor.say(UPDATE);
    await its.rig.today("2.00");
    const { connection } = other.getSnapshot();
    assert.deepEqual(
      connection.state === "closed" && connection.cause,
      makeCause("nack", error.message, "invalid_message"),
    );
    assert.match(String(errors), /invalid_message, the field topic/);
  });

  it("are followed while somebody listens, and not when somebody stops and starts again at once", {
    timeout: 30_000,
  }, async () => {
    const { visitor, other, undo } = await two();
    undo();
    const again = other.subscribe(() => undefined);
    await Promise.resolve();
    again();
    assert.equal((await visitor.asks("unsubscribe")).topic, "owner:2");
    other.subscribe(() => undefined);
    assert.equal((await visitor.asks("subscribe")).topic, "owner:2");
    assert.equal(visitor.unheard, 0);
  });

  it("that nobody listens to any more keep their numbers, marked, and get no frames", async () => {
    const { visitor, other, undo, heard } = await two();
    visitor.say({ ...SNAPSHOT, topic: "owner:2" });
    visitor.say(SNAPSHOT);
    await its.rig.state("live");
    undo();
    await visitor.asks("unsubscribe");
    visitor.say({ ...CREATED, topic: "owner:2" });
    visitor.say({ ...SNAPSHOT, topic: "owner:2", data: { revenue: { today: "0.00" } } });
    visitor.say({ ...STALE });
    await its.rig.state("stale");
    const { connection, metrics } = other.getSnapshot();
    assert.deepEqual([connection.state, metrics?.revenue.today, heard], ["connecting", "1.00", []]);
  });

  it("of which one is refused: the others go on, and connect() asks for it again", { timeout: 30_000 }, async () => {
    const { visitor, other, asked } = await two();
    visitor.say(SNAPSHOT);
    visitor.say({ type: "nack", id: asked[1]?.id ?? "", code: "forbidden", message: "" });
    visitor.say({ ...STALE });
    await its.rig.state("stale");
    assert.deepEqual(other.getSnapshot().connection, {
      state: "closed",
      cause: makeCause("nack", "", "forbidden"),
      staleSince: undefined,
    });
    its.rig.client.connect();
    const { topic } = await visitor.asks("subscribe");
    visitor.say({ ...SNAPSHOT, topic: "owner:2" });
    visitor.say({ type: "live", topic: "owner:1" });
    await its.rig.state("live");
    assert.deepEqual([topic, other.getSnapshot().connection.state], ["owner:2", "live"]);
  });

  it("of which one is taken away by a new token: the others go on", async () => {
    const { visitor, other, asked } = await two();
    visitor.say({ ...SNAPSHOT, id: asked[0]?.id });
    visitor.say({ ...SNAPSHOT, id: asked[1]?.id, topic: "owner:2" });
    visitor.say({ type: "nack", id: asked[1]?.id ?? "", code: "forbidden", message: "" });
    visitor.say(STALE);
    await its.rig.state("stale");
    const { connection, metrics } = other.getSnapshot();
    assert.deepEqual([connection.state, metrics?.revenue.today], ["closed", "1.00"]);
  });

  it("whose keys the daemon spells another way are told apart by its answers", async () => {
    const other = its.rig.client.owner("02");
    const third = its.rig.client.owner("03");
    for (const owner of [other, third]) owner.subscribe(() => undefined);
    its.rig.client.connect();
    const visitor = await its.rig.daemon.guest();
    await visitor.asks("subscribe");
    const second = await visitor.asks("subscribe");
    const { id } = await visitor.asks("subscribe");
    visitor.say({ type: "ack", id, topic: "owner:3" });
    visitor.say({ ...SNAPSHOT, topic: "owner:3", data: { revenue: { today: "3.33" } } });
    visitor.say({ ...SNAPSHOT, id: second.id, topic: "owner:2", data: { revenue: { today: "2.22" } } });
    visitor.say({ ...STALE, topic: "owner:3" });
    visitor.say(SNAPSHOT);
    await its.rig.state("live");
    assert.equal(other.getSnapshot().metrics?.revenue.today, "2.22");
    assert.equal(third.getSnapshot().metrics?.revenue.today, "3.33");
    assert.equal(third.getSnapshot().connection.state, "stale");
  });
});
