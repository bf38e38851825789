import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { WebSocket } from "playwright-core";
import { describeInBrowser, type Tab } from "../support/browser.ts";
import { buildPage } from "../support/built-page.ts";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../support/gateway.ts";
import type { Wish } from "./stats-page.ts";

const SCRIPT = fileURLToPath(new URL("stats-page.js", import.meta.url));

describeInBrowser("useRealtimeStats", (openTab) => {
  let folder: string;
  let pageDir: string;
  let server: RunningGateway;
  let tab: Tab;
  let sockets: WebSocket[];

  stopGatewaysAfterEach();
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "deltad-react-"));
    pageDir = await buildPage(folder, SCRIPT, { title: "stats" });
  });
  after(() => rm(folder, { recursive: true }));

  beforeEach(async () => {
    server = await startGateway({ transport: "auto", pageDir });
    server.publisher.documents.set("1", { revenue: { today: "1.00" } });
    server.publisher.documents.set("2", { revenue: { today: "2.00" } });
    tab = await openTab();
    sockets = [];
    tab.page.on("websocket", (socket) => sockets.push(socket));
    await tab.page.goto(`http://127.0.0.1:${server.port}/`);
  });
  afterEach(async () => {
    await tab.close();
    assert.deepEqual(tab.errors, []);
  });

  const show = (wish: Wish) => tab.page.evaluate(`show(${JSON.stringify(wish)})`);
  const press = (owner: string, name: string) =>
    tab.page.locator(`#owner-${owner}`).getByText(name, { exact: true }).click();
  const says = (owner: string, text: string) =>
    tab.page.locator(`#owner-${owner} p`).getByText(text, { exact: true }).waitFor();
  const open = () => sockets.filter((socket) => !socket.isClosed()).length;
  const owners = [{ ownerId: "1" }, { ownerId: "2" }];

  async function tell(owner: string, name: string): Promise<void> {
    server.publisher.happen(owner, name);
    // The hub waits for the end of the turn: the metrics of the same commit may follow.
    await Promise.resolve();
    server.clock.advance(50);
  }

  it("below a provider shares one socket among all hooks, in strict mode too, and closes it when the provider goes", async () => {
    await show({ owners, shared: server.token({ owners: [1, 2] }) });
    await says("1", "1.00, live, , , 0");
    await says("2", "2.00, live, , , 0");
    assert.equal(sockets.length, 1);
    server.publisher.patch("2", { revenue: { today: "2.50" } });
    server.clock.advance(50);
    await says("2", "2.50, live, , , 0");
    const closed = sockets[0]?.waitForEvent("close");
    await show({ owners: [] });
    await closed;
    assert.equal(open(), 0);
  });

  it("keeps notifications by owner, counts those unread, and clears them", async () => {
    await show({ owners, shared: server.token({ owners: [1, 2] }) });
    await says("1", "1.00, live, , , 0");
    await says("2", "2.00, live, , , 0");
    await tell("1", "booking_created");
    await tell("1", "booking_completed");
    await tell("1", "occupancy_changed");
    await says("1", "1.00, live, booking_completed booking_created, occupancy_changed, 3");
    await says("2", "2.00, live, , , 0");
    await press("1", "clear");
    await says("1", "1.00, live, , , 0");
    await tell("1", "booking_updated");
    await says("1", "1.00, live, booking_updated, , 1");
  });

  it("shows nothing of the owner before when ownerId changes", async () => {
    const token = server.token({ owners: [1, 2] });
    await show({ owners: [{ ownerId: "1", token }] });
    await says("1", "1.00, live, , , 0");
    await tell("1", "booking_created");
    await says("1", "1.00, live, booking_created, , 1");
    await show({ owners: [{ ownerId: "2", token }] });
    await says("2", "2.00, live, , , 0");
    assert.equal(sockets.length, 1);
  });

  it("shows the events that it is told the names of instead of the marketplace's", async () => {
    const token = server.token({ ownerId: 1 });
    await show({ owners: [{ ownerId: "1", token, notifications: ["stay_booked"] }] });
    await says("1", "1.00, live, , , 0");
    await tell("1", "booking_created");
    await tell("1", "stay_booked");
    await says("1", "1.00, live, stay_booked, , 1");
  });

  it("useEvents gives the newest of those it names, the same result until one comes, and starts anew with other names", async () => {
    const owner = { ownerId: "1", token: server.token({ ownerId: 1 }) };
    await show({ owners: [{ ...owner, names: ["stay_booked", "stay_moved", "booking_created"] }] });
    await says("1", "1.00, live, , , 0");
    await tell("1", "stay_booked");
    await says("1", "stay_booked, 1, 2 results");
    await tell("1", "occupancy_changed");
    await tell("1", "stay_moved");
    await says("1", "stay_moved stay_booked, 2, 3 results");
    // Another array of the same names.
    await show({ owners: [{ ...owner, names: ["stay_booked", "stay_moved", "booking_created"] }] });
    await tell("1", "booking_created");
    await says("1", "booking_created stay_moved, 3, 4 results");
    await tab.page.locator("#owner-1 p").last().click();
    await says("1", ", 0, 5 results");
    await show({ owners: [{ ...owner, names: "*" }] });
    await says("1", ", 0, 6 results");
    await tell("1", "booking_updated");
    await says("1", "booking_updated, 1, 7 results");
    assert.equal(sockets.length, 1);
  });

  it("opens a socket of its own with a token, one in strict mode too, and keeps the numbers when it is told to disconnect", async () => {
    await show({ owners: [{ ownerId: "1", token: server.token({ ownerId: 1 }) }] });
    await says("1", "1.00, live, , , 0");
    assert.equal(sockets.length, 1);
    await press("1", "disconnect");
    await says("1", "1.00, closed, , , 0");
    await press("1", "connect");
    await says("1", "1.00, live, , , 0");
    assert.equal(sockets.length, 2);
    assert.equal(open(), 1);
  });

  it("shares one socket with other hooks of the same subject, without a provider, and ends its own use alone", async () => {
    const token = server.token({ sub: "u1", owners: [1, 2] });
    await show({ owners: owners.map((owner) => ({ ...owner, token })) });
    await says("1", "1.00, live, , , 0");
    await says("2", "2.00, live, , , 0");
    assert.equal(sockets.length, 1);
    await press("1", "disconnect");
    await says("1", "1.00, closed, , , 0");
    server.publisher.patch("2", { revenue: { today: "2.50" } });
    server.clock.advance(50);
    await says("2", "2.50, live, , , 0");
    await press("1", "connect");
    await says("1", "1.00, live, , , 0");
    await tab.page.locator("#owner-1 i").getByText("ready live", { exact: true }).waitFor();
    const other = server.token({ sub: "u2", ownerId: 2 });
    await show({
      owners: [
        { ownerId: "1", token },
        { ownerId: "2", token: other },
      ],
    });
    await says("2", "2.50, live, , , 0");
    assert.equal(sockets.length, 2);
    assert.equal(open(), 2);
  });

  it("has hooks for an owner and its events, which wait for an id", async () => {
    const part = (owner: string, element: string, text: string) =>
      tab.page.locator(`#part-${owner} ${element}`).getByText(text, { exact: true }).waitFor();
    await show({ owners: [], parts: ["skip"], shared: server.token({ ownerId: 1 }) });
    await part("skip", "p", "loading, , , 0");
    await show({ owners: [], parts: ["1"], shared: server.token({ ownerId: 1 }) });
    await part("1", "p", "ready, 1.00, owner:1, 0");
    await part("1", "b", "1.00");
    await tell("1", "stay_booked");
    await part("1", "p", "ready, 1.00, owner:1, 1");
    server.publisher.stale("1", "database");
    await part("1", "p", "stale, 1.00, owner:1, 1");
    server.publisher.patch("1", { revenue: { today: "3.00" } });
    server.clock.advance(50);
    await part("1", "p", "stale, 3.00, owner:1, 1");
    assert.equal(sockets.length, 1);
  });

  it("useConnection tells of the provider's socket, without an owner too, and ends and begins it for all", async () => {
    const pill = (text: string) => tab.page.locator("footer p").getByText(text, { exact: true }).waitFor();
    const push = (name: string) => tab.page.locator("footer").getByText(name, { exact: true }).click();
    await show({ owners: [], shared: server.token({ ownerId: 1 }) });
    await pill("open, ");
    assert.equal(sockets.length, 1);
    await show({ owners: [{ ownerId: "1" }], shared: server.token({ ownerId: 1 }) });
    await says("1", "1.00, live, , , 0");
    await push("off");
    await pill("closed, ");
    await says("1", "1.00, closed, , , 0");
    await push("on");
    await pill("open, ");
    await says("1", "1.00, live, , , 0");
  });

  it("asks for nothing while it is not enabled", async () => {
    const token = server.token({ ownerId: 1 });
    await show({ owners: [{ ownerId: "1", token, enabled: false }] });
    await says("1", "-, idle, , , 0");
    assert.equal(sockets.length, 0);
    await show({ owners: [{ ownerId: "1", token }] });
    await says("1", "1.00, live, , , 0");
    const closed = sockets[0]?.waitForEvent("close");
    await show({ owners: [{ ownerId: "1", token, enabled: false }] });
    await says("1", "-, idle, , , 0");
    await closed;
    assert.equal(sockets.length, 1);
  });

  it("stops at a token that is refused, and goes on with another", async () => {
    await show({ owners: [{ ownerId: "1", token: "not a token" }] });
    await says("1", "-, closed, , , 0");
    await show({ owners: [{ ownerId: "1", token: server.token({ ownerId: 1 }) }] });
    await says("1", "1.00, live, , , 0");
  });
});
