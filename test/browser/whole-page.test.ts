/** An owner's page as a whole, as it stays open all day: writes, a daemon that is killed, a token that expires, midnight, keys alone, paper. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, it } from "node:test";
import type { BrowserContextOptions, Locator } from "playwright-core";
import { freePort } from "../../daemon/database/cluster.ts";
import { describeInBrowser, type Tab, whenTrue } from "../support/browser.ts";
import { DEMO } from "../support/oracle.ts";
import { PageDaemon } from "../support/page-daemon.ts";
import { pause } from "../support/real-time.ts";
import { createMarketplace } from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";

const ZONE = "America/Sao_Paulo";
const LEEWAY_S = 1;
/** For what begins with a program's start. */
const LONG_MS = 60_000;
const ROWS = `
  truncate owners cascade;
  insert into owners (id, name, time_zone) values (1, 'Campo', '${ZONE}');
  insert into listings (id, owner_id, hangar_number, status) values (1, 1, 'H-1', 'active'), (2, 1, 'H-2', 'active');
  insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at)
    select 2, 1, 'Guest ' || n, 'completed', 'paid', 20000, now() - n * interval '2 days', now() - n * interval '2 days' + interval '1 day',
           now() - n * interval '3 days', now() - n * interval '3 days'
      from generate_series(1, 40) n`;

/** Where the tab key leads that is to be reached by it: one place of each group that has keys of its own. */
const TAB_STOPS = `[...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(
  (each) => each.tabIndex >= 0 && !each.disabled && each.checkVisibility({ visibilityProperty: true }))`;

await onEachServer("An owner's whole page", (server) => {
  // What a browser does does not depend on PostgreSQL's version.
  if (server.major === 15) return;
  describeInBrowser("in Chromium, with a daemon of its own process", (openTab) => {
    let database: TestDatabase;
    let port: number;
    let daemon: PageDaemon;
    let tab: Tab;

    const start = async () => {
      daemon = await PageDaemon.start(database.url, port, { DELTAD_JWT_LEEWAY_S: String(LEEWAY_S) });
    };
    before(async () => {
      database = await server.createDatabase();
      await createMarketplace(database, DEMO);
      port = await freePort();
      await start();
    });
    after(() => daemon.stop());
    beforeEach(() => database.query(ROWS));
    afterEach(async () => {
      await tab.close();
      assert.deepEqual(tab.errors, []);
    });

    const tokenOf = (claims: object = {}) => daemon.token({ ownerId: 1, topics: ["trends:1"], ...claims });
    const live = () => tab.page.locator("[data-connection=live]").waitFor();
    const metric = (path: string) => tab.page.locator(`[data-metric="${path}"]`);
    const notice = (text: string) => tab.page.locator("[data-notice-kind]").filter({ hasText: text });

    async function open(options: BrowserContextOptions = {}, token = tokenOf()): Promise<void> {
      tab = await openTab({ viewport: { width: 1280, height: 900 }, ...options });
      await tab.page.goto(`${daemon.url}#token=${token}`);
    }

    async function openDrawn(options: BrowserContextOptions = {}): Promise<void> {
      await open(options);
      await live();
      await tab.page.locator(".plot canvas").waitFor();
      await tab.page.locator('[role=slider][aria-valuetext*="R$"]').waitFor();
      await tab.page.locator("[data-booking]").first().waitFor();
    }

    /** Somebody who is there from now on, and has paid. Gives the booking's id. */
    async function book(guest: string, amount: number): Promise<string> {
      const [row] = await database.query<{ id: string }>(
        `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, paid_at)
         values (1, 1, $1, 'confirmed', 'paid', $2, now() - interval '1 minute', now() + interval '1 day', now()) returning id::text`,
        [guest, amount],
      );
      return row?.id ?? "";
    }

    /** As a card, in the chart, in the calendar, in the lists and as notifications. */
    async function shownEverywhere(guest: string, id: string, money: string): Promise<void> {
      await metric("revenue.today").filter({ hasText: money }).waitFor();
      await tab.page.locator(`[role=slider][aria-valuetext*="${money}"]`).waitFor();
      await tab.page.locator(`[role=grid] [data-stay="${id}"]`).waitFor();
      await tab.page.locator(`[data-booking="${id}"]`).filter({ hasText: guest }).waitFor();
      await tab.page.getByRole("region", { name: "Each hangar" }).getByRole("row", { name: guest }).waitFor();
      for (const what of ["has booked H-1", `has paid ${money}`, "is in H-1 now"])
        await notice(`${guest} ${what}`).waitFor();
    }

    it("shows one booking that SQL wrote as a card, in the chart, the calendar and the lists, and as notifications", async () => {
      await openDrawn();
      const { length } = tab.requests;
      await shownEverywhere("Zoë", await book("Zoë", 123_456.5), "R$123,456.50");
      assert.equal(tab.requests.length, length);
    });

    it("keeps all of it while the daemon is killed, and shows what was written meanwhile when it is back", async () => {
      await openDrawn();
      const id = await book("Ana", 1_000);
      await shownEverywhere("Ana", id, "R$1,000.00");
      await daemon.kill();
      await tab.page.locator("[data-connection=retrying]").waitFor();
      await shownEverywhere("Ana", id, "R$1,000.00");
      const missed = await book("Rui", 500_000);
      await start();
      // The page may have come back by itself before the button is pressed.
      await Promise.race([tab.page.getByRole("button", { name: "Reconnect now" }).click(), live()]);
      await live();
      await tab.page.locator(`[data-booking="${missed}"]`).filter({ hasText: "Rui" }).waitFor({ timeout: LONG_MS });
      await tab.page.locator(`[role=grid] [data-stay="${missed}"]`).waitFor();
      await metric("revenue.today").filter({ hasText: "R$501,000.00" }).waitFor();
      await notice("Rui has booked H-1").and(tab.page.locator("[data-late=true]")).waitFor();
      await notice("Ana has booked H-1").waitFor();
    });

    it("stays as it is when its token expires and its application hands it another", async () => {
      // Until a token was good for long enough to see the page live.
      for (let seconds = 4; ; seconds *= 2) {
        await open({}, tokenOf({ exp: Math.ceil(Date.now() / 1_000) + seconds - LEEWAY_S }));
        await tab.page.locator(":is([data-connection=live], [data-connection=closed])").waitFor();
        await book("Íris", 7);
        const isSeen = (what: Locator) =>
          what.waitFor({ timeout: LONG_MS }).then(
            () => true,
            () => false,
          );
        const came = isSeen(notice("Íris has booked H-1"));
        const ended = isSeen(tab.page.locator("[data-connection=closed]")).then(() => false);
        if (await Promise.race([came, ended])) break;
        await tab.close();
      }
      await tab.page.locator("[data-connection=closed]").waitFor({ timeout: LONG_MS });
      await tab.page.getByText("The token has expired").waitFor();
      const id = await book("Luís", 2_000);
      await tab.page.evaluate(`location.hash = "token=${tokenOf()}"`);
      await live();
      assert.equal(await tab.page.evaluate("location.hash"), "");
      await tab.page.locator(`[data-booking="${id}"]`).filter({ hasText: "Luís" }).waitFor();
      await notice("Íris has booked H-1").waitFor();
    });

    it("keeps its connection where its application hands it another token before the first has expired", async () => {
      // Until a token was good for long enough to be replaced.
      for (let seconds = 4; ; seconds *= 2) {
        tab = await openTab();
        let sockets = 0;
        tab.page.on("websocket", () => (sockets += 1));
        const expiresAt = Math.ceil(Date.now() / 1_000) + seconds;
        await tab.page.goto(`${daemon.url}#token=${tokenOf({ exp: expiresAt })}`);
        await tab.page.locator(":is([data-connection=live], [data-connection=closed])").waitFor();
        await tab.page.evaluate(`location.hash = "token=${tokenOf()}"`);
        if (Date.now() < (expiresAt - seconds / 2) * 1_000) {
          await pause((expiresAt + LEEWAY_S + 1) * 1_000 - Date.now(), "duration");
          assert.equal(sockets, 1);
          break;
        }
        await tab.close();
      }
      const id = await book("Sita", 3_000);
      await tab.page.locator(`[data-booking="${id}"]`).filter({ hasText: "Sita" }).waitFor();
      await live();
    });

    it("counts from zero at the owner's midnight, without a write", async () => {
      await openDrawn();
      const localClock = (secondsFromMidnight: number) =>
        // A zone of PostgreSQL's own in which it is that much before midnight now, wherever the test runs.
        `with t as (select (86400 - ${secondsFromMidnight} - extract(epoch from now() at time zone 'UTC')::bigint % 86400 + 86400) % 86400 as east)
         update owners set time_zone = (select format('<X>%s%s:%s:%s', case when east > 43200 then '+' else '-' end,
             least(east, 86400 - east) / 3600, least(east, 86400 - east) / 60 % 60, least(east, 86400 - east) % 60) from t) where id = 1`;
      await database.query(localClock(43_200));
      await book("Caio", 10);
      await metric("bookings.today").filter({ hasText: /^1$/ }).waitFor();
      // Until midnight was far enough to be seen before.
      for (let seconds = 5; ; seconds *= 2) {
        await database.query(localClock(seconds));
        const [row] = await database.query<{ at: string }>("select extract(epoch from now()) * 1000 as at");
        const midnight = Number(row?.at) + seconds * 1_000;
        await whenTrue(
          tab.page,
          `Date.parse(document.querySelector("[data-connection] time").dateTime) > ${Number(row?.at)}`,
        );
        if (Date.now() > midnight - 1_000) continue;
        assert.equal(await metric("bookings.today").textContent(), "1");
        break;
      }
      await metric("bookings.today").filter({ hasText: /^0$/ }).waitFor({ timeout: LONG_MS });
      await metric("bookings.total").filter({ hasText: "41" }).waitFor();
    });

    it("begins another day of the calendar at the owner's midnight, by the clock alone", async () => {
      tab = await openTab({ viewport: { width: 1280, height: 900 } });
      await tab.page.clock.install();
      await tab.page.goto(`${daemon.url}#token=${tokenOf()}`);
      const today = tab.page.locator(".calendar [aria-current=date] .unseen");
      const before = await today.textContent();
      await tab.page.clock.fastForward(86_400_000);
      await whenTrue(
        tab.page,
        `document.querySelector(".calendar [aria-current=date] .unseen").textContent !== ${JSON.stringify(before)}`,
      );
    });

    it("is walked through by the tab key: each place once, in order, seen and marked", async () => {
      await openDrawn({ reducedMotion: "reduce" });
      await book("Mia", 5);
      await notice("Mia is in H-1 now").waitFor();
      const wanted = await tab.page.evaluate<number>(`(globalThis.stops = ${TAB_STOPS}).length`);
      assert.ok(wanted > 20, `${wanted} places`);
      const walked: number[] = [];
      for (;;) {
        await tab.page.keyboard.press("Tab");
        const { at, problem } = await tab.page.evaluate<{ at: number; problem: string }>(`(() => {
          const element = document.activeElement;
          const at = stops.indexOf(element);
          const { outlineStyle, outlineWidth } = getComputedStyle(element);
          const { left, top, width, height } = element.getBoundingClientRect();
          const there = document.elementFromPoint(
            Math.min(innerWidth - 1, left + width / 2), Math.min(innerHeight - 1, top + Math.min(height / 2, 12)));
          const isSeen = element.contains(there) || (there?.contains(element) ?? false);
          const isMarked = outlineStyle !== "none" && outlineWidth !== "0px";
          return { at, problem: isSeen && isMarked ? "" : (isSeen ? "no mark on " : "covered: ") + element.outerHTML.slice(0, 200) };
        })()`);
        if (at === -1 || walked.includes(at)) break;
        assert.equal(problem, "");
        walked.push(at);
      }
      assert.deepEqual(
        walked,
        Array.from({ length: wanted }, (_, at) => at),
      );
    });

    it("is on paper without what only a screen needs, and with nothing cut off", async () => {
      await openDrawn({ colorScheme: "light", reducedMotion: "reduce" });
      await tab.page.emulateMedia({ media: "print" });
      for (const hidden of [".notices", ".filters", ".switch"])
        assert.equal(await tab.page.locator(hidden).first().isVisible(), false, hidden);
      assert.deepEqual(
        await tab.page.evaluate(
          `[...document.querySelectorAll(".scroll, .dashboard")].filter((each) =>
            each.checkVisibility() && (each.scrollHeight > each.clientHeight + 2 && getComputedStyle(each).overflowY !== "visible")).map((each) => each.outerHTML.slice(0, 120))`,
        ),
        [],
      );
      // Rows out of sight leave no empty pages.
      assert.equal(
        await tab.page.evaluate(`getComputedStyle(document.querySelector("[data-booking-list] ol")).paddingBlockEnd`),
        "0px",
      );
    });

    for (const width of [320, 768, 1920]) {
      it(`stands still while it comes and while it changes, and fits, ${width} px`, async () => {
        tab = await openTab({ viewport: { width, height: 900 } });
        await tab.page.addInitScript(`globalThis.shifts = [];
          new PerformanceObserver((list) => {
            for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) shifts.push(value);
          }).observe({ type: "layout-shift", buffered: true });`);
        await tab.page.goto(`${daemon.url}#token=${tokenOf()}`);
        await tab.page.locator("[data-booking]").first().waitFor();
        await tab.page.locator(".plot canvas").waitFor();
        await shownEverywhere("Tomé", await book("Tomé", 7_777), "R$7,777.00");
        const shifted = await tab.page.evaluate<number>(
          "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(shifts.reduce((sum, each) => sum + each, 0)))))",
        );
        assert.ok(shifted <= 0.01, `${shifted}`);
        assert.equal(await tab.page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0);
      });
    }
  });
});
