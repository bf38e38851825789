import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, it } from "node:test";
import { freePort } from "../../daemon/database/cluster.ts";
import type { JsonObject, JsonValue } from "../../protocol/json.ts";
import { formatFor } from "../../react/display/format.ts";
import { describeInBrowser, type Tab } from "../support/browser.ts";
import { microsecondsOf } from "../support/microseconds.ts";
import { DEMO, oracleDocuments } from "../support/oracle.ts";
import { createMarketplace, type MarketplaceDaemon, startMarketplaceDaemon } from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";

/** What the page shows for a value of the document, in its own format. */
function written(path: readonly string[], value: JsonValue, currency: string): string {
  const format = formatFor("en-US");
  const name = path.join(".");
  if (typeof value === "string") {
    if (name === "currency") return value;
    return name === "payouts.nextDate" ? format.date(value) : format.money(value, currency);
  }
  if (name.startsWith("revenue.growth")) return format.growth(Number(value));
  return name === "occupancy.percentage" ? format.percentage(Number(value)) : format.count(Number(value));
}

function leaves(document: JsonObject, path: readonly string[] = []): { path: readonly string[]; value: JsonValue }[] {
  return Object.entries(document).flatMap(([key, value]) =>
    typeof value === "object" && value !== null ? leaves(value, [...path, key]) : [{ path: [...path, key], value }],
  );
}

await onEachServer("A row written by SQL", (server) => {
  describeInBrowser("on the owner page of the real daemon", (openTab) => {
    let database: TestDatabase;
    let daemon: MarketplaceDaemon;
    let port: number;
    let tab: Tab;

    const start = async () => {
      daemon = await startMarketplaceDaemon(database, DEMO, port);
    };
    before(async () => {
      database = await server.createDatabase();
      await createMarketplace(database, DEMO);
      await database.query(`
        insert into owners (id, name) values (1, 'João'), (2, 'Ana');
        insert into listings (id, owner_id, hangar_number, status, published_at)
          values (1, 1, 'H1', 'active', now()), (2, 1, 'H2', 'active', null), (3, 2, 'H3', 'active', null);
        insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at)
          select 1, 1, 'guest', 'completed', 'paid', 100 + n, now() - n * interval '1 day', now() - interval '1 hour',
                 now() - n * interval '1 day', now() - n * interval '1 day'
            from generate_series(1, 300) n`);
      port = await freePort();
      await start();
    });
    after(() => daemon.stop());
    beforeEach(async () => {
      tab = await openTab();
      await tab.page.goto(`${daemon.url}#token=${daemon.token({ ownerId: 1 })}`);
      await tab.page.locator("[data-connection=live]").waitFor();
    });
    afterEach(async () => {
      await tab.close();
      assert.deepEqual(tab.errors, []);
    });

    const book = (amount: string) =>
      database.query(
        `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, paid_at)
         values (2, 1, 'Zé', 'confirmed', 'paid', $1, now() - interval '1 hour', now() + interval '1 day', now())`,
        [amount],
      );

    async function count(): Promise<number> {
      const [row] = await database.query<{ total: number }>(
        "select count(*)::int as total from bookings where owner_id = 1",
      );
      return row?.total ?? 0;
    }

    const showsTotal = (total: number) =>
      tab.page
        .locator('[data-metric="bookings.total"]')
        .filter({ hasText: formatFor("en-US").count(total) })
        .waitFor();

    /** The oracle's document at the instant that the page says its numbers hold for. */
    async function oracle(): Promise<JsonObject> {
      const asOf = (await tab.page.locator("[data-connection] time").getAttribute("datetime")) ?? "";
      return (await oracleDocuments(DEMO, database, microsecondsOf(asOf), ["1"])).get("1") ?? {};
    }

    /** What the page shows, and what the oracle says it should. */
    async function compare(): Promise<void> {
      const document = await oracle();
      const currency = document.currency as string;
      for (const { path, value } of leaves(document)) {
        const shown = await tab.page.locator(`[data-metric="${path.join(".")}"]`).textContent();
        assert.equal(shown, written(path, value, currency), path.join("."));
      }
    }

    it("shows with no reload and no HTTP request, as the oracle's value in the page's format", async () => {
      await compare();
      await tab.page.evaluate("globalThis.sameDocument = true");
      const { length } = tab.requests;
      const total = await count();
      await book("1234567.89");
      await showsTotal(total + 1);
      await compare();
      assert.equal(await tab.page.evaluate("globalThis.sameDocument"), true);
      assert.equal(tab.requests.length, length);
    });

    it("shows after the daemon was stopped and started again, without a reload", async () => {
      await tab.page.evaluate("globalThis.sameDocument = true");
      const total = await count();
      await daemon.stop();
      await tab.page.locator("[data-connection=retrying]").waitFor();
      await book("0.01");
      await start();
      await showsTotal(total + 1);
      await tab.page.locator("[data-connection=live]").waitFor();
      await compare();
      assert.equal(await tab.page.evaluate("globalThis.sameDocument"), true);
    });
  });
});
