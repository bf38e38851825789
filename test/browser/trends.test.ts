/** The charts and notifications of the demo's page, on the real daemon. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, it } from "node:test";
import type { BrowserContextOptions } from "playwright-core";
import { formatFor } from "../../react/display/format.ts";
import { assertAccessible } from "../support/axe.ts";
import { describeInBrowser, type Tab, whenTrue } from "../support/browser.ts";
import { microsecondsOf } from "../support/microseconds.ts";
import { DEMO, oracleDocuments } from "../support/oracle.ts";
import {
  DEMO_WITH_PAGE,
  type MarketplaceDaemon,
  openMarketplace,
  startMarketplaceDaemon,
} from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";

const FORMAT = formatFor("en-US");
const WATCH_SHIFTS = `
  globalThis.shifted = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) globalThis.shifted += value;
  }).observe({ type: "layout-shift", buffered: true });`;
const MOST_SHIFT = 0.01;
/** What the browser itself shows is out of a test's sight. */
const TELL_OUTSIDE = `globalThis.outside = [];
  globalThis.Notification = class {
    static permission = "granted";
    static requestPermission = async () => "granted";
    constructor(title, { body }) { outside.push(body); }
  }`;
const TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(shifted))))";

await onEachServer("Trends and notifications", (server) => {
  // What a browser does does not depend on PostgreSQL's version.
  if (server.major === 15) return;
  describeInBrowser("on the demo's page of the real daemon", (openTab) => {
    let database: TestDatabase;
    let daemon: MarketplaceDaemon;
    let port: number;
    let tab: Tab;

    const start = async () => {
      daemon = await startMarketplaceDaemon(database, DEMO_WITH_PAGE, port);
    };
    before(async () => {
      ({ database, daemon, port } = await openMarketplace(server, "", DEMO_WITH_PAGE));
    });
    after(() => daemon.stop());
    beforeEach(async () => {
      await database.query(`
        truncate owners cascade;
        insert into owners (id, name, time_zone) values (1, 'Ardmore', 'Pacific/Auckland');
        insert into listings (id, owner_id, hangar_number, status) values (1, 1, 'H-07', 'active');
        insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at)
          select 1, 1, 'guest', 'completed', 'paid', 100 + n, now() - n * interval '1 day', now() - n * interval '1 day',
                 now() - n * interval '9 hours', now() - n * interval '7 hours'
            from generate_series(1, 90) n`);
    });
    afterEach(async () => {
      await tab.close();
      assert.deepEqual(tab.errors, []);
    });

    const slider = () => tab.page.getByRole("slider");
    const notices = () => tab.page.locator("[data-notice-kind]");
    const read = async () => (await slider().getAttribute("aria-valuetext")) ?? "";
    const reads = (text: string) => tab.page.locator(`[role=slider][aria-valuetext*="${text}"]`).waitFor();
    const titled = (title: string) => whenTrue(tab.page, `document.title === ${JSON.stringify(title)}`);

    async function open(
      options: BrowserContextOptions = {},
      claims: object = { topics: ["trends:1"] },
      script = WATCH_SHIFTS,
    ): Promise<void> {
      tab = await openTab(options);
      await tab.page.addInitScript(script);
      await tab.page.goto(`${daemon.url}#token=${daemon.token({ ownerId: 1, ...claims })}`);
      await tab.page.locator("[data-connection=live]").waitFor();
    }

    async function openDrawn(options: BrowserContextOptions = {}): Promise<void> {
      await open(options);
      await tab.page.locator(".plot canvas").waitFor();
      await reads("R$");
    }

    /** Somebody who is there from now on, and pays. */
    const book = (guest: string, amount: number) =>
      database.query(
        `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, paid_at)
         values (1, 1, $1, 'confirmed', 'paid', $2, now() - interval '1 minute', now() + interval '1 day', now())`,
        [guest, amount],
      );

    /** What the oracle says of now. */
    async function trends(): Promise<Record<string, Record<string, Record<string, string | number>>>> {
      const asOf = (await tab.page.locator("[data-connection] time").getAttribute("datetime")) ?? "";
      const documents = await oracleDocuments(DEMO, database, microsecondsOf(asOf), ["trends:1"]);
      return documents.get("trends:1") as Record<string, Record<string, Record<string, string | number>>>;
    }

    it("a booking written by SQL moves the card, the chart, its table and the notifications", async () => {
      await openDrawn();
      const { length } = tab.requests;
      await book("Zoë", 1_000_000);
      await tab.page.locator('[data-metric="revenue.today"]').filter({ hasText: "R$1,000," }).waitFor();
      await reads("R$1,000,");
      assert.deepEqual((await notices().locator("span").allTextContents()).toSorted(), [
        "Zoë has booked H-07",
        "Zoë has paid R$1,000,000.00",
        "Zoë is in H-07 now",
      ]);
      await titled("(3) deltad");
      assert.match((await tab.page.locator("link[rel=icon]").getAttribute("href")) ?? "", /^data:image\/svg\+xml,.*3/);
      assert.equal(await tab.page.locator("[data-late=true]").count(), 0);
      await tab.page.getByText("As a table").click();
      const { revenue, bookings } = await trends();
      const rows = tab.page.locator("[data-period]");
      assert.equal(await rows.count(), 30);
      for (const row of await rows.all()) {
        const day = (await row.getAttribute("data-period")) ?? "";
        const texts = (await row.locator("td").allTextContents()).map((text) => text.replaceAll(/\s/g, " "));
        const money = FORMAT.money(String(revenue?.["byDay"]?.[day] ?? "0.00"), "BRL");
        assert.deepEqual(texts, [money, FORMAT.count(Number(bookings?.["byDay"]?.[day] ?? 0))], day);
      }
      assert.equal(tab.requests.length, length);
      await tab.page.locator(".notices").getByRole("button", { name: "Clear" }).click();
      await titled("deltad");
      assert.equal(await tab.page.locator("link[rel=icon]").getAttribute("href"), "./favicon.svg");
    });

    it("a chart's cursor is moved by keys and read out, in each range, which is remembered", async () => {
      await openDrawn();
      await slider().focus();
      const last = await read();
      await tab.page.keyboard.press("ArrowLeft");
      assert.notEqual(await read(), last);
      assert.equal(await slider().getAttribute("aria-valuenow"), "28");
      await tab.page.keyboard.press("Home");
      assert.equal(await slider().getAttribute("aria-valuenow"), "0");
      await tab.page.keyboard.press("End");
      assert.equal(await read(), last);
      await tab.page.locator(".trends").getByRole("button", { name: "12 months" }).click();
      await tab.page.locator('[role=slider][aria-valuemax="11"]').waitFor();
      assert.match(await read(), /^\w+ 20\d\d: R\$[\d,]+\.\d\d, \d+ bookings?$/);
      await tab.page.reload();
      await tab.page.locator('[role=slider][aria-valuemax="11"]').waitFor();
    });

    it("today's hours are those of the owner's clock", async () => {
      await openDrawn();
      await tab.page.locator(".trends").getByRole("button", { name: "Today" }).click();
      await tab.page.locator('[role=slider][aria-valuetext*=":00: R$"]').waitFor();
      const [now] = await database.query<{ hour: string }>(
        "select to_char(now() at time zone 'Pacific/Auckland', 'HH24') as hour",
      );
      const shown = Number((await read()).slice(0, 2));
      // The hour may have ended in between.
      assert.ok((Number(now?.hour) - shown + 24) % 24 <= 1, `${await read()} at ${now?.hour}`);
    });

    it("what came while the daemon was gone is there when it is back, marked, and the numbers stay meanwhile", async () => {
      await openDrawn();
      const shown = await read();
      await daemon.stop();
      await tab.page.locator("[data-connection=retrying]").waitFor();
      assert.equal(await read(), shown);
      await tab.page.getByRole("button", { name: "Reconnect now" }).waitFor();
      await book("Ana", 2_000_000);
      await start();
      await reads("R$2,000,");
      await tab.page.locator("[data-late=true]").filter({ hasText: "Ana has booked H-07" }).waitFor();
    });

    it("a kind of notification that is switched off is neither shown nor counted, nor after a reload", async () => {
      await openDrawn();
      await tab.page.getByRole("checkbox", { name: "Payments" }).uncheck();
      await tab.page.getByRole("checkbox", { name: "Arrivals" }).uncheck();
      await book("Rui", 10);
      await notices().filter({ hasText: "Rui has booked" }).waitFor();
      await titled("(1) deltad");
      assert.equal(await notices().count(), 1);
      await tab.page.reload();
      await tab.page.locator("[data-connection=live]").waitFor();
      assert.equal(await tab.page.getByRole("checkbox", { name: "Payments" }).isChecked(), false);
      assert.equal(await tab.page.getByRole("checkbox", { name: "Bookings" }).isChecked(), true);
    });

    it("each of several notifications that come at once is told outside of the page, of the kinds that are on", async () => {
      await open({}, {}, TELL_OUTSIDE);
      await tab.page.getByRole("button", { name: "Also tell me outside of this page" }).click();
      await tab.page.getByRole("checkbox", { name: "Arrivals" }).uncheck();
      await tab.page.evaluate(`Object.defineProperty(document, "hidden", { configurable: true, value: true })`);
      await book("Noé", 15);
      await notices().filter({ hasText: "Noé has paid" }).waitFor();
      assert.deepEqual((await tab.page.evaluate<string[]>("outside")).toSorted(), [
        "Noé has booked H-07",
        "Noé has paid R$15.00",
      ]);
    });

    it("a token that does not open trends shows none, and all else", async () => {
      await open({}, {});
      await tab.page.locator('[data-metric="bookings.total"]').filter({ hasText: "90" }).waitFor();
      assert.equal(await slider().count(), 0);
      assert.equal(await tab.page.locator(".sparkline").count(), 0);
    });

    for (const [width, colorScheme, locale] of [
      [320, "dark", "pt-BR"],
      [390, "light", "en-US"],
      [1280, "dark", "en-US"],
    ] as const) {
      it(`stands still, fits ${width} px and has no fault that axe-core finds, ${colorScheme}, ${locale}`, async () => {
        await openDrawn({ viewport: { width, height: 900 }, colorScheme, locale });
        await book("Íris", 12.5);
        await notices().first().waitFor();
        const shifted = await tab.page.evaluate<number>(TWO_FRAMES);
        assert.ok(shifted <= MOST_SHIFT, `${shifted}`);
        assert.equal(await tab.page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0);
        await tab.page.locator(".twin summary").click();
        await assertAccessible(tab.page, "with charts, their table and notifications");
        assert.equal(await tab.page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0);
      });
    }
  });
});
