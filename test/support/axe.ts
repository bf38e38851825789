import assert from "node:assert/strict";
import axe, { type AxeResults, type Result } from "axe-core";
import type { Page } from "playwright-core";

/** WCAG 2.2 at the levels A and AA, and what axe itself calls good practice. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

/** Colours on their way are nobody's contrast. Some animations never end. */
const ONCE_STILL = `Promise.all(document.getAnimations()
  .filter((each) => each.effect.getTiming().iterations !== Infinity)
  .map((each) => each.finished.catch(() => undefined)))`;

/**
 * What axe-core finds wrong with a page as it is shown now fails the test, with the rule, its page of help, and each element. A script by
 * address would need the page's Content-Security-Policy to allow it; what is evaluated does not, so that the page is tested with the policy it has.
 * @param state what the page shows, for the failure's first line
 */
export async function assertAccessible(page: Page, state: string): Promise<void> {
  // A page that was loaded anew has it no more.
  await page.evaluate(`globalThis.axe ?? (() => { ${axe.source} })()`);
  await page.evaluate(ONCE_STILL);
  const options = JSON.stringify({ runOnly: TAGS, resultTypes: ["violations", "passes"] });
  const { violations, passes } = await page.evaluate<AxeResults>(`axe.run(document, ${options})`);
  assert.ok(passes.length > 0, `axe found nothing to look at: ${state}`);
  assert.equal(violations.length, 0, `${state}:\n${violations.map(described).join("\n")}`);
}

/** Of a rule that very many elements break, these say enough. */
const MOST_ELEMENTS = 5;

function described({ id, impact, help, helpUrl, nodes }: Result): string {
  const elements = nodes.slice(0, MOST_ELEMENTS).map(({ target, html, failureSummary = "" }) => {
    return `  ${target.join(" ")}\n    ${html}\n    ${failureSummary.replaceAll("\n", "\n    ")}`;
  });
  return [`${id} (${impact}): ${help}, ${helpUrl}, ${nodes.length} in all`, ...elements].join("\n");
}
