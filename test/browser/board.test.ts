/** Boards that several people change, in Chromium with its IndexedDB, locks and tabs, and the real daemon. */
import assert from "node:assert/strict";
import { createReadStream, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { freePort } from "../../daemon/database/cluster.ts";
import { BOARDS, BOARD_ROWS } from "../support/boards.ts";
import { assertAccessible } from "../support/axe.ts";
import { findChromium, FLAGS } from "../support/browser.ts";
import { buildPage } from "../support/built-page.ts";
import { listeningOn } from "../support/listening-on.ts";
import { createMarketplace, type MarketplaceDaemon, startMarketplaceDaemon } from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";
import type { Shown } from "./board-page.ts";

const SCRIPT = fileURLToPath(new URL("board-page.js", import.meta.url));
const STYLES = fileURLToPath(new URL("../../../react/sync/sync.css", import.meta.url));

await onEachServer("A board that several people change", (server) => {
  // What a browser does does not depend on PostgreSQL's version.
  if (server.major === 15) return;
  const executablePath = findChromium();
  describe("in Chromium", { skip: executablePath === undefined && "Chromium is not installed" }, () => {
    let folder: string;
    let site: Server;
    let at: string;
    let database: TestDatabase;
    let port: number;
    let daemon: MarketplaceDaemon;
    let errors: string[];
    const browsers: BrowserContext[] = [];
    const start = async () => startMarketplaceDaemon(database, BOARDS, port, { DELTAD_ORIGINS: at });

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "deltad-board-"));
      const built = await buildPage(folder, SCRIPT, { title: "board", icon: "data:," });
      site = createServer((request, response) => {
        const path = request.url === "/" ? "/index.html" : (request.url ?? "");
        response.setHeader("content-type", path.endsWith(".js") ? "text/javascript" : "text/html");
        createReadStream(join(built, path)).pipe(response);
      });
      at = `http://127.0.0.1:${await listeningOn(site)}`;
      database = await server.createDatabase();
      await createMarketplace(database, BOARDS);
      await database.query(BOARD_ROWS);
      port = await freePort();
      daemon = await start();
      errors = [];
    });
    afterEach(async () => {
      await Promise.all(browsers.splice(0).map((browser) => browser.close()));
      assert.deepEqual(errors.splice(0), []);
    });
    after(async () => {
      await daemon.stop();
      site.close();
      await rm(folder, { recursive: true });
    });

    /** A person's browser, which keeps what it has over restarts. */
    async function openBrowser(person: string): Promise<BrowserContext> {
      const browser = await chromium.launchPersistentContext(join(folder, person), {
        args: FLAGS,
        ...(executablePath && { executablePath }),
      });
      browsers.push(browser);
      return browser;
    }
    async function openTab(browser: BrowserContext, subject: string, language: Shown[3] = "en"): Promise<Page> {
      const page = await browser.newPage();
      page.on("pageerror", (error) => errors.push(String(error)));
      await page.goto(at);
      await page.addStyleTag({ content: readFileSync(STYLES, "utf8") });
      const shown: Shown = [`http://127.0.0.1:${port}`, daemon.token({ sub: subject }), subject, language];
      await page.evaluate(`show(...${JSON.stringify(shown)})`);
      return page;
    }
    const says = (page: Page, text: string) => page.locator(".deltad-sync").getByText(text, { exact: true }).waitFor();
    const shows = (page: Page, name: string) => page.getByRole("article", { name, exact: true }).waitFor();
    const press = (page: Page, name: string, ...keys: string[]) =>
      keys.reduce(
        (before, key) => before.then(() => page.getByRole("article", { name }).press(key)),
        Promise.resolve(),
      );

    it("keys move its widgets on every page, and what three tabs did offline is done once, after a restart of the browser", async () => {
      const first = await openBrowser("ana");
      const tabs = [await openTab(first, "ana"), await openTab(first, "ana"), await openTab(first, "ana")];
      for (const tab of tabs) await shows(tab, "w1 0,0");
      const [one, two, three] = tabs as [Page, Page, Page];
      await press(one, "w1", "ArrowRight", "ArrowDown");
      for (const tab of tabs) {
        await shows(tab, "w1 1,1");
        await says(tab, "All changes saved");
      }
      await daemon.stop();
      await press(one, "w1", "ArrowRight", "ArrowRight", "ArrowRight");
      await shows(one, "w1 4,1");
      await says(one, "Offline: 1 change kept");
      await press(two, "w2", "ArrowDown");
      await says(two, "Offline: 2 changes kept");
      await press(three, "w3", "Delete");
      for (const tab of tabs) await says(tab, "Offline: 3 changes kept");
      await first.close();
      daemon = await start();
      const next = await openBrowser("ana");
      const [again, beside] = [await openTab(next, "ana"), await openTab(next, "ana")];
      for (const tab of [again, beside]) {
        await shows(tab, "w1 4,1");
        await shows(tab, "w2 0,1");
        await says(tab, "All changes saved");
        assert.equal(await tab.getByRole("article", { name: "w3" }).count(), 0);
      }
      const rows = await database.query(
        "select title, x, y from widgets where board_id = 1 and deleted_at is null order by title",
      );
      assert.deepEqual(rows, [
        { title: "w1", x: 4, y: 1 },
        { title: "w2", x: 0, y: 1 },
        { title: "w4", x: 0, y: 0 },
      ]);
    });

    it("a title that two people have changed is shown, and solved by words of both, with no violation of WCAG", async () => {
      const [ana, bob] = [
        await openTab(await openBrowser("ana-at-home"), "ana"),
        await openTab(await openBrowser("bob"), "bob", "pt-BR"),
      ];
      await says(ana, "All changes saved");
      await says(bob, "Tudo salvo");
      await shows(bob, "w4 0,0");
      await daemon.stop();
      await says(ana, "All changes saved");
      const title = ana.getByRole("textbox", { name: "Title of w4" });
      await title.fill("by ana");
      await title.press("ArrowLeft");
      await title.blur();
      await says(ana, "Offline: 1 change kept");
      await database.query("update widgets set title = 'by SQL' where title = 'w4'");
      daemon = await start();
      await says(ana, "1 conflict");
      await shows(ana, "by SQL 0,0");
      const decision = ana.getByRole("region", { name: "Changes that need a decision" });
      await decision.getByText("Somebody else has changed this too.").waitFor();
      assert.deepEqual(await decision.locator("dd").allTextContents(), ["by ana", "by SQL"]);
      await ana.evaluate(`document.documentElement.lang = "en"`);
      await assertAccessible(ana, "a conflict");
      await decision.getByRole("textbox").fill("by both");
      await decision.getByRole("button", { name: "Keep this" }).click();
      await says(ana, "All changes saved");
      await shows(bob, "by both 0,0");
      assert.equal(await decision.count(), 0);
    });
  });
});
