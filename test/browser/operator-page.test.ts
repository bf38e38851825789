/** The operator's page of real daemons: what it shows, how it holds very many connections, and that what it does is asked first. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, it } from "node:test";
import { assertAccessible } from "../support/axe.ts";
import { describeInBrowser, type Tab } from "../support/browser.ts";
import { ACTOR, type Operated, READER, startOperated, knows } from "../support/operated.ts";
import { eventually } from "../support/real-time.ts";
import { come, enter, openRooms, type Rooms } from "../support/rooms.ts";
import { onEachServer } from "../support/servers.ts";
import type { TestSocket } from "../support/socket.ts";

const MANY = 600;

await onEachServer("The operator's page", (server) => {
  // What a browser does does not depend on PostgreSQL's version.
  if (server.major === 15) return;
  describeInBrowser("of two daemons", (openTab) => {
    let plain: Rooms;
    let one: Operated;
    let other: Operated;
    let tab: Tab;

    before(async () => {
      plain = await openRooms(
        server,
        `insert into accounts values (7); insert into rooms (id, account_id, host, name) values (1, 7, 'ana', 'one')`,
      );
      await plain.daemon.stop();
      [one, other] = [await startOperated(plain), await startOperated(plain)];
      await knows(one, 2);
    });
    after(() => Promise.all([one, other].map(({ daemon }) => daemon.stop())));
    beforeEach(async () => {
      tab = await openTab();
    });
    afterEach(async () => {
      await tab.close();
      // The browser says what it was answered, whatever a page does.
      assert.deepEqual(
        tab.errors.filter((error) => !error.includes("the server responded with a status of 40")),
        [],
      );
    });

    const url = (token?: string) =>
      `http://127.0.0.1:${one.adminPort}/admin/${token === undefined ? "" : `#token=${token}`}`;
    const region = (name: string) => tab.page.getByRole("group", { name, exact: true });
    const button = (name: string | RegExp) => tab.page.getByRole("button", { name });
    const rows = () => region("Connections").locator("tbody tr:not(.spacer)");
    const shown = (text: string) => tab.page.locator(".metric").filter({ hasText: text }).waitFor();
    const terminate = (sockets: readonly TestSocket[]): void => {
      for (const socket of sockets) socket.terminate();
    };

    it("is given to everybody and holds nothing; what it shows needs a token, which the daemon must know", async () => {
      await tab.page.goto(`http://127.0.0.1:${one.adminPort}/`);
      assert.equal(new URL(tab.page.url()).pathname, "/admin/");
      await tab.page.getByLabel("Token").fill("nobody");
      await button("Open").click();
      await tab.page.getByText("does not know this token").waitFor();
      await assertAccessible(tab.page, "a token that is refused");
      await tab.page.getByLabel("Token").fill(READER);
      await tab.page.keyboard.press("Enter");
      await region("Daemons").getByText("leader").waitFor();
      const outside = await fetch(`${one.daemon.url}admin/`);
      assert.equal(outside.status, 404, "it is not on the clients' port");
    });

    it("shows daemons, leases, totals and the configuration with origins, in both languages and colour schemes, by the rules of access", async () => {
      const sockets = [await come(one, { sub: "ana" }, "plaza:1"), await come(other, { sub: "bob" }, "plaza:1")];
      for (const [scheme, locale] of [
        ["light", "en-US"],
        ["dark", "pt-BR"],
      ] as const) {
        await tab.close();
        tab = await openTab({ locale, colorScheme: scheme });
        const [daemons, leader, leases, options, origin, secret] =
          locale === "en-US"
            ? ["Daemons", "leader", "Leases", "Configuration of this daemon", "environment", "secret"]
            : ["Daemons", "líder", "Reservas de leitura", "Configuração deste daemon", "ambiente", "secreto"];
        await tab.page.goto(url(READER));
        await region(daemons).getByText(leader).waitFor();
        assert.equal(await region(daemons).locator("tbody tr").count(), 2);
        assert.equal(await region(leases).locator("tbody tr").count(), 2);
        const port = region(options).locator("tr", { hasText: "DELTAD_ADMIN_PORT" });
        assert.deepEqual(await port.locator("td").allTextContents(), [String(one.adminPort), origin]);
        const address = region(options).locator("tr", { hasText: "DATABASE_URL" });
        assert.equal(await address.locator("td").first().textContent(), secret);
        await tab.page.getByText("plaza:1", { exact: true }).first().waitFor();
        assert.ok(!(await tab.page.content()).includes(READER));
        await assertAccessible(tab.page, `${scheme}, ${locale}`);
      }
      terminate(sockets);
    });

    it("names the transaction that holds changes back", async (t) => {
      const client = await plain.database.client();
      t.after(() => client.end());
      await client.query("set application_name = 'nightly import'; begin; insert into accounts values (70)");
      await tab.page.goto(url(READER));
      await tab.page
        .getByText(/^Session \d+, role \w+, application nightly import, idle in transaction, for/)
        .waitFor();
      await client.query("rollback");
      await tab.page.getByText(/nightly import/).waitFor({ state: "detached" });
    });

    it("of very many connections has those in sight in the document, sorts and filters them, and is used by keys", async () => {
      const sockets: TestSocket[] = [];
      while (sockets.length < MANY) {
        const batch = Array.from({ length: 50 }, (_, at) =>
          enter(one, { sub: `user ${String(sockets.length + at).padStart(4, "0")}` }),
        );
        sockets.push(...(await Promise.all(batch)));
      }
      await tab.page.goto(url(READER));
      await shown(`${MANY} of ${MANY}`);
      assert.ok((await rows().count()) < 60, `${await rows().count()} rows`);
      await region("Connections").getByRole("button", { name: "Subject", exact: true }).press("Enter");
      await rows().first().filter({ hasText: "user 0599" }).waitFor();
      await region("Connections").getByRole("button", { name: "Subject", exact: true }).press("Enter");
      await rows().first().filter({ hasText: "user 0000" }).waitFor();
      assert.equal(
        await tab.page.getByRole("columnheader", { name: "Subject" }).getAttribute("aria-sort"),
        "ascending",
      );
      await region("Connections").focus();
      await tab.page.keyboard.press("End");
      await rows().last().filter({ hasText: "user 0599" }).waitFor();
      assert.equal(await rows().last().getAttribute("aria-rowindex"), String(MANY + 1));
      assert.ok((await rows().count()) < 60);
      await assertAccessible(tab.page, "very many");
      await tab.page.getByLabel("Value").fill("user 0042");
      await shown("1 of 1");
      assert.equal(await rows().count(), 1);
      terminate(sockets);
    });

    it("asks before anything is done, and tells what came of it; who may only read is told who may act", async () => {
      const socket = await come(other, { sub: "cid" }, "plaza:1");
      await tab.page.goto(url(READER));
      await tab.page.getByLabel("Value").fill("cid");
      await shown("1 of 1");
      assert.equal(await button(/^Revoke the subject, /).count(), 1);
      const id = (await rows().locator("code").first().getAttribute("title")) ?? "none";
      await button(/^Close [0-9a-f]{8}$/).click();
      const dialog = tab.page.getByRole("dialog");
      await dialog.getByText(id).waitFor();
      await assertAccessible(tab.page, "what is asked");
      await tab.page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      assert.equal(socket.native.readyState, socket.native.OPEN, "nothing was done");
      await button(/^Close [0-9a-f]{8}$/).click();
      await dialog.getByRole("button", { name: "Close" }).click();
      await tab.page.getByRole("status").filter({ hasText: "DELTAD_ADMIN_ACT_TOKENS" }).waitFor();
      assert.equal(socket.native.readyState, socket.native.OPEN, "nor by who may not");

      await tab.page.goto("about:blank");
      await tab.page.goto(url(ACTOR));
      await tab.page.getByLabel("Value").fill("cid");
      await shown("1 of 1");
      await button(/^Frames [0-9a-f]{8}$/).click();
      await dialog.getByRole("rowheader", { name: "rows" }).waitFor();
      await assertAccessible(tab.page, "frames of a connection");
      await tab.page.keyboard.press("Escape");
      await button(/^Close [0-9a-f]{8}$/).click();
      await dialog.getByRole("button", { name: "Close" }).click();
      assert.equal((await socket.closed).code, 4401);
      await tab.page
        .getByRole("status")
        .filter({ hasText: /closed 1$/ })
        .waitFor();
      await eventually("it to be logged with the operator's name", () =>
        other.lines.some((line) => line.startsWith("an operator has closed") && line.includes('"operator":"ana-ops"')),
      );
      await shown("0 of 0");

      await tab.page.getByLabel("Another topic").fill("owner:7");
      await button("Verify owner:7").click();
      await dialog.getByRole("button", { name: "Verify" }).click();
      await tab.page.getByRole("status").filter({ hasText: "no daemon has its numbers" }).waitFor();
    });
  });
});
