/**
 * The demo's marketplace at one instant, for pictures of its pages: the sample season in a database, the documents that the oracle makes
 * of it, and a fake daemon that tells them. Nothing depends on when it runs.
 */
import type { Page } from "playwright-core";
import { type Database, loadSeason } from "../../demo/marketplace.ts";
import { compileKinds } from "../../daemon/plan/compile.ts";
import { pageSchema } from "../../daemon/plan/page-schema.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { FakeDaemon } from "../../testing/fake-daemon.ts";
import { DEMO, oracleDocuments } from "./oracle.ts";
import { DEMO_WITH_PAGE } from "./running-daemon.ts";
import type { TestDatabase } from "./servers.ts";
import { token } from "./tokens.ts";

/** Noon of a Friday in São Paulo. */
const AT = Date.UTC(2026, 4, 8, 15);
const ORIGIN = "http://page.test/";

interface Item {
  readonly key: string;
  readonly row: JsonObject;
}

/** Rows as the demo's channels show them, oldest first. Instants are ISO 8601. */
const ROWS = {
  owner: `select id::text as key, json_build_object('timeZone', time_zone, 'currency', currency) as row from owners where id = 1`,
  listings: `select id::text as key, json_build_object('hangarNumber', hangar_number, 'status', status) as row from listings where owner_id = 1 order by id`,
  bookings: `select id::text as key, json_build_object('listingId', listing_id::text, 'guestName', guest_name, 'status', status, 'checkIn', check_in, 'checkOut', check_out,
      'paymentStatus', payment_status, 'amount', payment_amount::text, 'createdAt', created_at, 'paidAt', paid_at) as row
    from bookings where owner_id = 1 order by created_at, id`,
  stays: `select id::text as key, json_build_object('listingId', listing_id::text, 'guestName', guest_name, 'status', status, 'checkIn', check_in, 'checkOut', check_out) as row
    from bookings where owner_id = 1 and status <> 'cancelled' order by check_out, id`,
  owners: `select id::text as key, json_build_object('name', name, 'timeZone', time_zone, 'currency', currency) as row from owners order by id`,
} as const;

const PLATFORM = `select json_build_object(
    'owners', (select count(*) from owners),
    'bookings', json_build_object(
      'today', (select count(*) from bookings where (created_at at time zone 'UTC')::date = (t at time zone 'UTC')::date),
      'total', (select count(*) from bookings),
      'byStatus', (select json_object_agg(status, n) from (select status, count(*) as n from bookings group by 1) s)),
    'listings', json_build_object('total', (select count(*) from listings), 'active', active),
    'occupancy', json_build_object('booked', booked, 'available', active, 'percentage', round(100.0 * booked / active, 1)),
    'payouts', json_build_object('pending', (select count(*) from payouts where status = 'pending'))) as document
  from (select $1::timestamptz as t) now,
       lateral (select count(*) as active from listings where status = 'active') a,
       lateral (select count(*) as booked from listings l where l.status = 'active' and exists (select from bookings b
         where b.listing_id = l.id and b.status = 'confirmed' and b.check_in <= t and t < b.check_out)) b`;

export class StillMarketplace {
  readonly #daemon = new FakeDaemon({ now: () => AT });
  #newest: readonly Item[] = [];

  private constructor() {}

  /** The database must be empty. */
  static async of(database: TestDatabase): Promise<StillMarketplace> {
    const made = new StillMarketplace();
    const season: Database = {
      query: (sql, values) => database.query(sql, values && [...values]),
      script: async (sql) => void (await database.query(sql)),
    };
    await database.query(DEMO.schema);
    await loadSeason(
      season,
      () => AT,
      () => undefined,
      new AbortController().signal,
    );
    await made.#tell(database);
    return made;
  }

  /** Opens the page with a token of these claims, at that instant. */
  async open(page: Page, claims: object): Promise<void> {
    await page.clock.setFixedTime(AT);
    await page.route(`${ORIGIN}**`, async (route) => {
      const { pathname } = new URL(route.request().url());
      if (pathname === "/v1/schema") return route.fulfill({ json: pageSchema(compileKinds(DEMO.config).plans) });
      return route.fulfill({ path: DEMO_WITH_PAGE.pageDir + (pathname === "/" ? "/index.html" : pathname) });
    });
    await page.routeWebSocket(/\/v1\/stream/, (ofPage) => {
      const socket = new this.#daemon.WebSocket(this.#daemon.url, "");
      socket.addEventListener("message", ({ data }) => ofPage.send(String(data)));
      ofPage.onMessage((message) => socket.send(String(message)));
      ofPage.onClose(() => socket.close());
    });
    await page.goto(`${ORIGIN}#token=${token({ exp: AT / 1_000 + 3_600, ...claims }, AT)}`);
  }

  /** Tells of the newest bookings, as though they came now. */
  happen(): void {
    for (const { key, row } of this.#newest) {
      const { listingId, guestName, status, amount, paymentStatus, checkIn, checkOut } = row as Readonly<
        Record<string, string>
      >;
      const [from, until] = [Date.parse(checkIn ?? ""), Date.parse(checkOut ?? "")];
      const data = {
        bookingId: key,
        listingId: listingId ?? null,
        hangarNumber: `H-${(listingId ?? "").padStart(2, "0")}`,
        guestName: guestName ?? null,
        amount: amount ?? null,
        currency: "BRL",
        duration: Math.round((until - from) / 86_400_000),
        checkInDate: checkIn ?? null,
        checkOutDate: checkOut ?? null,
        status: status ?? null,
        previousStatus: null,
      };
      this.#daemon.topic("owner:1").emit("booking_created", data);
      if (paymentStatus === "paid") this.#daemon.topic("owner:1").emit("revenue_received", data);
    }
  }

  async #tell(database: TestDatabase): Promise<void> {
    const documents = await oracleDocuments(DEMO, database, AT * 1_000);
    for (const [key, document] of documents)
      this.#daemon.topic(key.startsWith("trends:") ? (key as "trends:1") : `owner:${key}`).setMetrics(document);
    const [platform] = await database.query<{ document: JsonObject }>(PLATFORM, [new Date(AT).toISOString()]);
    this.#daemon.topic("platform:all").setMetrics(platform?.document ?? {});
    const rows = (set: keyof typeof ROWS) => database.query<Item>(ROWS[set]);
    const hangars = this.#daemon.channel("hangars:1");
    hangars.setRows("owner", await rows("owner"));
    hangars.setRows("listings", await rows("listings"));
    const bookings = await rows("bookings");
    hangars.setRows("bookings", bookings, 100);
    hangars.setRows("stays", await rows("stays"), 200);
    this.#daemon.channel("marketplace:1").setRows("owners", await rows("owners"));
    this.#newest = bookings.slice(-3);
  }
}
