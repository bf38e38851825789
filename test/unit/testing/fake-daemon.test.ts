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
    daemon = new FakeDaemon(clock.now);
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

  it("refuses to say what no daemon says", async () => {
    const strange = { revenue: { today: ["1.00"] } } as unknown as Sample["metrics"];
    daemon.setMetrics("8", { revenue: {} });
    client.owner("8").subscribe(() => undefined);
    await live();
    assert.throws(() => daemon.setMetrics("8", strange), /without arrays/);
  });
});
