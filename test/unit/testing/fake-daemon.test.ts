import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type Client, createClient, type Owner } from "../../../client/client.ts";
import { FakeDaemon } from "../../../testing/fake-daemon.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import type { Sample } from "../../support/client-rig.ts";

/** As a user's own test would be. */
describe("The fake daemon", () => {
  let clock: ManualClock;
  let daemon: FakeDaemon<Sample>;
  let client: Client<Sample>;
  let owner: Owner<Sample>;
  let heard: string[];

  beforeEach(() => {
    clock = new ManualClock();
    daemon = new FakeDaemon(clock);
    const { WebSocket, url } = daemon;
    const { now, setTimeout, clearTimeout } = clock;
    let tokens = 0;
    client = createClient({
      url,
      getToken: () => `token-${(tokens += 1)}`,
      environment: { WebSocket, now, setTimeout, clearTimeout },
    });
    owner = client.owner("7");
    heard = [];
    owner.on("booking_created", ({ data }) => heard.push(data.guestName));
    daemon.setMetrics("7", { revenue: { today: "1.00", month: "9.00" } });
  });
  afterEach(() => {
    client.close();
    assert.equal(daemon.connections, 0);
    assert.equal(clock.pending, 0);
  });

  const settle = () => new Promise(setImmediate);
  const state = () => owner.getSnapshot().connection.state;
  async function live(): Promise<void> {
    client.connect();
    await settle();
    assert.equal(state(), "live");
  }

  it("shows metrics and their changes, groups and leaves that go too", async () => {
    await live();
    const before = owner.getSnapshot();
    daemon.setMetrics("7", { revenue: { month: "10.00" } });
    await settle();
    const { metrics } = owner.getSnapshot();
    assert.deepEqual(JSON.parse(JSON.stringify(metrics)), { revenue: { month: "10.00" } });
    daemon.setMetrics("7", { revenue: { month: "10.00" } });
    await settle();
    assert.equal(owner.getSnapshot().metrics, metrics);
    assert.notEqual(before.metrics, metrics);
  });

  it("tells of events, and of those that were missed", async () => {
    await live();
    daemon.emit("7", "booking_created", { guestName: "Ana" });
    await settle();
    daemon.cut();
    daemon.emit("7", "booking_created", { guestName: "Bia" });
    await settle();
    assert.deepEqual([state(), heard], ["retrying", ["Ana"]]);
    await live();
    assert.deepEqual(heard, ["Ana", "Bia"]);
  });

  it("can have forgotten them", async () => {
    let gaps = 0;
    owner.onGap(() => (gaps += 1));
    await live();
    daemon.cut();
    await settle();
    daemon.emit("7", "booking_created", { guestName: "Bia" });
    daemon.forgetEvents();
    await live();
    assert.deepEqual([heard, gaps], [[], 1]);
  });

  it("refuses tokens and owners, and can't be reached", async () => {
    daemon.acceptsToken = (token) => token === "token-2";
    daemon.mayFollow = () => false;
    client.connect();
    await settle();
    assert.deepEqual([state(), daemon.tokens], ["closed", ["token-1", "token-2"]]);
    daemon.mayFollow = () => true;
    daemon.reachable = false;
    client.connect();
    await settle();
    assert.equal(state(), "retrying");
    daemon.reachable = true;
    daemon.acceptsToken = () => true;
    await live();
  });

  it("has topics of other kinds, apart from owners, and refuses them by their names", async (t) => {
    interface Kinds extends Sample {
      readonly topics: { readonly listing: Sample };
    }
    const kinds = new FakeDaemon<Kinds>(clock);
    const { WebSocket, url } = kinds;
    const other = createClient<Kinds>({ url, getToken: () => "token", environment: { WebSocket } });
    t.after(() => other.close());
    kinds.mayFollow = (name) => name !== "listing:13";
    const [listing, refused, sameKey] = [other.topic("listing:12"), other.topic("listing:13"), other.owner("12")];
    const named: string[] = [];
    listing.on("booking_created", ({ data, topic }) => named.push(`${topic} ${data.guestName}`));
    for (const each of [refused, sameKey]) each.subscribe(() => undefined);
    kinds.topic("listing:12").setMetrics({ revenue: { today: "1.00" } });
    other.connect();
    await settle();
    assert.equal(refused.getSnapshot().connection.state, "closed");
    const control = kinds.topic("listing:12");
    control.setMetrics({ revenue: { today: "2.00" } });
    control.emit("booking_created", { guestName: "Ana" });
    control.stale();
    await settle();
    assert.deepEqual(listing.getSnapshot().metrics, { revenue: { today: "2.00" } });
    assert.deepEqual([listing.getSnapshot().connection.state, named], ["stale", ["listing:12 Ana"]]);
    assert.equal(sameKey.getSnapshot().metrics, undefined);
    control.live();
    await settle();
    assert.equal(listing.getSnapshot().connection.state, "live");
  });

  it("is stale and live, expires tokens and restarts", async () => {
    await live();
    daemon.stale("7");
    await settle();
    assert.equal(state(), "stale");
    daemon.live("7");
    daemon.tokenExpiring();
    await settle();
    assert.deepEqual([state(), daemon.tokens], ["live", ["token-1", "token-2"]]);
    daemon.tokenExpired();
    await settle();
    assert.deepEqual([state(), daemon.tokens.at(-1)], ["live", "token-3"]);
    daemon.restart([2_000, 2_000]);
    await settle();
    assert.equal(state(), "retrying");
    clock.advance(2_000);
    await settle();
    assert.equal(state(), "live");
  });

  for (const livesMs of [20_000, 600_000]) {
    it(`ends tokens after ${livesMs / 1_000} s: a client renews its own in time, and the connection goes on`, async () => {
      daemon.tokenLivesMs = livesMs;
      await live();
      const noticeMs = Math.min(60_000, livesMs / 4);
      clock.advance(livesMs - noticeMs - 1);
      await settle();
      assert.deepEqual(daemon.tokens, ["token-1"]);
      clock.advance(1);
      await settle();
      assert.deepEqual([state(), daemon.tokens], ["live", ["token-1", "token-2"]]);
      clock.advance(noticeMs);
      await settle();
      assert.deepEqual([state(), daemon.connections, daemon.tokens.length], ["live", 1, 2]);
    });
  }

  it("refuses a token that has ended, and says so, and closes a connection whose token is not renewed", async () => {
    daemon.tokenLivesMs = 20_000;
    const { WebSocket, url } = daemon;
    const { now, setTimeout, clearTimeout } = clock;
    const reasons: string[] = [];
    const environment = { WebSocket, now, setTimeout, clearTimeout };
    const idle = createClient({
      url,
      environment,
      getToken: ({ reason }) => (reasons.push(reason), "the same"),
      onError: () => undefined,
    });
    idle.connect();
    await settle();
    clock.advance(20_000);
    for (let turn = 0; turn < 3; turn += 1) await settle();
    const connection = idle.connection.getSnapshot();
    idle.close();
    assert.deepEqual(reasons, ["connect", "expiring", "expired"]);
    assert.equal(connection.state === "closed" || connection.state === "retrying" ? connection.cause.code : 0, 4401);
    assert.equal("cause" in connection && connection.cause.reason, "the token has expired");
  });

  it("takes any part of a typed document, as deep as the test cares", async () => {
    const typed = new FakeDaemon<{
      readonly metrics: { readonly a: { readonly b: 1; readonly c: 2 } };
      events: object;
    }>();
    typed.setMetrics("7", { a: { b: 1 } });
    typed.setMetrics("7", {});
    // @ts-expect-error: no such metric
    typed.setMetrics("7", { a: { d: 1 } });
    await live();
    daemon.setMetrics("7", { revenue: {} });
    await settle();
    assert.deepEqual(owner.getSnapshot().metrics, { revenue: {} });
  });

  it("serves two tabs, and one that is closed is no matter to the other", async () => {
    const { WebSocket, url } = daemon;
    const tab = createClient<Sample>({ url, getToken: () => "token", environment: { WebSocket } });
    const elsewhere: string[] = [];
    tab.owner("7").on("booking_created", ({ data }) => elsewhere.push(data.guestName));
    tab.connect();
    await live();
    assert.equal(daemon.connections, 2);
    daemon.emit("7", "booking_created", { guestName: "Ana" });
    await settle();
    tab.close();
    daemon.emit("7", "booking_created", { guestName: "Bia" });
    await settle();
    assert.deepEqual([elsewhere, heard, state()], [["Ana"], ["Ana", "Bia"], "live"]);
  });

  it("needs neither structuredClone nor queueMicrotask, which Jest lacks or fakes", async (t) => {
    const { structuredClone, queueMicrotask } = globalThis;
    Object.assign(globalThis, { structuredClone: undefined, queueMicrotask: () => undefined });
    t.after(() => Object.assign(globalThis, { structuredClone, queueMicrotask }));
    await live();
    daemon.emit("7", "booking_created", { guestName: "Ana" });
    await settle();
    assert.deepEqual(heard, ["Ana"]);
  });

  for (const none of ["", undefined, {}]) {
    it(`is to a client whose getToken gives ${JSON.stringify(none)} what a daemon is: no close that stops it`, async () => {
      const { WebSocket, url } = daemon;
      const other = createClient({ url, getToken: () => none as string, environment: { WebSocket } });
      other.connect();
      await settle();
      const { connection } = other.owner("7").getSnapshot();
      assert.ok(connection.state === "retrying" && connection.cause.kind === "token");
      other.close();
    });
  }

  it("refuses to say what no daemon says", async () => {
    const strange = { revenue: { today: ["1.00"] } } as unknown as Sample["metrics"];
    daemon.setMetrics("8", { revenue: {} });
    client.owner("8").subscribe(() => undefined);
    await live();
    assert.throws(() => daemon.setMetrics("8", strange), /without arrays/);
  });
});
