/** The page that the daemon serves by itself, over a configuration that it knows nothing of. */
import assert from "node:assert/strict";
import { afterEach, before, beforeEach, it } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "../../daemon/database/cluster.ts";
import { loadDefinitionFile } from "../../daemon/define/definition-file.ts";
import { compile } from "../../daemon/plan/compile.ts";
import { pageSchema } from "../../daemon/plan/page-schema.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { Schema } from "../../protocol/schema.ts";
import { describeInBrowser, type Tab } from "../support/browser.ts";
import { type RunningGateway, startGateway, stopGatewaysAfterEach } from "../support/gateway.ts";

const PAGE_DIR = fileURLToPath(new URL("../../page", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../../test/second/deltad.config.ts", import.meta.url));

/** Of the second configuration, as of May 8 2026, where the stand-in publisher's instants are. */
const DOCUMENT: JsonObject = {
  money: "EUR",
  cents: {
    today: "120000",
    month: "4510000",
    hour: "1200",
    byHour: { "2026-05-08T11": "800", "2026-05-08T14": "1200" },
    growthHours: 50,
    growth: 7.4,
    growthMonths: -3.2,
    growthWhole: 28.5,
    byPayment: { settled: "9800000", open: "410000" },
    byMonth: { "2026-03": "3510000", "2026-05": "4510000" },
    byWeek: { "2026-04-27": "900", "2026-05-04": "1200" },
    byQuarter: { "2026-Q2": "5000000" },
    year: "9100000",
    growthWeek: 3.5,
    growthYear: -12,
    perStay: "98213.50",
    perStayByState: { "checked in": "99.5" },
    ofGuests: "40812.5",
    ofGuestsByMonth: { "2026-04": "812.5" },
    perStayByParty: { couple: "99.25" },
    afterFee: "105000",
  },
  extremes: {
    largest: "120000",
    smallestThisMonth: "90",
    largestByDay: { "2026-05-07": "99.5" },
    firstArrival: "2026-01-03T09:30:00.000000Z",
    lastBooked: { "checked in": "2026-05-11", gone: "2026-05-09" },
    oldestDue: "2026-05-06",
    latestState: "gone",
    latestGuests: { settled: 4 },
    latestParty: "couple",
    oldestPerGuest: { settled: "12.5" },
    latestByWeek: { "2026-05-04": "2026-05-07" },
  },
  stays: {
    now: 4,
    still: 5,
    cancellable: 2,
    unpaid: "41000",
    staysOver: 1,
    checkedToday: 3,
    unchecked: 7,
    byState: JSON.parse('{"checked in":4,"__proto__":2,"":1}') as JsonObject,
    byStateAndPayment: { '["checked in", "open"]': 3, '["gone", "settled"]': 1 },
    byParty: { couple: 3 },
    bookedPerDay: { "2026-05-07": 5, "2026-05-08": 1 },
    nextArrival: "2026-05-11",
    perHangar: "1.167",
  },
  hangars: {
    area: { byState: { open: "1250.5" }, listedFirst: "820.0" },
    ordered: 66.7,
    taken: 4,
    everBooked: 12,
    parties: 2,
    ownNumbers: 3,
    busiest: { "7": 9, "12": 4 },
    dearest: { "3": "250.5" },
    bestWeeks: { "2026-05-04": "1200" },
  },
};

/** What the page shows of it in English. */
const WRITTEN: Readonly<Record<string, string>> = {
  money: "EUR",
  "cents.today": "120,000",
  "cents.month": "4,510,000",
  "cents.hour": "1,200",
  "cents.byHour.2026-05-08T11": "800",
  "cents.byHour.2026-05-08T12": "0",
  "cents.byHour.2026-05-08T14": "1.2K",
  "cents.growthHours": "+50.0%",
  "cents.growth": "+7.4%",
  "cents.growthMonths": "-3.2%",
  "cents.growthWhole": "+28.5%",
  "cents.byPayment.settled": "9,800,000",
  "cents.byMonth.2026-03": "3.51M",
  "cents.byMonth.2026-04": "0",
  "cents.byMonth.2026-05": "4.51M",
  "cents.byWeek.2026-04-20": "0",
  "cents.byWeek.2026-05-04": "1.2K",
  "cents.byQuarter.2026-Q1": "0",
  "cents.byQuarter.2026-Q2": "5M",
  "cents.year": "9,100,000",
  "cents.growthWeek": "+3.5%",
  "cents.growthYear": "-12.0%",
  "cents.perStay": "98,213.50",
  "cents.perStayByState.checked in": "99.5",
  "cents.ofGuests": "40,812.5",
  "cents.ofGuestsByMonth.2026-03": "0",
  "cents.ofGuestsByMonth.2026-04": "813",
  "cents.perStayByParty.couple": "99.25",
  "cents.afterFee": "105,000",
  "extremes.largest": "120,000",
  "extremes.smallestThisMonth": "90 ¢",
  "extremes.largestByDay.2026-05-07": "99.5",
  "extremes.largestNow": "—",
  "extremes.firstArrival": "1/3/26, 9:30:00 AM",
  "extremes.lastBooked.checked in": "Monday, May 11, 2026",
  "extremes.lastBooked.gone": "Saturday, May 9, 2026",
  "extremes.oldestDue": "Wednesday, May 6, 2026",
  "extremes.spread": "—",
  "extremes.largestOfUsual": "—",
  "extremes.lastCheck": "—",
  "extremes.latestState": "gone",
  "extremes.latestGuests.settled": "4",
  "extremes.oldestState": "—",
  "extremes.latestParty": "couple",
  "extremes.oldestPerGuest.settled": "12.5",
  "extremes.latestByWeek.2026-05-04": "Thursday, May 7, 2026",
  "stays.now": "4",
  "stays.still": "5",
  "stays.cancellable": "2",
  "stays.unpaid": "41,000",
  "stays.staysOver": "1",
  "stays.checkedToday": "3",
  "stays.unchecked": "7",
  "stays.byState.checked in": "4",
  "stays.byState.__proto__": "2",
  "stays.byState.": "1",
  "stays.byParty.couple": "3",
  "stays.bookedPerDay.2026-05-04": "0",
  "stays.bookedPerDay.2026-05-07": "5",
  "stays.nextArrival": "Monday, May 11, 2026",
  "stays.perHangar": "1.167",
  "hangars.area.byState.open": "1,250.5 m²",
  "hangars.area.listedFirst": "820.0 m²",
  "hangars.ordered": "66.7%",
  "hangars.taken": "4",
  "hangars.everBooked": "12",
  "hangars.parties": "2",
  "hangars.ownNumbers": "3",
  "hangars.busiest.7": "9",
  "hangars.busiest.12": "4",
  "hangars.dearest.3": "250.5",
  "hangars.bestWeeks.2026-05-04": "1,200",
};

describeInBrowser("The page of any configuration", (openTab) => {
  let schema: Schema;
  let server: RunningGateway;
  let port: number;
  let tab: Tab;

  stopGatewaysAfterEach();
  before(async () => {
    schema = pageSchema([compile(await loadDefinitionFile(CONFIG))]);
  });
  beforeEach(async () => {
    port = await freePort();
    await start(schema);
    tab = await openTab();
  });
  afterEach(async () => {
    await tab.close();
    assert.deepEqual(tab.errors, []);
  });

  async function start(told: Schema): Promise<void> {
    server = await startGateway({ transport: "auto", port, pageDir: PAGE_DIR, schema: told });
    server.publisher.documents.set("1", DOCUMENT);
  }

  async function open(): Promise<void> {
    await tab.page.goto(`http://127.0.0.1:${port}/#token=${server.token({ ownerId: 1 })}`);
    await metric("cents.today").waitFor();
  }

  async function happen(name: string, data: JsonObject): Promise<void> {
    server.publisher.happen("1", name, data);
    // The hub waits for the end of the turn: the metrics of the same commit may follow.
    await Promise.resolve();
    server.clock.advance(50);
  }

  const metric = (path: string) => tab.page.locator(`[data-metric="${path}"]`);
  const text = async (path: string) => (await metric(path).textContent())?.replaceAll(/\s/g, " ");
  const card = (title: string) => tab.page.getByRole("region", { name: title, exact: true });

  it("shows every metric that the schema tells, each as its kind and unit are written", async () => {
    await open();
    for (const [path, written] of Object.entries(WRITTEN)) assert.equal(await text(path), written, path);
    for (const { path, kind } of schema.metrics)
      if (!["group", "values", "series"].includes(kind)) assert.ok(path.join(".") in WRITTEN, path.join("."));
  });

  it("names cards and values by the words of their paths, and says what growth compares", async () => {
    await open();
    for (const title of ["Overview", "Cents", "Stays", "Hangars"]) await card(title).waitFor();
    await card("Hangars").getByText("Area · Listed first", { exact: true }).waitFor();
    await card("Cents").getByText("the last 6 hours against the 6 before").waitFor();
    await card("Cents").getByText("the last 28 days against the 28 before").waitFor();
    await card("Cents").getByText("the last 2 months so far against the same days of the 2 before").waitFor();
    await card("Cents").getByText("this month so far against the whole previous month").waitFor();
  });

  it("names the pairs of a group by two by both their keys", async () => {
    await open();
    const pairs = tab.page.getByRole("list", { name: "By state and payment", exact: true }).getByRole("listitem");
    assert.deepEqual(
      (await pairs.allInnerTexts()).map((shown) => shown.replaceAll(/\s+/g, " ")),
      ["checked in · open 3", "gone · settled 1"],
    );
  });

  it("draws periods as charts that are lists to a screen reader, every day and month with its value", async () => {
    await open();
    const months = tab.page.getByRole("list", { name: "By month", exact: true }).getByRole("listitem");
    assert.deepEqual(
      (await months.allInnerTexts()).map((shown) => shown.replaceAll(/\s+/g, " ")),
      ["3.51M Mar", "0 Apr", "4.51M May"],
    );
    assert.equal(await months.first().getAttribute("title"), "March 2026: 3,510,000");
    const days = tab.page.getByRole("list", { name: "Booked per day" }).getByRole("listitem");
    assert.equal(await days.count(), 5);
  });

  it("follows the numbers, and lights up what changed", async () => {
    await open();
    server.publisher.patch("1", { cents: { today: "130000" }, stays: { byState: { "": null }, nextArrival: null } });
    server.clock.advance(50);
    await metric("cents.today").filter({ hasText: "130,000" }).waitFor();
    assert.match((await metric("cents.today").getAttribute("class")) ?? "", /changed/);
    assert.equal(await text("stays.nextArrival"), "—");
    await metric("stays.byState.").waitFor({ state: "detached" });
  });

  it("tells events with their fields, counts those that are new, and clears them", async () => {
    await open();
    await happen("stay_booked", { no: "9", hangar: "3", state: "draft", nights: 3, area: "120.5" });
    await happen("guest_changed", { hangar: "3", isNowOccupied: false, previousOccupant: "draft", newOccupant: null });
    const told = tab.page.locator("[data-event]");
    await told.nth(1).waitFor();
    const [guest, stay] = (await told.allInnerTexts()).map((shown) => shown.replaceAll(/\s+/g, " "));
    assert.match(stay ?? "", /^Stay booked \S+ [AP]M No 9 Hangar 3 State draft Nights 3 days Area 120\.5 m²$/);
    assert.match(guest ?? "", /Area — Is now occupied No Previous occupant draft New occupant —$/);
    await tab.page.getByRole("button", { name: "Clear 2 new" }).click();
    await told.first().waitFor({ state: "detached" });
    assert.equal(await tab.page.getByRole("button", { name: "Nothing new" }).isDisabled(), true);
  });

  it("writes money in the currency of the metric that holds it, which one card shows", async () => {
    server.gateway.stop();
    const unit = { currency: ["money"] };
    const metrics = schema.metrics.map((told) =>
      told.path[0] === "cents" ? { ...told, unit } : told,
    ) as Schema["metrics"];
    await start({ ...schema, metrics });
    await open();
    assert.equal(await text("cents.today"), "€120,000");
    assert.equal(await metric("money").count(), 1);
    assert.equal(await card("Cents").getByText("EUR").count(), 1);
  });

  it("speaks Portuguese to a Brazilian browser", async () => {
    await tab.close();
    tab = await openTab({ locale: "pt-BR" });
    await open();
    assert.equal(await text("cents.today"), "120.000");
    await tab.page.getByText("os últimos 28 dias contra os 28 anteriores").waitFor();
  });

  it("asks again when the daemon was away, and shows what the next one tells", async () => {
    await open();
    server.gateway.stop();
    await tab.page.locator("[data-connection=retrying]").waitFor();
    assert.equal(await text("cents.today"), "120,000");
    await start({ ...schema, metrics: schema.metrics.filter(({ path }) => path[0] === "stays") });
    await tab.page.evaluate("dispatchEvent(new Event('online'))");
    await metric("cents.today").waitFor({ state: "detached" });
    assert.equal(await text("stays.now"), "4");
  });

  it("fits a small phone, in both themes", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await tab.close();
      tab = await openTab({ colorScheme, viewport: { width: 320, height: 640 } });
      await open();
      await happen("stay_booked", { no: "9", state: "a state with a rather long name" });
      await tab.page.locator("[data-event]").waitFor();
      assert.equal(await tab.page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0);
    }
  });
});
