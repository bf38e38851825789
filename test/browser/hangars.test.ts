/** What an owner has, on the demo's page and the real daemon: the calendar, the newest bookings with their histories, and the hangars. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, it } from "node:test";
import type { BrowserContextOptions } from "playwright-core";
import { assertAccessible } from "../support/axe.ts";
import { describeInBrowser, type Tab, whenTrue } from "../support/browser.ts";
import { DEMO_WITH_PAGE, type MarketplaceDaemon, openMarketplace } from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";

/** Where the day is another one than where the browser is, for half of each day. */
const ZONE = "Pacific/Kiritimati";
/** For what takes many round trips. */
const LONG_MS = 60_000;
const MANY_BOOKINGS = 10_000;
const MANY_LISTINGS = 250;
/** Owner 1 is to be watched; 2 has very much, of all ages; 3 has nothing. */
const ROWS = `
  insert into owners (id, name, time_zone) values (1, 'Campo', '${ZONE}'), (2, 'Many', 'UTC'), (3, 'None', 'UTC');
  insert into listings (id, owner_id, hangar_number, status) values (1, 1, 'H-1', 'active'), (2, 1, 'H-2', 'active'), (3, 1, 'H-10', 'draft');
  insert into listings (id, owner_id, hangar_number, status) select 1000 + n, 2, 'H-' || n, 'active' from generate_series(1, ${MANY_LISTINGS}) n;
  insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at)
    select 1001 + n % ${MANY_LISTINGS}, 2, 'Guest ' || n, case when n % 100 = 7 then 'cancelled' else 'completed' end, 'unpaid', n,
           now() - n * interval '90 minutes', now() - n * interval '90 minutes' + interval '1 day', now() - n * interval '1 minute'
    from generate_series(1, ${MANY_BOOKINGS}) n`;
const LONE = `select setval(pg_get_serial_sequence('bookings', 'id'), (select max(id) from bookings))`;

/** Keeps account of all that was ever lit up: that is over after a moment. */
const WATCH_LIGHTS = `
  globalThis.lit = new Set();
  new MutationObserver(() => {
    for (const each of document.querySelectorAll(".stay.changed, [data-booking] .changed")) {
      const { stay, key } = each.dataset;
      lit.add(stay ? ["bar", stay, key, getComputedStyle(each).animationName].join(" ") : "line " + each.closest("[data-booking]").dataset.booking);
    }
  }).observe(document, { subtree: true, childList: true, attributes: true });`;

await onEachServer("An owner's hangars", (server) => {
  // What a browser does does not depend on PostgreSQL's version.
  if (server.major === 15) return;
  describeInBrowser("on the demo's page and the real daemon", (openTab) => {
    let database: TestDatabase;
    let daemon: MarketplaceDaemon;
    let tab: Tab;

    before(async () => {
      ({ database, daemon } = await openMarketplace(server, `${ROWS}; ${LONE}`, DEMO_WITH_PAGE));
    });
    after(() => daemon.stop());
    beforeEach(async () => {
      await database.query("delete from bookings where owner_id = 1");
    });
    afterEach(async () => {
      await tab.close();
      assert.deepEqual(tab.errors, []);
    });

    async function open(owner = 1, options: BrowserContextOptions = {}): Promise<void> {
      tab = await openTab({ viewport: { width: 1280, height: 900 }, ...options });
      await tab.page.addInitScript(WATCH_LIGHTS);
      await tab.page.goto(`${daemon.url}#token=${daemon.token({ ownerId: owner })}`);
      await tab.page.locator("[data-connection=live]").waitFor();
      if (owner !== 3) await grid().waitFor();
    }

    /** Books a hangar of owner 1 from so many hours after the owner's midnight on. Gives the booking's id. */
    async function book(
      guest: string,
      fromHours: number,
      untilHours: number,
      listing = 1,
      status = "pending",
    ): Promise<string> {
      const midnight = `(date_trunc('day', now() at time zone '${ZONE}') at time zone '${ZONE}')`;
      const [row] = await database.query<{ id: string }>(
        `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
         values ($1, 1, $2, $3, 'unpaid', 1250, ${midnight} + $4 * interval '1 hour', ${midnight} + $5 * interval '1 hour')
         returning id::text`,
        [listing, guest, status, fromHours, untilHours],
      );
      return row?.id ?? "";
    }

    const grid = () => tab.page.getByRole("grid");
    const bar = (id: string) => tab.page.locator(`[data-stay="${id}"]`);
    /** Waits until this has been lit up. */
    const lit = (what: string) => whenTrue(tab.page, `lit.has("${what}")`);
    const line = (id: string) => tab.page.locator(`[data-booking="${id}"]`);
    const lines = () => tab.page.locator("[data-booking]");
    const detail = () => tab.page.locator("section.detail");
    const history = () => detail().getByRole("listitem").allTextContents();
    const focused = () =>
      tab.page.evaluate<string>("document.activeElement.dataset.cell ?? document.activeElement.localName");
    const press = (...keys: string[]) =>
      keys.reduce((before, key) => before.then(() => tab.page.keyboard.press(key)), Promise.resolve());
    /** So that the next keys are heard by what has the focus now. */
    const focuses = (cell: string) => tab.page.locator(`[data-cell="${cell}"]:focus`).waitFor();

    it("show a booking written by SQL as a bar and a row, and light up what changes", async () => {
      await open();
      await tab.page.getByText("No bookings yet.").waitFor();
      const id = await book("Zoë", 6, 54);
      await lit(`bar ${id} pending lit`);
      await lit(`line ${id}`);
      assert.match((await line(id).innerText()).replaceAll(/\s+/g, " "), /^Zoë R\$1,250\.00 H-1 · .+ Pending$/);
      // Two days of its own days, and it begins a quarter of one after midnight.
      assert.deepEqual(
        await tab.page.evaluate(
          `(({ insetInlineStart, inlineSize }) => [insetInlineStart, inlineSize])(document.querySelector("[data-stay='${id}']").style)`,
        ),
        ["25%", "200%"],
      );
      // Lit up for a moment only.
      await tab.page.locator(".stay.changed, .line.changed").first().waitFor({ state: "detached" });
      await database.query("update bookings set status = 'confirmed' where id = $1", [id]);
      await lit(`bar ${id} confirmed lit`);
      await line(id).getByText("Confirmed").waitFor();
      await database.query("update bookings set status = 'cancelled' where id = $1", [id]);
      await bar(id).waitFor({ state: "detached" });
      await line(id).getByText("Cancelled").waitFor();
      await database.query("delete from bookings where id = $1", [id]);
      await tab.page.getByText("No bookings yet.").waitFor();
    });

    it("show who is there, who comes and who goes today, by the owner's clock", async () => {
      await open();
      const today = tab.page.locator(".calendar [aria-current=date]");
      const text = new Intl.DateTimeFormat("en", { dateStyle: "full", timeZone: ZONE }).format(Date.now());
      assert.ok((await today.innerText()).includes(text), text);
      const part = (title: string) => tab.page.getByRole("region", { name: title }).getByRole("listitem");
      assert.deepEqual(await part("Arrivals today").allTextContents(), ["Nobody"]);
      await book("Ana", 0, 24, 1, "confirmed");
      await book("Caio", 23, 70, 2, "confirmed");
      await book("Mia", -30, 0.25, 2, "completed");
      await book("Sita", 12, 70, 2, "pending");
      await part("Arrivals today").filter({ hasText: "Caio" }).waitFor();
      await part("Departures today").filter({ hasText: "Mia" }).waitFor();
      const words = async (title: string) =>
        (await part(title).allTextContents()).map((each) => each.replaceAll(/\s/g, " "));
      assert.deepEqual(await words("Arrivals today"), ["12:00 AM H-1 Ana", "11:00 PM H-2 Caio"]);
      assert.deepEqual(await words("Departures today"), ["12:15 AM H-2 Mia"]);
      await grid().getByRole("rowheader", { name: "H-1 Ana" }).waitFor();
      const hangars = tab.page.getByRole("region", { name: "Each hangar" }).getByRole("row");
      const told = (await hangars.allInnerTexts()).map((each) => each.replaceAll(/\s+/g, " "));
      assert.match(told[1] ?? "", /^H-1 Active Ana .+ —$/);
      assert.match(told[2] ?? "", /^H-2 Active Free Caio .+$|^H-2 Active Caio/);
      assert.equal(told[3], "H-10 Draft Free —");
    });

    it("open a booking beside the list, with what has happened to it", async () => {
      await open();
      const id = await book("João", 30, 60);
      await line(id).getByRole("button").click();
      await tab.page.locator(".detail h3:focus", { hasText: "João" }).waitFor();
      await database.query(
        "update bookings set status = 'confirmed', payment_status = 'paid', paid_at = now() where id = $1",
        [id],
      );
      await detail().getByText("Pending → Confirmed").waitFor();
      const whats = (await history()).map((each) => each.replace(/^.*[AP]M /s, ""));
      assert.deepEqual(whats.toSorted(), ["Booked", "Check-in", "Check-out", "Paid", "Pending → Confirmed"]);
      await press("Escape");
      await tab.page.locator("button:focus", { hasText: "João" }).waitFor();
      assert.equal(await detail().count(), 0);
    });

    it("are walked through by keys alone", async () => {
      await open();
      const id = await book("Renée", 24, 40, 2);
      await bar(id).waitFor();
      await grid().locator("[tabindex='0']").focus();
      assert.equal(await grid().locator("[tabindex='0']").count(), 1);
      assert.equal(await focused(), "0 30");
      await press("ArrowDown");
      await focuses("1 30");
      await press("ArrowRight");
      await focuses("1 31");
      const told = await grid().locator(":focus").innerText();
      assert.match(told, /Renée, Pending, .+ – .+/);
      await press("Enter");
      await tab.page.locator(".detail h3:focus", { hasText: "Renée" }).waitFor();
      await press("Escape");
      await focuses("1 31");
      await press("Home");
      await focuses("1 0");
      await press("End");
      await focuses("1 91");
      await press("PageDown");
      await focuses("2 91");
      await press("Control+Home");
      await focuses("0 0");
      // The header and the hangar's number lie over what is scrolled.
      const isCovered = await tab.page.evaluate<boolean>(`(() => {
        const { x, y, width, height } = document.activeElement.getBoundingClientRect();
        return document.elementFromPoint(x + width / 2, y + height / 2) !== document.activeElement;
      })()`);
      assert.equal(isCovered, false);
    });

    it("hold 10,000 bookings with few in the document, and have older ones read on the way", async () => {
      await open(2);
      let most = 0;
      let last = "";
      while (!last.startsWith(`Guest ${MANY_BOOKINGS}R$`)) {
        const count = await lines().count();
        most = Math.max(most, count);
        await tab.page.evaluate(
          `(list => list.scrollTo({ top: list.scrollHeight }))(document.querySelector("[data-booking-list]"))`,
        );
        last = (await lines().last().textContent()) ?? "";
      }
      assert.ok(most > 5 && most < 60, `${most} rows`);
      assert.equal(await lines().last().getAttribute("aria-posinset"), String(MANY_BOOKINGS));
      await tab.page.getByRole("combobox", { name: "Status" }).selectOption("cancelled");
      await tab.page.getByText("100 of 10,000 read").waitFor();
      await tab.page.getByLabel("Search guest or hangar").fill("GUEST 9907");
      await tab.page.getByText("1 of 10,000 read").waitFor();
      assert.match((await lines().first().textContent()) ?? "", /^Guest 9907R\$9,907\.00/);
    });

    it("leave what somebody reads where it is while a booking comes above it and goes", async () => {
      await open(2);
      await lines().first().waitFor();
      await tab.page.evaluate(`document.querySelector("[data-booking-list]").scrollTo({ top: 20 * 64 + 10 })`);
      const read = tab.page.locator('[data-booking][aria-posinset="22"]');
      await read.waitFor();
      const id = (await read.getAttribute("data-booking")) ?? "";
      const top = async () => Math.round((await line(id).boundingBox())?.y ?? NaN);
      const before = await top();
      const comes = `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out)
        values (1001, 2, 'New', 'pending', 'unpaid', 1, now(), now() + interval '1 hour')`;
      for (const [statement, place] of [
        [comes, 23],
        ["delete from bookings where owner_id = 2 and guest_name = 'New'", 22],
      ] as const) {
        await database.query(statement);
        await tab.page.locator(`[data-booking="${id}"][aria-posinset="${place}"]`).waitFor();
        assert.equal(await top(), before);
      }
    });

    it("search older bookings a thousand at a time, and ask before they read further", async () => {
      await open(2);
      await tab.page.getByLabel("Search guest or hangar").fill("Guest 1999");
      const more = tab.page.getByRole("button", { name: "Search older bookings" });
      await more.waitFor({ timeout: LONG_MS });
      assert.equal(await lines().count(), 0);
      await more.click();
      await lines().filter({ hasText: "Guest 1999" }).waitFor({ timeout: LONG_MS });
    });

    it("have the rows of 250 hangars in the document as far as they are seen", async () => {
      await open(2);
      const rows = () => grid().locator("tbody tr[aria-rowindex]");
      assert.equal(await grid().getAttribute("aria-rowcount"), String(MANY_LISTINGS + 1));
      assert.ok((await rows().count()) < 60);
      await grid().locator("[tabindex='0']").focus();
      await press("Control+End");
      await focuses(`${MANY_LISTINGS - 1} 91`);
      await grid()
        .getByRole("rowheader", { name: `H-${MANY_LISTINGS} ` })
        .waitFor();
      assert.ok((await rows().count()) < 60);
    });

    it("have a list of 250 hangars that is as long as all of them, of which those in sight are there", async () => {
      await open(2);
      const list = tab.page.getByRole("region", { name: "Each hangar" });
      const rows = list.locator("tbody tr[aria-rowindex]");
      await rows.first().waitFor();
      assert.ok((await rows.count()) < 60);
      const height = "document.querySelector('.hangars-now .scroll').scrollHeight";
      const whole = await tab.page.evaluate<number>(height);
      await list.focus();
      await press("End");
      await list.getByRole("rowheader", { name: `H-${MANY_LISTINGS}`, exact: true }).waitFor();
      assert.ok((await rows.count()) < 60);
      assert.ok(Math.abs((await tab.page.evaluate<number>(height)) - whole) <= 1);
    });

    it("read older stays when an earlier month is wanted, and mark days of which they know nothing yet", async () => {
      await open(2);
      // Some 480 stays in a month: the first 200 tell nothing of its beginning.
      await tab.page.locator("table[aria-busy=false][role=grid]").waitFor();
      assert.equal(await tab.page.locator(".calendar .unknown").count(), 0);
      await tab.page.getByRole("button", { name: "A month earlier" }).click();
      await tab.page.locator(".calendar .unknown").waitFor();
      await tab.page.locator("table[aria-busy=false][role=grid]").waitFor();
      await grid().locator("tbody td[data-stays]").first().waitFor();
    });

    it("draw nothing while nobody sees them, and all of it when somebody looks again", async () => {
      await open();
      const hide = (isHidden: boolean) =>
        tab.page.evaluate(`Object.defineProperty(document, "hidden", { configurable: true, value: ${isHidden} });
          document.dispatchEvent(new Event("visibilitychange"))`);
      await tab.page.getByText("No bookings yet.").waitFor();
      await hide(true);
      await tab.page.evaluate(`globalThis.drawn = 0; new MutationObserver((all) => { drawn += all.length; }).observe(
        document.querySelector(".bookings-now"), { subtree: true, childList: true, attributes: true, characterData: true })`);
      const id = await book("Luís", 0, 24);
      // The numbers are the page's other part: when they have come, so have the rows.
      await tab.page.locator(`[data-metric="bookings.total"]`).filter({ hasText: "1" }).waitFor();
      assert.equal(await tab.page.evaluate("drawn"), 0);
      await hide(false);
      await line(id).waitFor();
    });

    it("do not move for a reader who wants less motion", async () => {
      await open(1, { reducedMotion: "reduce" });
      const id = await book("Tomé", 0, 24);
      await lit(`bar ${id} pending none`);
    });

    for (const colorScheme of ["light", "dark"] as const) {
      it(`have no fault that axe-core finds, and fit a small phone, ${colorScheme}, in Portuguese`, async () => {
        await open(1, { colorScheme, locale: "pt-BR", viewport: { width: 320, height: 700 } });
        const id = await book("Inês Nguyễn", 0, 60, 1, "confirmed");
        await line(id).waitFor();
        await tab.page.locator(".stay.changed, .line.changed").first().waitFor({ state: "detached" });
        assert.equal(await tab.page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0);
        await assertAccessible(tab.page, "an owner's hangars");
        await line(id).getByRole("button").click();
        await detail().waitFor();
        assert.equal(await tab.page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0);
        await assertAccessible(tab.page, "a booking that is open");
      });
    }

    it("say that there are none yet", async () => {
      await open(3);
      await tab.page.locator(".calendar").getByText("No listings yet.").waitFor();
      await tab.page.getByText("No bookings yet.").waitFor();
    });
  });
});
