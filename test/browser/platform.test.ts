/** The page of who runs the platform, on the demo's page and the real daemon: its totals, and its owners. */
import assert from "node:assert/strict";
import { after, afterEach, before, it } from "node:test";
import type { BrowserContextOptions } from "playwright-core";
import { assertAccessible } from "../support/axe.ts";
import { describeInBrowser, type Tab } from "../support/browser.ts";
import { DEMO_WITH_PAGE, type MarketplaceDaemon, openMarketplace } from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";

const MANY = 300;
/** Marketplace 1 has three owners, 2 very many. */
const ROWS = `
  insert into marketplaces (id, name) values (2, 'Many');
  insert into owners (id, name, time_zone, currency) values
    (1, 'Campo', 'America/Sao_Paulo', 'BRL'), (2, 'Árvore Aviation', 'Europe/Lisbon', 'EUR'), (3, 'Zulu', 'UTC', 'USD');
  insert into owners (id, name, time_zone, marketplace_id) select 1000 + n, 'Many ' || to_char(n, 'FM000'), 'UTC', 2 from generate_series(1, ${MANY}) n;
  insert into listings (id, owner_id, hangar_number, status) values (1, 1, 'H-1', 'active'), (2, 1, 'H-2', 'active'), (3, 2, 'H-1', 'active')`;

await onEachServer("A platform", (server) => {
  // What a browser does does not depend on PostgreSQL's version.
  if (server.major === 15) return;
  describeInBrowser("on the demo's page and the real daemon", (openTab) => {
    let database: TestDatabase;
    let daemon: MarketplaceDaemon;
    let tab: Tab;

    before(async () => {
      ({ database, daemon } = await openMarketplace(server, ROWS, DEMO_WITH_PAGE));
    });
    after(() => daemon.stop());
    afterEach(async () => {
      await tab.close();
      assert.deepEqual(tab.errors, []);
    });

    async function open(claims: object, options: BrowserContextOptions = {}): Promise<void> {
      tab = await openTab({ viewport: { width: 1280, height: 900 }, ...options });
      await tab.page.goto(`${daemon.url}#token=${daemon.token(claims)}`);
      await tab.page.locator("[data-connection=live]").waitFor();
    }

    const ADMIN = { role: "admin" };
    const shows = (path: string, wanted: string) =>
      tab.page.locator(`[data-metric="${path}"]`).filter({ hasText: wanted }).waitFor();
    const lines = () => tab.page.locator("[data-owner]");
    const names = async () => (await lines().locator("th > :first-child").allTextContents()).map((name) => name.trim());
    const book = (listing: number, owner: number, amount: number) =>
      database.query(
        `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, paid_at)
         values ($1, $2, 'Zé', 'confirmed', 'paid', $3, now(), now() + interval '1 day', now())`,
        [listing, owner, amount],
      );

    it("is shown to an administrator: totals, and each owner by name with what it has now, which follow a write", async () => {
      await open(ADMIN);
      await shows("owners", String(3 + MANY));
      await lines().first().waitFor();
      assert.deepEqual(await names(), ["Árvore Aviation", "Campo", "Zulu"]);
      await shows("owners.1.revenue", "R$0.00");
      await shows("owners.3.occupied", "—");
      await book(1, 1, 1_250);
      await shows("bookings.total", "1");
      await shows("owners.1.revenue", "R$1,250.00");
      await shows("owners.1.bookings", "1");
      await shows("owners.1.occupied", "50.0%");
      await shows("owners.2.revenue", "€0.00");
      await database.query("update owners set name = 'Alpha' where id = 3");
      await lines().filter({ hasText: "Alpha" }).waitFor();
      assert.deepEqual(await names(), ["Alpha", "Árvore Aviation", "Campo"]);
      await database.query("update owners set name = 'Zulu' where id = 3");
      await lines().filter({ hasText: "Zulu" }).waitFor();
    });

    it("leads to each owner's page, by keys alone, and back", async () => {
      await open(ADMIN);
      await tab.page.getByLabel("Search owner").fill("ARVORE");
      await tab.page.getByText("1 of 3").waitFor();
      await lines().getByRole("button", { name: "Árvore Aviation" }).focus();
      await tab.page.keyboard.press("Enter");
      await tab.page.getByRole("grid").waitFor();
      await shows("currency", "EUR");
      await tab.page.locator(".plot canvas").waitFor();
      const choice = tab.page.getByRole("combobox", { name: "Owner" });
      assert.deepEqual(await choice.locator("option").allTextContents(), ["All owners", "2"]);
      await tab.page.reload();
      await shows("currency", "EUR");
      await choice.selectOption("All owners");
      await lines().first().waitFor();
      await shows("owners", String(3 + MANY));
    });

    it("is told to staff by name, without numbers that their token does not open", async () => {
      await open({ sub: "staff", topics: ["platform:all", "owner:2"], marketplaces: [1] });
      await shows("owners.2.revenue", "€0.00");
      assert.deepEqual(await names(), ["Árvore Aviation", "Campo", "Zulu"]);
      assert.deepEqual(await lines().getByRole("button").allTextContents(), ["Árvore Aviation"]);
      assert.equal(await tab.page.locator('[data-metric="owners.1.revenue"]').textContent(), "—");
    });

    it("is told to whose token opens its totals without its owners", async () => {
      await open({ sub: "board", topics: ["platform:all"] });
      await shows("owners", String(3 + MANY));
      await tab.page.getByText("This token may not see who the owners are.").waitFor();
      assert.equal(await lines().count(), 0);
      await tab.close();
      await open({ sub: "board", topics: ["platform:all"], marketplaces: [77] });
      await tab.page.locator(".owners-now").getByText("Not to be had at the moment.").waitFor();
    });

    it("has the lines of 300 owners in the document as far as they are seen", async () => {
      await open({ sub: "staff", topics: ["platform:all"], marketplaces: [2] });
      await lines().first().waitFor();
      assert.ok((await lines().count()) < 60);
      await tab.page.getByRole("region", { name: "Each owner, now" }).focus();
      await tab.page.keyboard.press("End");
      await lines()
        .filter({ hasText: `Many ${MANY}` })
        .waitFor();
      assert.ok((await lines().count()) < 60);
    });

    for (const [width, colorScheme, locale] of [
      [320, "dark", "pt-BR"],
      [1280, "light", "en-US"],
    ] as const) {
      it(`fits ${width} px and has no fault that axe-core finds, ${colorScheme}, ${locale}`, async () => {
        await open(ADMIN, { viewport: { width, height: 900 }, colorScheme, locale });
        await tab.page.locator('[data-metric="owners.3.revenue"]').filter({ hasNotText: "—" }).waitFor();
        assert.equal(await tab.page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0);
        await assertAccessible(tab.page, "the platform");
      });
    }
  });
});
