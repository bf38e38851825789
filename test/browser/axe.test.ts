import assert from "node:assert/strict";
import { it } from "node:test";
import { assertAccessible } from "../support/axe.ts";
import { describeInBrowser } from "../support/browser.ts";

const page = (body: string) =>
  `<!doctype html><html lang="en"><meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
  <title>A page</title><main><h1>A page</h1>${body}</main>`;

describeInBrowser("Axe", (openTab) => {
  it("names the rule, the element and where help is, on a page that allows no script; and leaves a good page alone", async () => {
    const tab = await openTab();
    await tab.page.setContent(page("<p>All is well.</p>"));
    await assertAccessible(tab.page, "good");
    await tab.page.setContent(page(`<p style="color: #ccc">Faint</p><input>`));
    await assert.rejects(assertAccessible(tab.page, "bad"), (error: Error) => {
      for (const part of [
        "bad:",
        "color-contrast (serious)",
        "label (critical)",
        "<input>",
        "https://dequeuniversity.com/rules/axe/",
      ])
        assert.ok(error.message.includes(part), `${part} in\n${error.message}`);
      return true;
    });
    await tab.close();
  });
});
