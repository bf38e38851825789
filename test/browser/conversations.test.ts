/** The demo's page of conversations on the real daemon, with the demo's own server for writes: what two people see of each other. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, it } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { freePort } from "../../daemon/database/cluster.ts";
import type { Log } from "../../daemon/config/log.ts";
import { assertAccessible } from "../support/axe.ts";
import { describeInBrowser, type Tab } from "../support/browser.ts";
import { type ConversationsServer, openConversations } from "../support/conversations-server.ts";
import { DEMO } from "../support/oracle.ts";
import { eventually } from "../support/real-time.ts";
import { createMarketplace, type MarketplaceDaemon, startMarketplaceDaemon } from "../support/running-daemon.ts";
import { onEachServer, type TestDatabase } from "../support/servers.ts";

const quiet = (): undefined => undefined;
const QUIET: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
/** More than two pages of older messages. */
const SAID = 170;
const MOST_MEMBERS = 20;
/** People: 1 speaks for the owner, 2 is a guest. Conversation 11 is theirs, and so is the group 12, where much was said. */
const ROWS = `
  insert into owners (id, name) values (1, 'Campo');
  insert into people (id, name, owner_id) values (1, 'Campo', 1), (2, 'Zoë', null);
  insert into conversations (id, owner_id, kind, title) values (11, 1, 'room', 'H-01'), (12, 1, 'group', 'Pilots');
  insert into conversation_members (conversation_id, person_id, name, title)
    values (11, 1, 'Campo', 'H-01 · Zoë'), (11, 2, 'Zoë', 'H-01 · Campo'), (12, 1, 'Campo', 'Pilots'), (12, 2, 'Zoë', 'Pilots');
  insert into messages (conversation_id, author_id, author, body, created_at)
    select 12, 1 + i % 2, case i % 2 when 0 then 'Campo' else 'Zoë' end, 'Said ' || i, timestamptz '2026-05-01 12:00Z' + i * interval '1 minute'
    from generate_series(1, ${SAID}) i`;

await onEachServer("Conversations", (server) => {
  // What a browser does does not depend on PostgreSQL's version.
  if (server.major === 15) return;
  describeInBrowser("on the demo's page, the real daemon and the demo's own server", (openTab) => {
    let database: TestDatabase;
    let daemon: MarketplaceDaemon;
    let conversations: ConversationsServer;
    let address = "";
    const tabs: Tab[] = [];
    /** What an error may hold that a test brings about. */
    let expected: string | undefined;

    before(async () => {
      database = await server.createDatabase();
      await createMarketplace(database, DEMO);
      conversations = await openConversations(database, QUIET);
      address = conversations.address;
      const port = await freePort();
      daemon = await startMarketplaceDaemon(database, DEMO, port, {
        DELTAD_ORIGINS: address,
        DELTAD_MAX_ROWS: String(MOST_MEMBERS),
      });
      conversations.application.showDeltad(port);
    });
    after(async () => {
      await daemon.stop();
      await conversations.stop();
    });
    beforeEach(async () => {
      expected = undefined;
      await database.query(`truncate messages, conversation_members, conversations, people, owners cascade; ${ROWS}`);
    });
    afterEach(async () => {
      const opened = tabs.splice(0);
      for (const tab of opened) await tab.close();
      assert.deepEqual(
        opened.flatMap(({ errors }) => errors).filter((error) => expected === undefined || !error.includes(expected)),
        [],
      );
    });

    /** A tab of a person, in which the conversation of that title is open. */
    async function open(
      person: number,
      title: string,
      options: BrowserContextOptions = {},
      prepare?: (page: Page) => Promise<unknown>,
    ): Promise<Page> {
      const tab = await openTab(options);
      tabs.push(tab);
      const { page } = tab;
      await prepare?.(page);
      await page.goto(`${address}/#token=${daemon.token({ sub: String(person), owners: person === 1 ? ["1"] : [] })}`);
      await page.getByRole("button", { name: title }).click();
      await page.getByRole("log", { name: title }).waitFor();
      return page;
    }

    const message = (page: Page, text: string) =>
      page
        .getByRole("log")
        .getByRole("listitem")
        .filter({ has: page.getByText(text, { exact: true }) });
    const member = (page: Page, text: string) =>
      page.getByRole("list", { name: "Who takes part" }).getByRole("listitem").filter({ hasText: text });
    const say = async (page: Page, text: string) => {
      await page.getByRole("textbox", { name: "Write a message" }).fill(text);
      await page.keyboard.press("Enter");
    };
    /** A browser without windows puts no page in the background: the page hears what it would hear there. */
    const see = (page: Page, state: "hidden" | "visible") =>
      page.evaluate(`Object.defineProperty(document, "visibilityState", { configurable: true, value: "${state}" });
        document.dispatchEvent(new Event("visibilitychange"))`);
    const bodies = (page: Page) => page.locator(".log .body").allTextContents();

    it("two people see what each says, puts right and takes back, and each may change only their own", async () => {
      const [owner, guest] = [await open(1, "H-01 · Zoë"), await open(2, "H-01 · Campo")];
      await member(owner, "Zoë").waitFor();
      await say(guest, "Oi! <b>Está livre?</b>");
      await message(owner, "Oi! <b>Está livre?</b>").waitFor();
      await say(owner, "Está, sim.");
      await message(guest, "Está, sim.").waitFor();
      assert.deepEqual(await bodies(guest), ["Oi! <b>Está livre?</b>", "Está, sim."]);
      assert.deepEqual(await bodies(owner), await bodies(guest));
      assert.equal(await owner.getByRole("button", { name: "Edit" }).count(), 1);
      assert.equal(await message(owner, "Oi! <b>Está livre?</b>").getByRole("button").count(), 0);

      const edit = guest.getByRole("button", { name: "Edit" });
      await edit.focus();
      await guest.keyboard.press("Enter");
      const field = guest.getByRole("textbox", { name: "Change the message" });
      await field.fill("Something else");
      await guest.keyboard.press("Escape");
      await field.waitFor({ state: "detached" });
      await guest.locator("button:focus", { hasText: "Edit" }).waitFor();
      await guest.keyboard.press("Enter");
      await field.fill("Está livre no sábado?");
      await guest.keyboard.press("Enter");
      await message(owner, "Está livre no sábado?").getByText("edited").waitFor();
      assert.deepEqual(await bodies(owner), ["Está livre no sábado?", "Está, sim."]);

      await guest.getByRole("button", { name: "Delete" }).click();
      await message(owner, "Está livre no sábado?").waitFor({ state: "detached" });
      assert.deepEqual(await bodies(owner), ["Está, sim."]);
    });

    it("each sees whether the other is there and types, and when that ends", async () => {
      const [owner, guest] = [await open(1, "Pilots"), await open(2, "Pilots")];
      await member(owner, "Zoë (here)").waitFor();
      await member(guest, "Campo (here)").waitFor();
      await guest.getByRole("textbox", { name: "Write a message" }).pressSequentially("Alguém");
      const types = owner.getByRole("status").filter({ hasText: "Zoë is typing…" });
      await types.waitFor();
      assert.equal(await guest.getByText("typing…").count(), 0);
      await guest.keyboard.press("Enter");
      await message(owner, "Alguém").waitFor();
      await types.waitFor({ state: "detached" });
      await guest.goto("about:blank");
      // One who comes back within ten seconds has not left.
      await member(owner, "Zoë (here)").waitFor({ state: "detached", timeout: 60_000 });
      await member(owner, "Zoë").waitFor();
    });

    it("who has all tabs out of sight is away, and with the first that is looked at again here", async () => {
      const owner = await open(1, "Pilots");
      const tabs = [await open(2, "Pilots"), await open(2, "Pilots")] as const;
      await member(owner, "Zoë (here)").waitFor();
      await see(tabs[0], "hidden");
      await say(tabs[0], "From behind");
      await message(owner, "From behind").waitFor();
      assert.equal(await member(owner, "Zoë (here)").count(), 1);
      await see(tabs[1], "hidden");
      await member(owner, "Zoë (away)").waitFor();
      await see(tabs[0], "visible");
      await member(owner, "Zoë (here)").waitFor();
    });

    it("of those who take part, who is there comes first, then who is away", async () => {
      await database.query(`insert into people (id, name) values (3, 'Ana'), (4, 'Bia'), (5, 'Caio');
        insert into conversation_members (conversation_id, person_id, name, title) select 12, id, name, 'Pilots' from people where id > 2`);
      const owner = await open(1, "Pilots");
      await see(await open(4, "Pilots"), "hidden");
      await open(5, "Pilots");
      await member(owner, "Bia (away)").waitFor();
      await member(owner, "Caio (here)").waitFor();
      const names = await owner.getByRole("list", { name: "Who takes part" }).getByRole("listitem").allTextContents();
      // Zoë may still be there from before.
      assert.deepEqual(
        names.filter((name) => !name.startsWith("Zoë")),
        ["Caio (here)", "Bia (away)", "Ana"],
      );
    });

    it("Shift and Enter begins a line, an empty text is not sent, and a refusal is said and keeps the text", async () => {
      const guest = await open(2, "H-01 · Campo");
      const field = guest.getByRole("textbox", { name: "Write a message" });
      await field.press("Enter");
      await field.pressSequentially("one");
      await field.press("Shift+Enter");
      await field.pressSequentially("two");
      await field.press("Enter");
      await guest.locator(".body").waitFor();
      assert.deepEqual(await bodies(guest), ["one\ntwo"]);
      assert.equal(await field.inputValue(), "");
      // Of the request that is broken off the browser writes itself.
      expected = "ERR_FAILED";
      await guest.route("**/messages", (route) => route.abort());
      await field.fill("three");
      await guest.getByRole("button", { name: "Send" }).click();
      await guest.getByRole("alert").getByText("It could not be sent. Try again.").waitFor();
      assert.equal(await field.inputValue(), "three");
    });

    it("who is removed sees nothing that is said from then on, and is back when let in again", async () => {
      const [owner, guest] = [await open(1, "Pilots"), await open(2, "Pilots")];
      await message(guest, `Said ${SAID}`).waitFor();
      await database.query(`begin; insert into messages (conversation_id, author_id, author, body) values (12, 1, 'Campo', 'Among us');
        delete from conversation_members where conversation_id = 12 and person_id = 2; commit`);
      await guest.getByText("You are not in this conversation any more.").waitFor();
      await message(owner, "Among us").waitFor();
      await guest.getByRole("button", { name: "Pilots" }).waitFor({ state: "detached" });
      assert.doesNotMatch(await guest.innerText("body"), /Among us|Said/);
      await database.query(
        "insert into conversation_members (conversation_id, person_id, name, title) values (12, 2, 'Zoë', 'Pilots')",
      );
      await message(guest, "Among us").waitFor();
      await member(owner, "Zoë").waitFor();
    });

    it("a conversation that is too large says so, to who reads it and to who comes, until it is not", async () => {
      const guest = await open(2, "Pilots", {}, ({ clock }) => clock.install());
      await message(guest, `Said ${SAID}`).waitFor();
      await database.query(`insert into people (id, name) select i, 'P' || i from generate_series(101, ${100 + MOST_MEMBERS}) i;
        insert into conversation_members (conversation_id, person_id, name, title) select 12, id, name, 'Pilots' from people where id > 100`);
      const isTooLarge = guest.getByText("This conversation is too large to be shown.");
      await isTooLarge.waitFor();
      const sockets: string[] = [];
      guest.on("websocket", (socket) => sockets.push(socket.url()));
      await guest.reload();
      await isTooLarge.waitFor();
      assert.doesNotMatch(await guest.innerText("body"), /You are not in|Said/);
      await database.query("delete from conversation_members where person_id > 100");
      // The daemon may have been asked before it had read of it: then the page asks again.
      await eventually(
        "what was said",
        async () => {
          await guest.clock.fastForward(15_000);
          return message(guest, `Said ${SAID}`).isVisible();
        },
        { everyMs: 500 },
      );
      assert.equal(sockets.length, 1, "on the same connection");
    });

    it("older messages come when the reader comes near them, and what is read stays where it is", async () => {
      const guest = await open(2, "Pilots");
      await message(guest, `Said ${SAID}`).waitFor();
      const isAtEnd =
        "(() => { const { scrollTop, scrollHeight, clientHeight } = document.querySelector('.log'); return scrollHeight - scrollTop - clientHeight < 2; })()";
      assert.equal(await guest.evaluate(isAtEnd), true);
      const first = Number((await bodies(guest))[0]?.replace("Said ", ""));
      assert.ok(first > SAID - 101 && first <= SAID - 49, `begins at ${first}`);
      // Where the message that was the first is, from the log's upper edge.
      const topOf = async (text: string) =>
        Number(
          await guest.evaluate(
            `[...document.querySelectorAll(".log li")].find((each) => each.querySelector(".body").textContent === (${JSON.stringify(text)})).offsetTop - document.querySelector(".log").scrollTop`,
          ),
        );
      await guest.evaluate("document.querySelector('.log').scrollTop = 60");
      const before = await topOf(`Said ${first}`);
      await message(guest, `Said ${first - 50}`).waitFor({ state: "attached" });
      assert.ok(Math.abs((await topOf(`Said ${first}`)) - before) < 2, "it jumped");
      await database.query(
        "insert into messages (conversation_id, author_id, author, body) values (12, 1, 'Campo', 'New')",
      );
      await message(guest, "New").waitFor({ state: "attached" });
      assert.ok(Math.abs((await topOf(`Said ${first}`)) - before) < 2, "it jumped at a new one");
      for (let oldest = first - 50; oldest > 1; ) {
        oldest = Math.max(oldest - 50, 1);
        await guest.evaluate("document.querySelector('.log').scrollTop = 0");
        await message(guest, `Said ${oldest}`).waitFor({ state: "attached" });
      }
      assert.deepEqual(await bodies(guest), [
        ...Array.from({ length: SAID }, (_, index) => `Said ${index + 1}`),
        "New",
      ]);
      await guest.getByRole("button", { name: "Older messages" }).waitFor({ state: "detached" });
    });

    for (const colorScheme of ["light", "dark"] as const) {
      it(`fits a small phone, ${colorScheme}: the list, then the conversation, and back by keyboard`, async () => {
        const guest = await open(2, "H-01 · Campo", { viewport: { width: 320, height: 640 }, colorScheme });
        await say(guest, `${"wide".repeat(60)} and more`);
        await guest.locator(".body").waitFor();
        assert.equal(await guest.evaluate("document.documentElement.scrollWidth - innerWidth"), 0);
        assert.equal(await guest.getByRole("navigation").isVisible(), false);
        await guest.getByRole("button", { name: "All conversations" }).focus();
        await guest.keyboard.press("Enter");
        await guest.getByRole("navigation").waitFor();
        await guest.locator("nav button:focus").waitFor();
        await guest.keyboard.press("Enter");
        await guest.locator("h2:focus").waitFor();
      });
    }

    it("speaks Portuguese to a Brazilian browser, and names all there is to a screen reader", async () => {
      const guest = await open(2, "H-01 · Campo", { locale: "pt-BR" });
      await guest.getByRole("textbox", { name: "Escreva uma mensagem" }).fill("Oi");
      await guest.getByRole("button", { name: "Enviar" }).click();
      await guest.locator(".body").waitFor();
      assert.equal(await guest.title(), "Conversas");
      const tree = await guest.locator("main").ariaSnapshot();
      for (const part of [
        'heading "Conversas" [level=1]',
        'navigation "Conversas"',
        'heading "H-01 · Campo" [level=2]',
        'log "H-01 · Campo"',
        'textbox "Escreva uma mensagem"',
        'button "Editar"',
        'button "Apagar"',
      ])
        assert.ok(tree.includes(part), `${part} in\n${tree}`);
      assert.equal(await guest.getByRole("log").getAttribute("aria-live"), "polite");
    });

    for (const colorScheme of ["light", "dark"] as const) {
      it(`has no fault that axe knows, on a phone and on a desk, in two languages, ${colorScheme}`, async () => {
        const owner = await open(1, "Pilots", { locale: "pt-BR", colorScheme });
        const guest = await open(2, "Pilots", { viewport: { width: 320, height: 640 }, colorScheme });
        await guest.getByRole("textbox", { name: "Write a message" }).pressSequentially("Bom dia");
        await owner.locator(".typing").filter({ hasText: "Zoë" }).waitFor();
        await assertAccessible(owner, "while somebody types");
        await guest.keyboard.press("Enter");
        await guest.getByRole("button", { name: "Edit" }).last().click();
        await guest.getByRole("textbox", { name: "Change the message" }).waitFor();
        await assertAccessible(guest, "while a message is edited");
        await guest.getByRole("button", { name: "All conversations" }).click();
        await guest.getByRole("navigation").waitFor();
        await assertAccessible(guest, "the list on a phone");
        await database.query("delete from conversation_members where conversation_id = 12 and person_id = 1");
        await owner.getByText("Você não está mais nesta conversa.").waitFor();
        await assertAccessible(owner, "removed");
        const tab = await openTab({ colorScheme });
        tabs.push(tab);
        await tab.page.goto(address);
        await tab.page.getByText("Open the link to your conversations").waitFor();
        await assertAccessible(tab.page, "without a token");
      });
    }

    it("talks to its own server and to deltad, and to nothing else; without a token it says what to do", async () => {
      const answer = await fetch(address);
      const policy = answer.headers.get("content-security-policy") ?? "";
      const deltad = new URL(daemon.url).host;
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
      assert.ok(policy.includes(`connect-src 'self' http://${deltad} ws://${deltad};`), policy);
      const tab = await openTab();
      tabs.push(tab);
      await tab.page.goto(address);
      await tab.page.getByText("Open the link to your conversations").waitFor();
    });
  });
});
