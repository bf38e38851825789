import assert from "node:assert/strict";
import { afterEach, beforeEach, it } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "../../daemon/database/cluster.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { assertAccessible } from "../support/axe.ts";
import { describeInBrowser, type Tab } from "../support/browser.ts";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../support/gateway.ts";

const PAGE_DIR = fileURLToPath(new URL("../../demo-page", import.meta.url));

/** As of May 2026, where the stand-in publisher's instants are. */
const DOCUMENT: JsonObject = {
  currency: "BRL",
  revenue: { today: "1234.50", month: "90071992547409.93", last30Days: "-12.00", growthWeek: 12.5, growthMonth: -40 },
  bookings: {
    today: 3,
    total: 1234,
    byStatus: JSON.parse('{"confirmed":7,"cancelled":2,"__proto__":4,"":1}') as JsonObject,
    byMonth: { "2026-05": 9, "2025-06": 30 },
  },
  listings: { total: 5, active: 4, published: 3, byStatus: { active: 4, draft: 1 } },
  occupancy: { booked: 1, available: 4, percentage: 25 },
  payouts: { pending: "250.00", nextDate: "2026-05-12" },
};

/** Adds up how far the page's parts move by themselves (Cumulative Layout Shift, in parts of the window). */
const WATCH_SHIFTS = `
  globalThis.shifted = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) globalThis.shifted += value;
  }).observe({ type: "layout-shift", buffered: true });`;
/** Google's Web Vitals call up to 0.1 good; a page whose numbers come by themselves should be better. */
const MOST_SHIFT = 0.02;
const TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(shifted))))";

describeInBrowser("The marketplace's page", (openTab) => {
  let server: RunningGateway;
  let port: number;
  let tab: Tab;

  stopGatewaysAfterEach();
  beforeEach(async () => {
    // Chosen here, not by port 0: uWebSockets.js could not listen on it again while the last connections linger.
    port = await freePort();
    await start();
    tab = await openTab();
  });
  afterEach(async () => {
    await tab.close();
    assert.deepEqual(tab.errors, []);
  });

  async function start(): Promise<void> {
    server = await startGateway({ transport: "auto", port, pageDir: PAGE_DIR });
    server.publisher.documents.set("1", DOCUMENT);
  }

  /** Lets the change out at once: the hub's clock stands still otherwise. */
  function patch(change: JsonObject): void {
    server.publisher.patch("1", change);
    server.clock.advance(50);
  }

  const home = () => `http://127.0.0.1:${port}/`;
  const metric = (path: string) => tab.page.locator(`[data-metric="${path}"]`);
  const text = async (path: string) => (await metric(path).textContent())?.replaceAll(/\s/g, " ");
  const connection = (state: string) => tab.page.locator(`[data-connection="${state}"]`).waitFor();
  /** Waits until the page shows this text for the metric. */
  const shows = (path: string, wanted: string) => metric(path).filter({ hasText: wanted }).waitFor();
  const press = (name: string) => tab.page.getByRole("button", { name }).click();

  async function openLive(claims: object = { ownerId: 1 }): Promise<void> {
    await tab.page.goto(`${home()}#token=${server.token(claims)}`);
    await connection("live");
  }

  /** Every leaf of a document, as paths. */
  function leaves(document: JsonObject, path: readonly string[] = []): string[] {
    return Object.entries(document).flatMap(([key, value]) =>
      typeof value === "object" && value !== null ? leaves(value, [...path, key]) : [[...path, key].join(".")],
    );
  }

  it("shows every metric of the document", async () => {
    await openLive();
    for (const path of leaves(DOCUMENT)) assert.notEqual(await text(path), "—", path);
    assert.equal(await text("revenue.today"), "R$1,234.50");
    assert.equal(await text("revenue.month"), "R$90,071,992,547,409.93");
    assert.equal(await text("revenue.last30Days"), "-R$12.00");
    assert.equal(await text("revenue.growthWeek"), "+12.5%");
    assert.equal(await text("revenue.growthMonth"), "-40.0%");
    assert.equal(await text("bookings.total"), "1,234");
    assert.equal(await text("bookings.byStatus.__proto__"), "4");
    assert.equal(await text("bookings.byStatus."), "1");
    assert.equal(await text("bookings.byMonth.2025-06"), "30");
    assert.equal(await text("occupancy.percentage"), "25.0%");
    assert.equal(await text("payouts.nextDate"), "Tuesday, May 12, 2026");
    assert.equal(await tab.page.locator("[data-metric^='bookings.byMonth.']").count(), 12);
  });

  it("shows a change without a reload or an HTTP request, and lights it up", async () => {
    await openLive();
    // It asks for the schema, once.
    await tab.page.getByText("What happened").waitFor();
    const before = tab.requests.length;
    patch({ revenue: { today: "2000.00" }, bookings: { byStatus: { confirmed: null } } });
    await shows("revenue.today", "R$2,000.00");
    await metric("bookings.byStatus.confirmed").waitFor({ state: "detached" });
    assert.match((await metric("revenue.today").getAttribute("class")) ?? "", /changed/);
    assert.doesNotMatch((await metric("revenue.month").getAttribute("class")) ?? "", /changed/);
    assert.equal(tab.requests.length, before);
  });

  it("shows what is absent as a dash", async () => {
    await openLive();
    patch({ revenue: { growthMonth: null }, occupancy: { percentage: null } });
    await shows("revenue.growthMonth", "—");
    assert.equal(await text("occupancy.percentage"), "—");
  });

  it("tells what happens in its own words", async () => {
    await openLive();
    await tab.page.getByText("Nothing new").waitFor();
    server.publisher.happen("1", "booking_created", { guestName: "João", status: "confirmed", previousStatus: null });
    await Promise.resolve();
    server.clock.advance(50);
    const told = tab.page.locator("[data-event=booking_created]");
    assert.match((await told.innerText()).replaceAll(/\s+/g, " "), /Guest João Status Confirmed Status before —$/);
    await press("Clear 1 new");
    await told.waitFor({ state: "detached" });
  });

  it("speaks Portuguese to a Brazilian browser, and English at a click", async () => {
    await tab.close();
    tab = await openTab({ locale: "pt-BR" });
    await openLive();
    assert.equal(await text("revenue.today"), "R$ 1.234,50");
    assert.equal(await tab.page.locator("html").getAttribute("lang"), "pt-BR");
    await tab.page.getByText("Ao vivo").waitFor();
    await press("EN");
    await tab.page.getByText("Live", { exact: true }).waitFor();
    assert.equal(await text("revenue.today"), "R$1,234.50");
  });

  it("takes the token out of the address, keeps it over a reload, and not in another tab", async () => {
    await openLive();
    assert.equal(tab.page.url(), home());
    await tab.page.reload();
    await connection("live");
    await tab.close();
    tab = await openTab();
    await tab.page.goto(home());
    await tab.page.getByLabel("Token").waitFor();
  });

  it("keeps a large number on one line on a small phone", async () => {
    await tab.close();
    tab = await openTab({ viewport: { width: 320, height: 640 } });
    await openLive({ ownerId: "1" });
    patch({ revenue: { today: "254290.29" } });
    await shows("revenue.today", "R$254,290.29");
    const lines = "document.querySelector('[data-metric=\"revenue.today\"]').getClientRects().length";
    assert.equal(await tab.page.evaluate(lines), 1);
  });

  for (const [width, height] of [
    [320, 640],
    [320, 2400],
    [1280, 1600],
  ] as const) {
    it(`stays where it is when the numbers come, and when they change, ${width} by ${height} px`, async () => {
      await tab.close();
      tab = await openTab({ viewport: { width, height } });
      await tab.page.addInitScript(WATCH_SHIFTS);
      let release = (): void => undefined;
      const painted = new Promise<void>((resolve) => (release = resolve));
      await tab.page.routeWebSocket(/\/v1\/stream/, (socket) => {
        const daemon = socket.connectToServer();
        daemon.onMessage((message) => void painted.then(() => socket.send(message)));
      });
      await tab.page.goto(`${home()}#token=${server.token({ ownerId: 1 })}`);
      await connection("connecting");
      await tab.page.evaluate(TWO_FRAMES);
      release();
      await connection("live");
      await shows("revenue.today", "R$1,234.50");
      patch({ revenue: { today: "1240.00", growthWeek: 13.1 }, bookings: { today: 4, byStatus: { pending: 2 } } });
      await shows("revenue.today", "R$1,240.00");
      const shifted = await tab.page.evaluate<number>(TWO_FRAMES);
      assert.ok(shifted <= MOST_SHIFT, `${shifted}`);
    });
  }

  it("without a token says what to do, and takes a pasted one", async () => {
    await tab.page.goto(home());
    await tab.page.getByLabel("Token").fill("not a token");
    await press("Open");
    await tab.page.getByText("three parts").waitFor();
    await tab.page.getByLabel("Token").fill(server.token({ ownerId: "1" }));
    await press("Open");
    await connection("live");
  });

  it("lets a token of several owners choose", async () => {
    server.publisher.documents.set("2", { ...DOCUMENT, currency: "USD" });
    await openLive({ owners: ["1", 2] });
    assert.equal(await text("currency"), "BRL");
    await tab.page.getByLabel("Owner").selectOption("2");
    await shows("currency", "USD");
    await tab.page.reload();
    await shows("currency", "USD");
  });

  it("does not offer by itself what is a part of an owner's page", async () => {
    await openLive({ ownerId: 1, topics: ["trends:1"] });
    assert.equal(await tab.page.getByRole("combobox", { name: "Owner" }).count(), 0);
    await tab.page.getByText("Owner 1", { exact: true }).waitFor();
  });

  it("stops at a token that is refused, says why, and takes another", async () => {
    await tab.page.goto(`${home()}#token=${server.token({ ownerId: 1, exp: 1 })}`);
    await connection("closed");
    await tab.page.getByText("The token has expired").waitFor();
    await press("Use another token");
    await tab.page.getByLabel("Token").fill(server.token({ ownerId: 1 }));
    await press("Open");
    await connection("live");
  });

  it("says that the numbers are stale, since when and why, until they are live", async () => {
    await openLive();
    server.publisher.asOf = Date.UTC(2026, 4, 8, 13, 5, 9) * 1_000;
    server.publisher.stale("1", "time_zone");
    await connection("stale");
    await tab.page.getByText("time zone is not known").waitFor();
    await tab.page.getByText("5/8/26, 1:05:09 PM").waitFor();
    assert.equal(await text("revenue.today"), "R$1,234.50");
    server.publisher.live("1");
    await connection("live");
    assert.equal(await tab.page.locator("[data-notice]").count(), 0);
  });

  it("keeps the numbers while the daemon is away, marked, and comes back by itself", async () => {
    await openLive();
    server.gateway.stop();
    await connection("retrying");
    await tab.page.locator("[data-outdated=true]").waitFor();
    await tab.page.getByText("The numbers are as they were at").waitFor();
    assert.equal(await text("revenue.today"), "R$1,234.50");
    await start();
    await connection("live");
    await tab.page.locator("[data-outdated=false]").waitFor();
    assert.equal(await text("revenue.today"), "R$1,234.50");
  });

  for (const [how, again] of [
    ["by the button", () => press("Reconnect now")],
    ["when the network is back", () => tab.page.evaluate("dispatchEvent(new Event('online'))")],
    ["when it is looked at again", () => tab.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")],
  ] as const) {
    it(`connects at once ${how}`, async () => {
      await tab.page.clock.install();
      await openLive();
      // From here on the page's timers stand still: by itself it never tries again.
      await tab.page.clock.pauseAt((await tab.page.evaluate<number>("Date.now()")) + 1_000);
      server.gateway.stop();
      await connection("retrying");
      await start();
      await again();
      await connection("live");
    });
  }

  it("does not light up for a reader who wants less motion", async () => {
    await tab.close();
    tab = await openTab({ reducedMotion: "reduce" });
    await openLive();
    patch({ revenue: { today: "2000.00" } });
    await shows("revenue.today", "R$2,000.00");
    const element = `document.querySelector('[data-metric="revenue.today"]')`;
    const animation = await tab.page.evaluate(`getComputedStyle(${element}).animationName`);
    assert.equal(animation, "none");
  });

  it("says so where there is no such owner, and fills when there is", async () => {
    server.publisher.documents.set("3", {});
    await openLive({ ownerId: 3 });
    await tab.page.getByText("There is no owner with this id yet").waitFor();
    server.publisher.document("3", DOCUMENT);
    server.clock.advance(50);
    await shows("revenue.today", "R$1,234.50");
  });

  it("fits a phone, in both themes", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await tab.close();
      tab = await openTab({ colorScheme, viewport: { width: 360, height: 780 } });
      await openLive();
      const overflow = await tab.page.evaluate("document.documentElement.scrollWidth - innerWidth");
      assert.equal(overflow, 0);
    }
  });

  for (const [colorScheme, locale] of [
    ["light", "en-US"],
    ["dark", "pt-BR"],
  ] as const) {
    it(`has no fault that axe knows, from the entry to a lost connection, ${colorScheme}, ${locale}`, async () => {
      await tab.close();
      tab = await openTab({ colorScheme, locale });
      await tab.page.goto(home());
      await tab.page.locator("form").waitFor();
      await assertAccessible(tab.page, "without a token");
      await openLive({ owners: ["1", "2"] });
      // Events are shown from here on.
      await tab.page.getByText(/^(Nothing new|Nada de novo)$/).waitFor();
      server.publisher.happen("1", "booking_created", { guestName: "João", status: "confirmed", previousStatus: null });
      await Promise.resolve();
      server.clock.advance(50);
      await tab.page.locator("[data-event=booking_created]").waitFor();
      await assertAccessible(tab.page, "live, with something new");
      server.publisher.stale("1", "time_zone");
      await connection("stale");
      await assertAccessible(tab.page, "stale");
      server.gateway.stop();
      await connection("retrying");
      await assertAccessible(tab.page, "disconnected");
    });
  }

  it("tells a screen reader the state politely, and names every month of the chart", async () => {
    await openLive();
    assert.equal(await tab.page.getByRole("status").first().getAttribute("aria-live"), "polite");
    const months = tab.page.getByRole("list", { name: "Created per month" }).getByRole("listitem");
    assert.equal(await months.count(), 12);
    assert.match((await months.last().innerText()).replaceAll(/\s+/g, " "), /^9 \w{3}$/);
  });
});
