/** Pages with React, in rooms of the real daemon. */
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, it } from "node:test";
import { fileURLToPath } from "node:url";
import { describeInBrowser, type Tab } from "../support/browser.ts";
import { buildPage } from "../support/built-page.ts";
import { listeningOn } from "../support/listening-on.ts";
import { openRooms, type Rooms } from "../support/rooms.ts";
import { onEachServer } from "../support/servers.ts";
import type { Shown } from "./rooms-page.ts";

const SCRIPT = fileURLToPath(new URL("rooms-page.js", import.meta.url));
const ROWS = `
  insert into accounts values (7);
  insert into rooms (id, account_id, name) values (1, 7, 'one'), (2, 7, 'two');
  insert into room_members (room_id, user_id) values (1, 'ana'), (1, 'bob'), (2, 'ana');
  insert into messages (id, room_id, author, body, created_at)
  select n, 1, 'ana', 'old-' || n, timestamptz '2026-01-01' + make_interval(secs => n) from generate_series(1, 12) n;
  select setval(pg_get_serial_sequence('messages', 'id'), 100);
  insert into notes values ('a', 1, 'note');`;

await onEachServer("A room on a page with React", (server) => {
  // What a browser does does not depend on PostgreSQL's version.
  if (server.major === 15) return;
  describeInBrowser("by the hooks of channels", (openTab) => {
    let folder: string;
    let site: Server;
    let at: string;
    let rooms: Rooms;
    let tabs: Tab[] = [];

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "deltad-rooms-"));
      const page = await buildPage(folder, SCRIPT, { title: "room", icon: "data:," });
      site = createServer((request, response) => {
        const path = request.url === "/" ? "/index.html" : (request.url ?? "");
        response.setHeader("content-type", path.endsWith(".js") ? "text/javascript" : "text/html");
        createReadStream(join(page, path)).pipe(response);
      });
      at = `http://127.0.0.1:${await listeningOn(site)}`;
      rooms = await openRooms(server, ROWS, { DELTAD_ORIGINS: at });
    });
    after(async () => {
      await rooms.daemon.stop();
      site.close();
      await rm(folder, { recursive: true });
    });
    afterEach(async () => {
      await Promise.all(tabs.map((tab) => tab.close()));
      assert.deepEqual(
        tabs.flatMap(({ errors }) => errors),
        [],
      );
      tabs = [];
    });

    async function enter(user: string, room: string): Promise<Tab["page"]> {
      const tab = await openTab();
      tabs.push(tab);
      await tab.page.goto(at);
      await show(tab.page, user, room);
      return tab.page;
    }
    const show = (page: Tab["page"], user: string, room: string) => {
      const shown: Shown = [rooms.daemon.url, rooms.daemon.token({ sub: user }), room];
      return page.evaluate(`show(...${JSON.stringify(shown)})`);
    };
    /** Each message, and how often it was rendered. */
    const lists = (page: Tab["page"], lines: readonly string[]) =>
      page
        .locator("#messages ol")
        .filter({ hasText: new RegExp(`^${lines.join("")}$`) })
        .waitFor();
    const says = (page: Tab["page"], text: string) =>
      page.locator("#messages p").getByText(text, { exact: true }).waitFor();
    /** The notes, and how often they were rendered. */
    const notes = async (page: Tab["page"]) => {
      const [, texts, times] = /^(.*), (\d+)$/.exec((await page.locator("#notes").textContent()) ?? "") ?? [];
      return { texts, times: Number(times) };
    };

    it("shows rows in order on every page, and renders what changed alone", async () => {
      const [ana, bob] = [await enter("ana", "1"), await enter("bob", "1")];
      const newest = ["old-8 1", "old-9 1", "old-10 1", "old-11 1", "old-12 1"];
      for (const page of [ana, bob]) {
        await lists(page, newest);
        await says(page, "ready, older");
      }
      const before = await Promise.all([ana, bob].map(notes));
      assert.deepEqual(
        before.map(({ texts }) => texts),
        ["note", "note"],
      );
      await rooms.database.query("insert into messages (room_id, author, body) values (1, 'ana', 'hello')");
      for (const page of [ana, bob]) await lists(page, [...newest, "hello 1"]);
      await rooms.database.query("update messages set body = 'edited' where id = 12");
      for (const page of [ana, bob]) await lists(page, [...newest.slice(0, 4), "edited 2", "hello 1"]);
      assert.deepEqual(await Promise.all([ana, bob].map(notes)), before);
      await rooms.database.query("insert into notes values ('b', 1, 'other')");
      await ana
        .locator("#notes")
        .getByText(/^note, other, /)
        .waitFor();
      assert.equal((await notes(ana)).times, (before[0]?.times ?? 0) + 1);
    });

    it("puts older rows before them, until there are none", async () => {
      const ana = await enter("ana", "1");
      await says(ana, "ready, older");
      await ana.getByRole("button", { name: "Older" }).click();
      await says(ana, "ready");
      const lines = await ana.locator("#messages li").allTextContents();
      assert.deepEqual(lines.slice(0, 8).join(), "old-1 1,old-2 1,old-3 1,old-4 1,old-5 1,old-6 1,old-7 1,old-8 1");
    });

    it("shows nothing of the room before, and nothing where there is no key yet", async () => {
      const ana = await enter("ana", "skip");
      await says(ana, "loading");
      await show(ana, "ana", "1");
      await says(ana, "ready, older");
      await show(ana, "ana", "2");
      await says(ana, "ready");
      assert.equal(await ana.locator("#messages li").count(), 0);
    });

    it("shows who else is there, what they say, whether they look, and who types", async () => {
      const [ana, bob] = [await enter("ana", "1"), await enter("bob", "1")];
      const people = (page: Tab["page"], text: string) =>
        page.locator("aside p").getByText(text, { exact: true }).waitFor();
      for (const page of [ana, bob]) await people(page, "ready, 2, ana, bob");
      await bob.getByRole("button", { name: "Busy" }).click();
      await people(ana, "ready, 2, ana, bob busy");
      await bob.evaluate(
        `Object.defineProperty(document, "visibilityState", { value: "hidden" }), document.dispatchEvent(new Event("visibilitychange"))`,
      );
      await people(ana, "ready, 2, ana, bob busy away");
      await bob.locator("aside input").pressSequentially("hi");
      await ana.locator("aside i").getByText("bob", { exact: true }).waitFor();
      await bob.locator("aside input").blur();
      await ana.locator("aside i").filter({ hasText: /^$/ }).waitFor({ state: "attached" });
    });

    it("says that one was removed, and goes on when one is let in again", async () => {
      const bob = await enter("bob", "1");
      await says(bob, "ready, older");
      await rooms.database.query("delete from room_members where user_id = 'bob'");
      await says(bob, "error, older");
      await bob.getByRole("button", { name: "Older" }).click();
      await says(bob, "error, older, not connected");
      await rooms.database.query("insert into room_members (room_id, user_id) values (1, 'bob')");
      await bob
        .locator("#messages p")
        .getByText(/^ready/)
        .waitFor();
    });
  });
});
