import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { WebSocket } from "ws";
import { Client, type ClientOptions, type View } from "../../client/client.ts";
import type { State } from "../../client/connection.ts";
import type { WebSocketConstructor } from "../../client/environment.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { ScriptedDaemon, type Visitor } from "../support/scripted-daemon.ts";

interface Document {
  readonly revenue: { readonly today?: string; readonly month?: string };
}

const SNAPSHOT = {
  type: "snapshot",
  ownerId: "1",
  epoch: "e1",
  version: 1,
  asOf: "2026-05-08T12:00:00.000001Z",
  data: { revenue: { today: "1.00", month: "5.00" } },
} as const;
const UPDATE = {
  type: "metrics_updated",
  ownerId: "1",
  epoch: "e1",
  version: 2,
  previous: 1,
  asOf: "2026-05-08T12:00:01.000001Z",
  data: { revenue: { today: "2.00" } },
} as const;

describe("The client", () => {
  let daemon: ScriptedDaemon;
  let clock: ManualClock;
  let client: Client<Document>;
  let reasons: string[];
  let wakers: Set<() => void>;

  beforeEach(async () => {
    daemon = await ScriptedDaemon.start();
    clock = new ManualClock();
    wakers = new Set();
    reasons = [];
    client = make();
  });
  afterEach(async () => {
    client.close();
    assert.equal(clock.pending, 0, "a timer was left");
    assert.equal(wakers.size, 0, "a listener was left");
    await daemon.stop();
  });

  function make(options: Partial<ClientOptions> = {}): Client<Document> {
    const { now, setTimeout, clearTimeout } = clock;
    const onWake = (listener: () => void) => {
      wakers.add(listener);
      return () => wakers.delete(listener);
    };
    const getToken: ClientOptions["getToken"] = ({ reason }) => `token-${reasons.push(reason)}`;
    const environment = {
      WebSocket: WebSocket as unknown as WebSocketConstructor,
      now,
      setTimeout,
      clearTimeout,
      random: () => 0.5,
      onWake,
      ...options.environment,
    };
    return new Client({ url: daemon.url, ownerId: "1", getToken, ...options, environment });
  }

  /** Resolves once the view is as wanted. */
  function view(wanted: (view: View<Document>) => boolean): Promise<View<Document>> {
    return new Promise((resolve) => {
      const look = () => {
        if (!wanted(client.getSnapshot())) return;
        undo();
        resolve(client.getSnapshot());
      };
      const undo = client.subscribe(look);
      look();
    });
  }
  const state = (wanted: State) => view(({ connection }) => connection.state === wanted);
  const version = (today: string) => view(({ metrics }) => metrics?.revenue.today === today);

  async function live(): Promise<Visitor> {
    client.connect();
    const visitor = await daemon.subscriber();
    visitor.say(SNAPSHOT);
    await state("live");
    return visitor;
  }

  it("sends the token in the first frame, then subscribes, and shows the snapshot", async () => {
    client.connect();
    const visitor = await daemon.visitor();
    assert.deepEqual(await visitor.asks("authenticate"), { type: "authenticate", token: "token-1" });
    assert.equal(visitor.unheard, 0);
    assert.equal(client.getSnapshot().connection.state, "connecting");
    visitor.sayRaw('{"type":"welcome","heartbeatMs":30000,"new":true}');
    assert.equal((await visitor.asks("subscribe")).ownerId, "1");
    visitor.say(SNAPSHOT);
    const { metrics, asOf } = await state("live");
    assert.deepEqual({ ...metrics?.revenue }, { today: "1.00", month: "5.00" });
    assert.equal(asOf, SNAPSHOT.asOf);
  });

  it("applies patches, skips what it does not know, and keeps the view the same object while nothing changes", async () => {
    const visitor = await live();
    const before = client.getSnapshot();
    assert.equal(client.getSnapshot(), before);
    let calls = 0;
    const undo = client.subscribe(() => (calls += 1));
    visitor.sayRaw('{"type":"booking_created","ownerId":"1","data":{}}');
    visitor.sayRaw("not json");
    visitor.say({ type: "heartbeat" });
    visitor.say(UPDATE);
    const after = await version("2.00");
    assert.equal(calls, 1);
    assert.equal(after.metrics?.revenue.month, "5.00");
    assert.equal(after.asOf, UPDATE.asOf);
    undo();
  });

  it("asks for a snapshot once when it misses a version, and shows no patch until it came", async () => {
    const visitor = await live();
    visitor.say({ ...UPDATE, version: 4, previous: 3 });
    visitor.say({ ...UPDATE, version: 5, previous: 4 });
    const { id } = await visitor.asks("snapshot");
    assert.equal(client.getSnapshot().metrics?.revenue.today, "1.00");
    visitor.say({ ...SNAPSHOT, id, version: 5, data: { revenue: { today: "3.00" } } });
    await version("3.00");
    visitor.say({ ...UPDATE, version: 6, previous: 5, data: { revenue: { today: "4.00" } } });
    await version("4.00");
    assert.equal(visitor.unheard, 0);
  });

  it("takes no patch of another epoch, and the new epoch's snapshot whatever its version", async () => {
    const visitor = await live();
    visitor.say({ ...UPDATE, epoch: "e2" });
    await visitor.asks("snapshot");
    assert.equal(client.getSnapshot().metrics?.revenue.today, "1.00");
    visitor.say({ ...SNAPSHOT, epoch: "e2", version: 0, data: { revenue: { today: "9.00" } } });
    await version("9.00");
  });

  it("says so where the owner has no row, until it has", async () => {
    client.connect();
    const visitor = await daemon.subscriber();
    visitor.say({ ...SNAPSHOT, data: {} });
    const { metrics, asOf } = await state("live");
    assert.deepEqual([metrics, asOf], [undefined, SNAPSHOT.asOf]);
    visitor.say({ ...SNAPSHOT, version: 2 });
    await version("1.00");
  });

  it("shows stale with the daemon's reason and instant, keeps the numbers, and goes live when the daemon says so", async () => {
    const visitor = await live();
    visitor.say({ type: "stale", ownerId: "1", since: "2026-05-08T11:59:59.000000Z", reason: "database" });
    const { connection, metrics } = await state("stale");
    assert.deepEqual(connection.state === "stale" && [connection.staleSince, connection.reason], [
      Date.UTC(2026, 4, 8, 11, 59, 59),
      "database",
    ]);
    assert.equal(metrics?.revenue.today, "1.00");
    visitor.say({ ...SNAPSHOT, version: 9, data: { revenue: { today: "7.00" } } });
    assert.equal((await version("7.00")).connection.state, "stale");
    visitor.say({ type: "live", ownerId: "1" });
    await state("live");
  });

  describe("survives a cut socket", () => {
    const STAGES = {
      "before the token": () => daemon.visitor(),
      "before the snapshot": () => daemon.subscriber(),
      live,
      stale: async () => {
        const visitor = await live();
        visitor.say({ type: "stale", ownerId: "1", since: "2026-05-08T11:59:59.000000Z", reason: "database" });
        await state("stale");
        return visitor;
      },
    };
    for (const [stage, reach] of Object.entries(STAGES)) {
      it(stage, async () => {
        client.connect();
        const visitor = await reach();
        visitor.cut();
        const { connection } = await state("retrying");
        assert.equal(connection.state === "retrying" && connection.retryAt - clock.now(), 500);
        clock.advance(499);
        assert.equal(client.getSnapshot().connection.state, "retrying");
        clock.advance(1);
        const again = await daemon.subscriber();
        again.say({ ...SNAPSHOT, epoch: "e2" });
        await state("live");
      });
    }
  });

  it("keeps the numbers while disconnected, and says since when they stand still", async () => {
    const visitor = await live();
    clock.advance(3_000);
    visitor.close(1011);
    const { connection, metrics } = await state("retrying");
    assert.equal(connection.state === "retrying" && connection.staleSince, clock.now());
    assert.equal(metrics?.revenue.today, "1.00");
  });

  it("reconnects by itself where nobody listens, for ever, at most a minute apart", async () => {
    const url = daemon.url;
    await daemon.stop();
    client = make({ url });
    client.connect();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt += 1) {
      const { connection } = await state("retrying");
      assert.equal(connection.state, "retrying");
      const waitMs = connection.retryAt - clock.now();
      waits.push(waitMs);
      clock.advance(waitMs);
    }
    assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    client.close();
    daemon = await ScriptedDaemon.start();
  });

  it("comes back within the window of the daemon's bye", async () => {
    const visitor = await live();
    visitor.say({ type: "bye", retryMs: [2_000, 4_000] });
    visitor.close(1012);
    const { connection } = await state("retrying");
    assert.equal(connection.state === "retrying" && connection.retryAt - clock.now(), 3_000);
  });

  it("backs off long where the daemon says too many", async () => {
    const visitor = await live();
    visitor.close(4429);
    const { connection } = await state("retrying");
    assert.equal(connection.state === "retrying" && connection.retryAt - clock.now(), 30_000);
  });

  it("asks for a token once after a refusal, and stops after the second", async () => {
    client.connect();
    for (const token of ["token-1", "token-2"]) {
      const visitor = await daemon.visitor();
      assert.equal((await visitor.asks("authenticate")).token, token);
      visitor.close(4401);
    }
    const { connection } = await state("closed");
    assert.deepEqual(connection.state === "closed" && connection.cause, { kind: "code", code: 4401 });
    assert.deepEqual(reasons, ["connect", "refused"]);
  });

  it("takes a new token when the old one expired", async () => {
    const visitor = await live();
    visitor.close(4010);
    const again = await daemon.visitor();
    assert.equal((await again.asks("authenticate")).token, "token-2");
    assert.deepEqual(reasons, ["connect", "expired"]);
  });

  for (const code of [4400, 4403, 4406]) {
    it(`stops on ${code}, until connect() is called`, async () => {
      const visitor = await live();
      visitor.close(code);
      const { connection, metrics } = await state("closed");
      assert.deepEqual(connection.state === "closed" && connection.cause, { kind: "code", code });
      assert.equal(metrics?.revenue.today, "1.00");
      await live();
    });
  }

  it("stops where the token does not name the owner", async () => {
    client.connect();
    const visitor = await daemon.visitor();
    await visitor.asks("authenticate");
    visitor.sayRaw('{"type":"welcome","heartbeatMs":30000}');
    const { id } = await visitor.asks("subscribe");
    visitor.say({ type: "nack", id, code: "forbidden", message: "" });
    const { connection } = await state("closed");
    assert.deepEqual(connection.state === "closed" && connection.cause, { kind: "nack", code: "forbidden" });
  });

  it("tries again where the database could not be asked", async () => {
    client.connect();
    const visitor = await daemon.visitor();
    await visitor.asks("authenticate");
    visitor.sayRaw('{"type":"welcome","heartbeatMs":30000}');
    const { id } = await visitor.asks("subscribe");
    visitor.say({ type: "nack", id, code: "unavailable", message: "" });
    await state("retrying");
  });

  it("tries again where getToken fails", async () => {
    client = make({ getToken: () => Promise.reject(new Error("offline")) });
    client.connect();
    const { connection } = await state("retrying");
    assert.deepEqual(connection.state === "retrying" && connection.cause, { kind: "token", message: "Error: offline" });
  });

  it("gives up an attempt whose getToken never answers, and tells it so", async () => {
    let signal: AbortSignal | undefined;
    client = make({ getToken: (request) => new Promise(() => ({ signal } = request)) });
    client.connect();
    clock.advance(14_999);
    assert.equal(signal?.aborted, false);
    clock.advance(1);
    await state("retrying");
    assert.equal(signal?.aborted, true);
  });

  it("reconnects after two and a half heartbeats of silence, not before", async () => {
    const visitor = await live();
    clock.advance(60_000);
    visitor.say({ type: "heartbeat" });
    visitor.say(UPDATE);
    await version("2.00");
    const heardAt = clock.now();
    clock.advance(74_999);
    assert.equal(client.getSnapshot().connection.state, "live");
    clock.advance(1);
    const { connection } = await state("retrying");
    assert.deepEqual(connection.state === "retrying" && [connection.cause.kind, connection.staleSince], [
      "silence",
      heardAt,
    ]);
  });

  it("tries at once when the network comes back", async () => {
    const visitor = await live();
    visitor.cut();
    await state("retrying");
    for (const wake of wakers) wake();
    await daemon.subscriber();
  });

  it("probes a live connection when the page is looked at again, and gives up on one that does not answer in 5 s", async () => {
    const visitor = await live();
    for (const wake of wakers) wake();
    const { id } = await visitor.asks("ping");
    clock.advance(1_000);
    visitor.say({ type: "ack", id });
    visitor.say(UPDATE);
    await version("2.00");
    clock.advance(10_000);
    assert.equal(client.getSnapshot().connection.state, "live");
    for (const wake of wakers) wake();
    await visitor.asks("ping");
    clock.advance(5_000);
    await state("retrying");
  });

  it("connects at once by connect() while it waits", async () => {
    const visitor = await live();
    visitor.cut();
    await state("retrying");
    client.connect();
    await daemon.subscriber();
  });

  describe("close() leaves no socket, timer or listener", () => {
    const REACH: { readonly [S in State]: () => Promise<unknown> } = {
      idle: () => Promise.resolve(),
      connecting: () => {
        client.connect();
        return daemon.visitor();
      },
      live,
      stale: async () => {
        const visitor = await live();
        visitor.say({ type: "stale", ownerId: "1", since: "2026-05-08T11:59:59.000000Z", reason: "database" });
        return state("stale");
      },
      retrying: async () => {
        const visitor = await live();
        visitor.cut();
        return state("retrying");
      },
      closed: async () => {
        const visitor = await live();
        visitor.close(4403);
        return state("closed");
      },
    };
    for (const [name, reach] of Object.entries(REACH)) {
      it(`in ${name}, however often`, async () => {
        const visitor = await reach();
        client.close();
        client.close();
        assert.equal(client.getSnapshot().connection.state, "closed");
        assert.deepEqual([clock.pending, wakers.size], [0, 0]);
        if (name === "connecting" || name === "live") await (visitor as Visitor).left;
        clock.advance(600_000);
        assert.equal(client.getSnapshot().connection.state, "closed");
      });
    }

    it("also before the socket opened, and while the token is awaited", async () => {
      client.connect();
      client.close();
      client.connect();
      await Promise.resolve();
      client.close();
      assert.deepEqual([clock.pending, wakers.size], [0, 0]);
      const visitor = await live();
      assert.equal(visitor.unheard, 0);
    });

    it("a hundred times over", async () => {
      for (let round = 0; round < 100; round += 1) {
        const visitor = await live();
        client.close();
        await visitor.left;
      }
      assert.deepEqual([clock.pending, wakers.size, daemon.open], [0, 0, 0]);
    });
  });
});
