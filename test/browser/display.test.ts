import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, it } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "../../daemon/database/cluster.ts";
import { compileKinds } from "../../daemon/plan/compile.ts";
import { pageSchema } from "../../daemon/plan/page-schema.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { assertAccessible } from "../support/axe.ts";
import { describeInBrowser, type Tab } from "../support/browser.ts";
import { buildPage } from "../support/built-page.ts";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../support/gateway.ts";
import { DEMO } from "../support/oracle.ts";
import type { Wish } from "./display-page.ts";

const SCRIPT = fileURLToPath(new URL("display-page.js", import.meta.url));
const STYLES = fileURLToPath(new URL("../../../react/display/display.css", import.meta.url));

const SCHEMA = pageSchema(compileKinds(DEMO.config).plans);
const DOCUMENT: JsonObject = {
  currency: "BRL",
  revenue: { today: "1234.50", month: "90071992547409.93", last30Days: "0.00", growthWeek: 12.5 },
  bookings: { today: 0, total: 1234, byStatus: { confirmed: 7, cancelled: 2 }, byMonth: { "2026-05": 9 } },
  listings: { total: 5, active: 4, published: 3, byStatus: {} },
  occupancy: { booked: 1, available: 4, percentage: 25 },
  payouts: { pending: "250.00" },
};

describeInBrowser("RealtimeMetricsDisplay", (openTab) => {
  let folder: string;
  let pageDir: string;
  let port: number;
  let server: RunningGateway;
  let tab: Tab;

  stopGatewaysAfterEach();
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "deltad-display-"));
    await copyFile(STYLES, join(folder, "display.css"));
    pageDir = await buildPage(folder, SCRIPT, { title: "display", stylesheet: "./display.css" });
  });
  after(() => rm(folder, { recursive: true }));

  beforeEach(async () => {
    port = await freePort();
    await start();
    tab = await openTab({ viewport: { width: 1100, height: 800 } });
    await tab.page.goto(`http://127.0.0.1:${port}/`);
  });
  afterEach(async () => {
    await tab.close();
    assert.deepEqual(tab.errors, []);
  });

  async function start(): Promise<void> {
    server = await startGateway({ transport: "auto", port, pageDir, schema: SCHEMA });
    server.publisher.documents.set("1", DOCUMENT);
  }

  const show = (wish: Wish) => tab.page.evaluate(`show(${JSON.stringify(wish)})`);
  const value = (path: string) => tab.page.locator(`[data-metric="${path}"]`);
  const says = (path: string, text: string) => value(path).getByText(text, { exact: true }).waitFor();
  const state = (path: string) => value(path).getAttribute("data-state");
  const connection = (name: string) => tab.page.locator(`[data-connection="${name}"]`).waitFor();

  async function patch(change: JsonObject): Promise<void> {
    server.publisher.patch("1", change);
    server.clock.advance(50);
  }
  async function tell(name: string, data: JsonObject = {}): Promise<void> {
    server.publisher.happen("1", name, data);
    // The hub waits for the end of the turn: the metrics of the same commit may follow.
    await Promise.resolve();
    server.clock.advance(50);
  }

  it("draws the cards of whatever the daemon describes, and what changes in them", async () => {
    await show({ token: server.token({ ownerId: 1 }) });
    await says("revenue.today", "R$1,234.50");
    await says("revenue.month", "R$90,071,992,547,409.93");
    await says("revenue.growthWeek", "+12.5%");
    await says("bookings.byStatus.confirmed", "7");
    await says("occupancy.percentage", "25.0%");
    assert.deepEqual(await tab.page.locator("h2").allTextContents(), [
      "Revenue",
      "Bookings",
      "Listings",
      "Occupancy",
      "Payouts",
      "Notifications",
      "Changes",
    ]);
    await patch({ revenue: { today: "2000.00" } });
    await says("revenue.today", "R$2,000.00");
    assert.match((await value("revenue.today").getAttribute("class")) ?? "", /deltad-changed/);
    assert.doesNotMatch((await value("revenue.month").getAttribute("class")) ?? "", /deltad-changed/);
    await assertAccessible(tab.page, "the display, live");
  });

  it("tells nothing known, nothing there, and zero apart", async () => {
    server.publisher.documents.clear();
    await show({ token: server.token({ ownerId: 1 }) });
    await says("revenue.today", "not known yet");
    assert.deepEqual([await state("revenue.today"), await state("bookings.today")], ["unknown", "unknown"]);
    server.publisher.document("1", DOCUMENT);
    await says("payouts.nextDate", "none");
    await says("revenue.growthMonth", "none");
    const states = ["revenue.today", "revenue.last30Days", "bookings.today", "payouts.nextDate"].map(state);
    assert.deepEqual(await Promise.all(states), ["some", "zero", "zero", "none"]);
    await tab.page.locator('[data-card="listings"]').getByText("none").waitFor();
    await patch({ bookings: null, revenue: null, currency: null, listings: null, occupancy: null, payouts: null });
    await tab.page.getByText("There is nothing of this owner yet").waitFor();
  });

  it("speaks Portuguese, and calls things as the page says", async () => {
    const names = { revenue: "Receita", "revenue.today": "Hoje", booking_created: "Chegou uma reserva" };
    await show({ token: server.token({ ownerId: 1 }), language: "pt-BR", names });
    await connection("live");
    await says("revenue.today", "R$\u00a01.234,50");
    const card = tab.page.locator('[data-card="revenue"]');
    assert.equal(await card.locator("h2").textContent(), "Receita");
    assert.equal(await card.locator("dt").first().textContent(), "Hoje");
    await tell("booking_created");
    await tab.page.getByText("1 nova", { exact: true }).waitFor();
    await tab.page.locator('[data-event="booking_created"]').getByText("Chegou uma reserva").waitFor();
    await tab.page.getByText("Ao vivo").waitFor();
    await assertAccessible(tab.page, "the display in Portuguese");
  });

  it("lists notifications with a count until they are cleared, and changes by themselves", async () => {
    await show({ token: server.token({ ownerId: 1 }) });
    await connection("live");
    await tell("booking_created", { guestName: "Ana", amount: "80.00", currency: "EUR" });
    await tell("occupancy_changed", { hangarNumber: "H 1" });
    const [notifications, changes] = [
      tab.page.locator(".deltad-events").first(),
      tab.page.locator(".deltad-events").last(),
    ];
    await notifications.getByText("2 new").waitFor();
    await notifications.getByText("€80.00").waitFor();
    await changes.getByText("H 1").waitFor();
    assert.deepEqual([await notifications.locator("li").count(), await changes.locator("li").count()], [1, 1]);
    const clear = notifications.getByRole("button", { name: "Clear" });
    await clear.focus();
    await tab.page.keyboard.press("Enter");
    await notifications.getByText("Nothing new").waitFor();
    assert.deepEqual([await notifications.locator("li").count(), await changes.locator("li").count()], [0, 0]);
    // Whoever pressed it is where they were.
    assert.equal(await tab.page.evaluate("document.activeElement.textContent"), "Clear");
  });

  it("reads out what has changed, whole, and not what was there", async () => {
    await show({ token: server.token({ ownerId: 1 }) });
    await says("revenue.today", "R$1,234.50");
    const region = tab.page.getByRole("status");
    assert.deepEqual([await region.count(), await region.textContent()], [1, ""]);
    assert.deepEqual(
      [await region.getAttribute("aria-live"), await region.getAttribute("aria-atomic")],
      ["polite", "true"],
    );
    await tell("booking_created");
    await patch({ revenue: { today: "2000.00" } });
    await region.getByText("Booking created. Revenue, Today: R$2,000.00").waitFor();
  });

  it("keeps the numbers when the connection is lost, says why and since when, and connects again by its button", async () => {
    await show({ token: server.token({ ownerId: 1 }) });
    await says("revenue.today", "R$1,234.50");
    server.gateway.stop();
    server.hub.stop();
    await connection("retrying");
    await tab.page.getByText(/The numbers are as they were at/).waitFor();
    await says("revenue.today", "R$1,234.50");
    await assertAccessible(tab.page, "the display, reconnecting");
    await start();
    await tab.page.getByRole("button", { name: "Reconnect now" }).click();
    await connection("live");
    assert.equal(await tab.page.getByRole("button", { name: "Reconnect now" }).count(), 0);
  });

  it("says what is wrong in its own place, leaves the page alone, and tries again", async () => {
    await show({});
    const alert = tab.page.getByRole("alert");
    await alert.getByText("needs token or getToken").waitFor();
    await tab.page.getByText("Somebody's page").waitFor();
    await assertAccessible(tab.page, "the display, failed");
    assert.match(String(await tab.page.evaluate("failures[0]")), /needs token or getToken/);
    await show({ token: server.token({ ownerId: 1 }) });
    await alert.getByRole("button", { name: "Try again" }).click();
    await says("revenue.today", "R$1,234.50");
    // React writes to the console what a boundary has caught.
    assert.ok(tab.errors.length > 0);
    (tab.errors as string[]).length = 0;
  });

  it("asks for the schema with a token of getToken, and once more where it is not taken", async () => {
    await show({ second: server.token({ ownerId: 1 }) });
    await says("revenue.today", "R$1,234.50");
    const asked = tab.requests.filter((request) => request === "GET /v1/schema").length;
    // In strict mode everything begins twice; each time it is refused once, which the browser writes to the console.
    assert.ok(asked === 2 || asked === 4, `${asked} requests`);
    assert.ok((tab.errors as string[]).splice(0).every((error) => error.includes("401")));
  });

  it("asks for nothing while it is not enabled, and shows nobody's numbers with another owner", async () => {
    const token = server.token({ owners: [1, 2] });
    await show({ token, enabled: false });
    await connection("idle");
    assert.equal(tab.requests.filter((request) => request.includes("/v1/")).length, 0);
    await show({ token });
    await says("revenue.today", "R$1,234.50");
    await show({ token, ownerId: "2" });
    await says("revenue.today", "not known yet");
  });

  it("fits a phone, and moves nothing where motion is not wanted", async () => {
    await tab.page.setViewportSize({ width: 320, height: 640 });
    await tab.page.emulateMedia({ reducedMotion: "reduce", colorScheme: "dark" });
    await show({ token: server.token({ ownerId: 1 }) });
    await says("revenue.today", "R$1,234.50");
    assert.equal(await tab.page.evaluate("document.documentElement.scrollWidth"), 320);
    await patch({ revenue: { today: "2000.00" } });
    await says("revenue.today", "R$2,000.00");
    assert.equal(await tab.page.evaluate("document.getAnimations().length"), 0);
    await assertAccessible(tab.page, "the display on a phone, dark");
  });

  it("shows developers what it knows, where they ask for it", async () => {
    await show({ token: server.token({ ownerId: 1 }) });
    await says("revenue.today", "R$1,234.50");
    const panel = tab.page.locator(".deltad-debug");
    assert.equal(await panel.count(), 0);
    await show({ token: server.token({ ownerId: 1 }), debug: true });
    assert.match((await panel.locator("pre").textContent()) ?? "", /"topic": "owner:1"/);
  });
});
