/** The page of the real daemon, of topics that are no owner's: drawn from what the daemon says of their kind. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, it } from "node:test";
import { freePort } from "../../daemon/database/cluster.ts";
import { describeInBrowser, type Tab } from "../support/browser.ts";
import { DEMO } from "../support/oracle.ts";
import { createHangars, type MarketplaceDaemon, startMarketplaceDaemon } from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";

await onEachServer("Topics of several kinds", (server) => {
  // What a browser does does not depend on PostgreSQL's version.
  if (server.major === 15) return;
  describeInBrowser("on the page of the real daemon", (openTab) => {
    let database: TestDatabase;
    let daemon: MarketplaceDaemon;
    let tab: Tab;

    before(async () => {
      database = await server.createDatabase();
      await createHangars(database, 2);
      daemon = await startMarketplaceDaemon(database, DEMO, await freePort());
    });
    after(() => daemon.stop());
    beforeEach(async () => {
      tab = await openTab();
    });
    afterEach(async () => {
      await tab.close();
      assert.deepEqual(tab.errors, []);
    });

    const shows = (path: string, wanted: string) =>
      tab.page.locator(`[data-metric="${path}"]`).filter({ hasText: wanted }).waitFor();
    const book = (listing: number) =>
      database.query(
        `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, paid_at)
         values ($1, $1, 'Zé', 'confirmed', 'paid', 12.5, now(), now() + interval '1 day', now())`,
        [listing],
      );

    it("are shown to whom the token names them, each as its kind is described, and follow a write", async () => {
      const topics = ["listing:1", "platform:all", "owner:2"];
      await tab.page.goto(`${daemon.url}#token=${daemon.token({ topics })}`);
      await shows("bookings.total", "0");
      await book(1);
      await shows("bookings.total", "1");
      await shows("revenue.today", "R$12.50");
      await shows("guests", "1");
      const choice = tab.page.getByRole("combobox", { name: "Owner" });
      assert.deepEqual(await choice.locator("option").allTextContents(), ["listing:1", "platform:all", "2"]);
      await choice.selectOption("platform:all");
      await shows("owners", "2");
      await shows("occupancy.percentage", "50.0%");
      await choice.selectOption("owner:2");
      await shows("listings.total", "1");
    });

    it("are shown to an administrator by the topic's name, and owners by their id", async () => {
      await tab.page.goto(`${daemon.url}#token=${daemon.token({ role: "admin" })}`);
      await tab.page.getByLabel("Owner id").fill("platform:all");
      await tab.page.getByRole("button", { name: "Show" }).click();
      await shows("owners", "2");
      await tab.page.getByText("platform:all").waitFor();
      await tab.page.goto(`${daemon.url}#token=${daemon.token({ role: "admin", sub: "another" })}`);
      await tab.page.getByLabel("Owner id").fill("02");
      await tab.page.getByRole("button", { name: "Show" }).click();
      await shows("listings.total", "1");
    });
  });
});
