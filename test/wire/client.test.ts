import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeCause } from "../../client/make-cause.ts";
import { ScriptedDaemon } from "../support/scripted-daemon.ts";
import { eachWithRig, SNAPSHOT, STALE, UPDATE } from "../support/client-rig.ts";

describe("The client", () => {
  const its = eachWithRig();

  it("sends the token in the first frame, then subscribes, and shows the snapshot", async () => {
    its.rig.client.connect();
    const visitor = await its.rig.daemon.visitor();
    assert.deepEqual(await visitor.asks("authenticate"), { type: "authenticate", token: "token-1" });
    assert.equal(visitor.unheard, 0);
    assert.equal(its.rig.view.connection.state, "connecting");
    visitor.sayRaw('{"type":"welcome","timestamp":0,"heartbeatMs":30000,"expiresAt":9000,"new":true}');
    assert.equal((await visitor.asks("subscribe")).topic, "owner:1");
    visitor.say(SNAPSHOT);
    const { metrics, asOf } = await its.rig.state("live");
    assert.deepEqual({ ...metrics?.revenue }, { today: "1.00", month: "5.00" });
    assert.equal(asOf, SNAPSHOT.asOf);
  });

  it("applies patches, skips what it does not know, and keeps the view the same object while nothing changes", async () => {
    const visitor = await its.rig.live();
    const before = its.rig.view;
    assert.equal(its.rig.view, before);
    let calls = 0;
    const undo = its.rig.owner.subscribe(() => (calls += 1));
    visitor.sayRaw('{"type":"unheard_of","topic":"owner:1","data":{}}');
    visitor.say({ type: "heartbeat" });
    visitor.say(UPDATE);
    const after = await its.rig.today("2.00");
    assert.equal(calls, 1);
    assert.equal(after.metrics?.revenue.month, "5.00");
    assert.equal(after.asOf, UPDATE.asOf);
    undo();
  });

  it("asks for a snapshot once when it misses a version, and shows no patch until it came", async () => {
    const visitor = await its.rig.live();
    visitor.say({ ...UPDATE, version: 4, previous: 3 });
    visitor.say({ ...UPDATE, version: 5, previous: 4 });
    const { id } = await visitor.asks("snapshot");
    assert.equal(its.rig.view.metrics?.revenue.today, "1.00");
    visitor.say({ ...SNAPSHOT, id, version: 5, data: { revenue: { today: "3.00" } } });
    await its.rig.today("3.00");
    visitor.say({ ...UPDATE, version: 6, previous: 5, data: { revenue: { today: "4.00" } } });
    await its.rig.today("4.00");
    assert.equal(visitor.unheard, 0);
  });

  it("takes no patch of another epoch, and the new epoch's snapshot whatever its version", async () => {
    const visitor = await its.rig.live();
    visitor.say({ ...UPDATE, epoch: "e2" });
    await visitor.asks("snapshot");
    assert.equal(its.rig.view.metrics?.revenue.today, "1.00");
    visitor.say({ ...SNAPSHOT, epoch: "e2", version: 0, data: { revenue: { today: "9.00" } } });
    await its.rig.today("9.00");
  });

  it("says so where the owner has no row, until it has", async () => {
    its.rig.client.connect();
    const visitor = await its.rig.daemon.subscriber();
    visitor.say({ ...SNAPSHOT, data: {} });
    const { metrics, asOf } = await its.rig.state("live");
    assert.deepEqual([metrics, asOf], [undefined, SNAPSHOT.asOf]);
    visitor.say({ ...SNAPSHOT, version: 2 });
    await its.rig.today("1.00");
  });

  it("shows stale with the daemon's reason and instant, keeps the numbers, and goes live when the daemon says so", async () => {
    const visitor = await its.rig.live();
    visitor.say(STALE);
    const { connection, metrics } = await its.rig.state("stale");
    assert.deepEqual([connection.staleSince, connection.reason], [Date.UTC(2026, 4, 8, 11, 59, 59), "database"]);
    assert.equal(metrics?.revenue.today, "1.00");
    visitor.say({ ...SNAPSHOT, version: 9, data: { revenue: { today: "7.00" } } });
    assert.equal((await its.rig.today("7.00")).connection.state, "stale");
    visitor.say({ type: "live", topic: "owner:1" });
    await its.rig.state("live");
  });

  describe("survives a cut socket", () => {
    const STAGES = {
      "before the token": () => its.rig.daemon.visitor(),
      "before the snapshot": () => its.rig.daemon.subscriber(),
      live: () => its.rig.live(),
      stale: async () => {
        const visitor = await its.rig.live();
        visitor.say(STALE);
        await its.rig.state("stale");
        return visitor;
      },
    };
    for (const [stage, reach] of Object.entries(STAGES)) {
      it(stage, async () => {
        its.rig.client.connect();
        const visitor = await reach();
        visitor.cut();
        const { connection } = await its.rig.state("retrying");
        assert.equal(connection.retryAt - its.rig.clock.now(), 500);
        its.rig.clock.advance(499);
        assert.equal(its.rig.view.connection.state, "retrying");
        its.rig.clock.advance(1);
        const again = await its.rig.daemon.subscriber();
        again.say({ ...SNAPSHOT, epoch: "e2" });
        await its.rig.state("live");
      });
    }
  });

  it("keeps the numbers while disconnected, and says since when they stand still", async () => {
    const visitor = await its.rig.live();
    its.rig.clock.advance(3_000);
    visitor.close(1011);
    const { connection, metrics } = await its.rig.state("retrying");
    assert.equal(connection.staleSince, its.rig.clock.now());
    assert.equal(metrics?.revenue.today, "1.00");
  });

  it("reconnects by itself where nobody listens, for ever, at most a minute apart", async () => {
    const { url } = its.rig.daemon;
    await its.rig.daemon.stop();
    its.rig.remake({ url });
    its.rig.client.connect();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt += 1) {
      const { connection } = await its.rig.state("retrying");
      const waitMs = connection.retryAt - its.rig.clock.now();
      waits.push(waitMs);
      its.rig.clock.advance(waitMs);
    }
    assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    its.rig.client.close();
    its.rig.daemon = await ScriptedDaemon.start();
  });

  it("comes back within the window of the daemon's bye", async () => {
    const visitor = await its.rig.live();
    visitor.say({ type: "bye", retryMs: [2_000, 4_000] });
    visitor.close(1012);
    const { connection } = await its.rig.state("retrying");
    assert.equal(connection.retryAt - its.rig.clock.now(), 3_000);
  });

  it("backs off long where the daemon says too many", async () => {
    const visitor = await its.rig.live();
    visitor.close(4429);
    const { connection } = await its.rig.state("retrying");
    assert.equal(connection.retryAt - its.rig.clock.now(), 30_000);
  });

  for (const code of [4400, 4403, 4406]) {
    it(`stops on ${code}, until connect() is called`, async () => {
      const visitor = await its.rig.live();
      visitor.close(code);
      const { connection, metrics } = await its.rig.state("closed");
      assert.deepEqual(connection.cause, makeCause("code", "", code));
      assert.equal(metrics?.revenue.today, "1.00");
      await its.rig.live();
    });
  }

  it("stops where the token does not name the owner", async () => {
    its.rig.client.connect();
    const visitor = await its.rig.daemon.guest();
    const { id } = await visitor.asks("subscribe");
    visitor.say({ type: "nack", id, code: "forbidden", message: "" });
    const { connection } = await its.rig.state("closed");
    assert.deepEqual(connection.cause, makeCause("nack", "", "forbidden"));
  });

  it("tries again where the database could not be asked", { timeout: 30_000 }, async () => {
    its.rig.client.connect();
    const visitor = await its.rig.daemon.guest();
    const { id } = await visitor.asks("subscribe");
    visitor.say({ type: "nack", id, code: "unavailable", message: "" });
    await its.rig.state("retrying");
  });

  it("asks after one and a half heartbeats of silence whether the daemon is there, and reconnects within two", {
    timeout: 30_000,
  }, async () => {
    const visitor = await its.rig.live();
    its.rig.clock.advance(44_999);
    visitor.say({ type: "heartbeat" });
    visitor.say(UPDATE);
    await its.rig.today("2.00");
    const heardAt = its.rig.clock.now();
    its.rig.clock.advance(45_000);
    const { id } = await visitor.asks("ping");
    its.rig.clock.advance(1);
    visitor.say({ type: "ack", id });
    visitor.say({ ...UPDATE, version: 3, previous: 2, data: { revenue: { today: "3.00" } } });
    await its.rig.today("3.00");
    its.rig.clock.advance(45_000);
    await visitor.asks("ping");
    assert.equal(its.rig.view.connection.state, "live");
    its.rig.clock.advance(5_000);
    const { connection } = await its.rig.state("retrying");
    assert.deepEqual([connection.cause.kind, connection.staleSince], ["silence", heardAt + 45_001]);
    assert.ok(its.rig.clock.now() - heardAt - 45_001 <= 60_000);
  });

  it("asks no later than a heartbeat allows, where that is short", { timeout: 30_000 }, async () => {
    its.rig.client.connect();
    const visitor = await its.rig.daemon.visitor();
    await visitor.asks("authenticate");
    visitor.sayRaw('{"type":"welcome","timestamp":0,"heartbeatMs":1000,"expiresAt":9000}');
    await visitor.asks("subscribe");
    visitor.say(SNAPSHOT);
    await its.rig.state("live");
    its.rig.clock.advance(2_000);
    await its.rig.state("retrying");
  });

  it("tries at once when the network comes back", async () => {
    const visitor = await its.rig.live();
    visitor.cut();
    await its.rig.state("retrying");
    its.rig.wake();
    await its.rig.daemon.subscriber();
  });

  it("probes a live connection when the page is looked at again, and gives up on one that does not answer in 5 s", {
    timeout: 30_000,
  }, async () => {
    const visitor = await its.rig.live();
    its.rig.wake();
    const { id } = await visitor.asks("ping");
    its.rig.clock.advance(1_000);
    visitor.say({ type: "ack", id });
    visitor.say(UPDATE);
    await its.rig.today("2.00");
    its.rig.clock.advance(10_000);
    assert.equal(its.rig.view.connection.state, "live");
    its.rig.wake();
    await visitor.asks("ping");
    its.rig.clock.advance(5_000);
    await its.rig.state("retrying");
  });

  it("connects at once by connect() while it waits", async () => {
    const visitor = await its.rig.live();
    visitor.cut();
    await its.rig.state("retrying");
    its.rig.client.connect();
    await its.rig.daemon.subscriber();
  });

  it("notices that the computer slept, and probes at once", { timeout: 30_000 }, async () => {
    const visitor = await its.rig.live();
    its.rig.clock.sleep(3_600_000);
    its.rig.clock.advance(10_000);
    await visitor.asks("ping");
    its.rig.clock.advance(5_000);
    await its.rig.state("retrying");
  });

  it("does not take a timer that comes a minute late for sleep", async () => {
    const visitor = await its.rig.live();
    its.rig.clock.sleep(60_000);
    its.rig.clock.advance(10_000);
    visitor.say(UPDATE);
    await its.rig.today("2.00");
    assert.equal(visitor.unheard, 0);
  });

  it("tries at once after sleep, whatever the backoff says", async () => {
    const visitor = await its.rig.live();
    visitor.close(4429);
    await its.rig.state("retrying");
    its.rig.clock.sleep(3_600_000);
    its.rig.clock.advance(10_000);
    await its.rig.daemon.subscriber();
  });

  it("says at once that there is no WebSocket, or no such URL", () => {
    its.rig.remake({ environment: { WebSocket: undefined as never } });
    assert.throws(its.rig.client.connect, { name: "TypeError", message: /pass one as environment\.WebSocket/ });
    for (const url of ["live.example.com", "localhost:8080", "ftp://live.example.com", "https://", ""]) {
      assert.throws(() => its.rig.remake({ url }), { name: "TypeError", message: new RegExp(`"${url}".*https://`) });
    }
    its.rig.remake({ url: "/live" });
    assert.throws(its.rig.client.connect, TypeError, "there is no page that it is relative to");
    assert.equal(its.rig.view.connection.state, "idle");
  });
});
