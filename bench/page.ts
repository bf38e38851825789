/**
 * The demo's page of an owner in Chromium, which draws by the processor here: how long until its first number is on the screen, what 50
 * changes a second cost it, and what scrolling through 10,000 bookings does. Daemon, server and browser share the machine.
 */
import { setTimeout } from "node:timers/promises";
import type pg from "pg";
import { type Browser, chromium, type Page } from "playwright-core";
import { freePort } from "../daemon/database/cluster.ts";
import { findChromium, FLAGS } from "../test/support/browser.ts";
import { PageDaemon } from "../test/support/page-daemon.ts";
import type { BenchRun } from "./bench-run.ts";
import { PageCosts, WATCH_FRAMES } from "./support/page-costs.ts";
import { analyse, createMarketplace, migrate } from "./support/marketplace.ts";
import type { Report } from "./support/report.ts";
import { median, percentile } from "./support/statistics.ts";

const LISTINGS = 10;
const BOOKINGS = 10_000;
const CHANGES_PER_SECOND = 50;
/** A frame that took longer was seen. */
const LATE_FRAME_MS = 50;
const FRAME_MS = 1_000 / 60;
/** Pixels in a frame: as fast as a finger makes a list go. */
const SCROLLED_PX = 96;

export async function benchPage({ server, report, quick }: BenchRun): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === undefined) return report.line("          Chromium is not installed");
  const [openings, warmUpS, seconds, frames] = quick ? [3, 2, 5, 120] : [20, 15, 60, 900];
  const session = await server.createDatabase("page");
  await createMarketplace(session, 1);
  await addBookings(session);
  await analyse(session);
  const databaseUrl = await migrate(session, server.url("page"));
  const daemon = await PageDaemon.start(databaseUrl, await freePort());
  const browser = await chromium.launch({ args: FLAGS, executablePath });
  try {
    const address = `${daemon.url}#token=${daemon.token({ ownerId: "1", topics: ["trends:1"] })}`;
    report.conditions(
      await server.describe(),
      `Chromium ${browser.version()}, 1,280 by 900 px, without a GPU; 1 owner, ${LISTINGS} hangars, ${BOOKINGS} bookings; ${openings} openings, ${CHANGES_PER_SECOND} changes/s for ${seconds} s and ${warmUpS} s before, ${frames} frames of scrolling`,
    );
    await firstNumber(browser, address, report, openings);
    await changes(browser, address, report, session, { warmUpS, seconds });
    await scrolling(browser, address, report, frames);
  } finally {
    await browser.close();
    await daemon.stop();
  }
}

async function open(browser: Browser, address: string, script = ""): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 900 } });
  const page = await context.newPage();
  if (script !== "") await page.addInitScript(script);
  await page.goto(address);
  return page;
}

/** From the address to the frame that has a number, nothing of the page being cached. */
async function firstNumber(browser: Browser, address: string, report: Report, openings: number): Promise<void> {
  const watch = `
    globalThis.first = new Promise((found) => requestAnimationFrame(function look() {
      const number = document.querySelector('[data-metric="bookings.total"]')?.textContent ?? "—";
      if (number === "—") requestAnimationFrame(look);
      else requestAnimationFrame(() => found(performance.now()));
    }))`;
  const all: number[] = [];
  for (let opened = -1; opened < openings; opened += 1) {
    const page = await open(browser, address, watch);
    const atMs = await page.evaluate<number>("first");
    if (opened >= 0) all.push(atMs);
    await page.context().close();
  }
  report.latencies("from the address to the first number on the screen", all);
  report.figure("median until the first number, ms", median(all), { atMost: 1_000 });
}

async function changes(
  browser: Browser,
  address: string,
  report: Report,
  session: pg.Client,
  { warmUpS, seconds }: { readonly warmUpS: number; readonly seconds: number },
): Promise<void> {
  const page = await open(browser, address);
  await page.locator("[data-booking]").first().waitFor();
  const costs = await PageCosts.of(page);
  await change(session, warmUpS);
  const before = await costs.read({ collect: true });
  await page.evaluate(WATCH_FRAMES);
  const made = await change(session, seconds);
  const gaps = await page.evaluate<number[]>("gaps");
  const after = await costs.read({ collect: true });
  const share = (name: "scriptMs" | "layoutMs" | "styleMs") => (after[name] - before[name]) / (seconds * 10);
  report.line(
    `          ${(made / seconds).toFixed(0)} changes/s took of the page's processor ${share("scriptMs").toFixed(1)} % for scripts, ${share("layoutMs").toFixed(1)} % for layout, ${share("styleMs").toFixed(1)} % for styles; ${(gaps.length / seconds).toFixed(0)} frames/s`,
  );
  report.latencies("from frame to frame", gaps);
  report.figure(`frames later than ${LATE_FRAME_MS} ms`, gaps.filter((gap) => gap > LATE_FRAME_MS).length, {
    atMost: 0,
  });
  report.line(
    `          heap ${(before.heapBytes / 2 ** 20).toFixed(1)} MiB before, ${(after.heapBytes / 2 ** 20).toFixed(1)} MiB after`,
  );
  report.figure("heap after against before", after.heapBytes / before.heapBytes, { atMost: 1.1 });
  await page.context().close();
}

/** Changes bookings on a schedule, whatever becomes of those before: amounts, payments and statuses, of which cards, charts and lists tell. */
async function change(session: pg.Client, seconds: number): Promise<number> {
  const count = CHANGES_PER_SECOND * seconds;
  const startedMs = performance.now();
  for (let n = 0; n < count; n += 1) {
    const dueMs = startedMs + (n * 1_000) / CHANGES_PER_SECOND;
    await setTimeout(Math.max(0, dueMs - performance.now()));
    await session.query({
      name: "change",
      text: `update bookings set payment_amount = 100 + $2 % 900, status = case when $2 % 2 = 0 then 'confirmed' else 'completed' end,
               payment_status = 'paid', paid_at = now() where id = $1`,
      values: [BOOKINGS - (n % 90), n],
    });
  }
  return count;
}

async function scrolling(browser: Browser, address: string, report: Report, frames: number): Promise<void> {
  const page = await open(browser, address);
  await page.locator("[data-booking]").first().waitFor();
  // All are there first: what is measured is the drawing of them.
  await page.evaluate(`new Promise((done) => (function down() {
    const list = document.querySelector("[data-booking-list]");
    const all = [...list.querySelectorAll("[data-booking]")].at(-1)?.getAttribute("aria-setsize");
    list.scrollTo({ top: list.scrollHeight });
    if (all === "${BOOKINGS}") done();
    else setTimeout(down, 20);
  })())`);
  const costs = await PageCosts.of(page);
  const before = await costs.read();
  const gaps = await page.evaluate<number[]>(`new Promise((done) => {
    const list = document.querySelector("[data-booking-list]");
    const gaps = [];
    list.scrollTo({ top: 0 });
    let last;
    requestAnimationFrame(function step(now) {
      if (last !== undefined) gaps.push(now - last);
      last = now;
      list.scrollBy({ top: ${SCROLLED_PX} });
      if (gaps.length < ${frames}) requestAnimationFrame(step);
      else done(gaps);
    });
  })`);
  const after = await costs.read();
  const each = (name: "scriptMs" | "layoutMs" | "styleMs") => (after[name] - before[name]) / frames;
  report.latencies(`scrolling ${BOOKINGS} bookings, from frame to frame`, gaps);
  report.line(
    `          a frame took ${each("scriptMs").toFixed(2)} ms for scripts, ${each("layoutMs").toFixed(2)} ms for layout, ${each("styleMs").toFixed(2)} ms for styles`,
  );
  report.figure("scripts, layout and styles of a frame of scrolling, ms", sum(each), { atMost: FRAME_MS });
  report.figure("frames a second while scrolling", 1_000 / (percentile(gaps, 0.5) || Number.NaN), { atLeast: 59 });
  await page.context().close();
}

function sum(each: (name: "scriptMs" | "layoutMs" | "styleMs") => number): number {
  return each("scriptMs") + each("layoutMs") + each("styleMs");
}

/** One after another, of which the latest are still to come. */
async function addBookings(session: pg.Client): Promise<void> {
  await session.query(
    `insert into bookings (listing_id, owner_id, guest_name, status, payment_status, payment_amount, check_in, check_out, created_at, paid_at)
     select 1 + n % ${LISTINGS}, 1, 'Guest ' || n, 'completed', 'paid', 100 + n % 900, at, at + interval '2 days', now() - (${BOOKINGS} - n) * interval '1 hour',
            now() - (${BOOKINGS} - n) * interval '1 hour'
     from (select n, now() + interval '40 days' - (${BOOKINGS} - n) * interval '5 hours' as at from generate_series(1, ${BOOKINGS}) n) s`,
  );
}
