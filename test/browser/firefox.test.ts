/** The owner page in a browser that is not Chromium, on the real daemon. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { freePort } from "../../daemon/database/cluster.ts";
import { formatFor } from "../../react/display/format.ts";
import { describeInFirefox } from "../support/firefox.ts";
import { DEMO } from "../support/oracle.ts";
import { eventually } from "../support/real-time.ts";
import { createHangars, type MarketplaceDaemon, startMarketplaceDaemon } from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";

const TRUTH = `select count(*)::int as total, coalesce(sum(payment_amount), 0)::text as paid
  from bookings where owner_id = 1`;

await onEachServer("Rows written by SQL", (server) => {
  // What a browser does does not depend on PostgreSQL's version.
  if (server.major === 15) return;
  describeInFirefox("on the owner page in Firefox", (firefox) => {
    let database: TestDatabase;
    let daemon: MarketplaceDaemon;
    let port: number;

    before(async () => {
      database = await server.createDatabase();
      await createHangars(database, 2);
      port = await freePort();
      daemon = await startMarketplaceDaemon(database, DEMO, port);
    });
    after(() => daemon.stop());

    const book = (amount: string) =>
      database.query(
        `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, paid_at)
         values (1, 1, 'Zé', 'confirmed', 'paid', $1, now(), now() + interval '1 day', now())`,
        [amount],
      );
    const text = (selector: string) =>
      firefox().evaluate(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? null`);
    const metric = (path: string) => text(`[data-metric="${path}"]`);
    const connection = (state: string) =>
      eventually(`the page to be ${state}`, async () => (await text(`[data-connection=${state}]`)) !== null);

    /** Waits until the page shows what PostgreSQL says. */
    async function showsTruth(): Promise<void> {
      const [truth] = await database.query<{ total: number; paid: string }>(TRUTH);
      const format = formatFor("en-US");
      const wanted = { total: format.count(truth?.total ?? -1), paid: format.money(truth?.paid ?? "", "BRL") };
      let shown = {};
      await eventually(
        () => `${JSON.stringify(wanted)}; the page shows ${JSON.stringify(shown)}`,
        async () => {
          shown = { total: await metric("bookings.total"), paid: await metric("revenue.last30Days") };
          return JSON.stringify(shown) === JSON.stringify(wanted);
        },
      );
    }

    it("are shown as PostgreSQL counts them, at first, after a write, and after the daemon was away, without a reload", async () => {
      await book("1234.50");
      await firefox().open(`${daemon.url}#token=${daemon.token({ ownerId: 1 })}`);
      await connection("live");
      await showsTruth();
      await firefox().evaluate("globalThis.sameDocument = true");
      await book("1000000.25");
      await showsTruth();

      await daemon.stop();
      await connection("retrying");
      await book("0.01");
      daemon = await startMarketplaceDaemon(database, DEMO, port);
      await connection("live");
      await showsTruth();
      assert.equal(await firefox().evaluate("globalThis.sameDocument"), true);
    });

    it("leave no error, but that the daemon could not be reached", () => {
      assert.deepEqual(
        firefox().errors.filter((error) => !/can.t establish a connection|connection .* was interrupted/i.test(error)),
        [],
      );
    });
  });
});
