import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { after, before, describe } from "node:test";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** The shell is Chromium without a window: the same pages for a third of the processor time. */
const PROGRAMS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
/** As root, and in containers, Chromium's sandbox does not start. */
export const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"];

/** A tab that keeps account of what must not happen. */
export interface Tab {
  readonly page: Page;
  /** Uncaught errors, and what the page or the browser wrote to the console as an error. */
  readonly errors: readonly string[];
  /** Refused connections, which the browser writes to the console whatever a page does. */
  readonly refusals: readonly string[];
  /** HTTP requests so far, as method and path. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Opens a tab of its own, with nothing remembered. */
export type OpenTab = (options?: BrowserContextOptions) => Promise<Tab>;

/** A describe block with one Chromium for all its tests; skipped where there is none. */
export function describeInBrowser(title: string, body: (openTab: OpenTab) => void): void {
  const executablePath = findChromium();
  const skip = executablePath === undefined && "Chromium is not installed";
  describe(title, { skip }, () => {
    let browser: Browser | undefined;
    before(async () => {
      browser = await chromium.launch({ args: FLAGS, ...(executablePath && { executablePath }) });
    });
    after(() => browser?.close());
    body((options) => {
      if (!browser) throw new Error("tabs can be opened in tests only");
      return openTab(browser, options);
    });
  });
}

async function openTab(browser: Browser, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({ locale: "en-US", timezoneId: "UTC", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const errors: string[] = [];
  const refusals: string[] = [];
  const requests: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    (message.text().includes("ERR_CONNECTION_REFUSED") ? refusals : errors).push(message.text());
  });
  page.on("request", (request) => requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  return { page, errors, refusals, requests, close: () => context.close() };
}

/** Resolves in the frame in which the expression is true in the page. Playwright's own waiting needs a policy that allows `eval`. */
export async function whenTrue(page: Page, expression: string): Promise<void> {
  await page.evaluate(`new Promise((done) => requestAnimationFrame(function look() {
    if (${expression}) done();
    else requestAnimationFrame(look);
  }))`);
}

/** Undefined where there is none. */
export function findChromium(): string | undefined {
  const named = process.env["DELTAD_TEST_CHROMIUM"];
  return named && isExecutable(named) ? named : findProgram(PROGRAMS);
}

/** The first of these programs in the first folder of PATH that has one. */
export function findProgram(names: readonly string[]): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
