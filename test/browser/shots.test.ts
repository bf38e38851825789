/** The demo's pages as they look: compared with pictures that were looked at. `npm run shots` takes them anew. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, it } from "node:test";
import pixelmatch from "pixelmatch";
import type { BrowserContextOptions, Page } from "playwright-core";
import { PNG } from "pngjs";
import { describeInBrowser, type OpenTab } from "../support/browser.ts";
import { onEachServer } from "../support/servers.ts";
import { StillMarketplace } from "../support/still-marketplace.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const SHOTS = join(ROOT, "test/shots");
/** Where pictures go to be looked at, and those that differ. */
const TAKEN = join(ROOT, "dist/shots");
const WRITES = process.env["WRITE_SHOTS"];
/** How far colours may be apart: a shade that is hardly seen. */
const MOST_APART = 0.03;
/** Parts of the picture: less than a word. */
const MOST_DIFFERENT = 0.0005;

const DESKTOP = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 } };
const EN = { locale: "en-US" };
const PT = { locale: "pt-BR" };
const LIGHT = { colorScheme: "light" } as const;
const DARK = { colorScheme: "dark" } as const;

interface Shot {
  readonly name: string;
  readonly page: "owner" | "platform";
  readonly options: BrowserContextOptions;
}

/** Each language, theme and size with each page, in few pictures. */
const KEPT: readonly Shot[] = [
  { name: "owner-desktop-light-en", page: "owner", options: { ...DESKTOP, ...LIGHT, ...EN } },
  { name: "owner-phone-dark-pt", page: "owner", options: { ...PHONE, ...DARK, ...PT } },
  { name: "platform-desktop-dark-pt", page: "platform", options: { ...DESKTOP, ...DARK, ...PT } },
  { name: "platform-phone-light-en", page: "platform", options: { ...PHONE, ...LIGHT, ...EN } },
];
/** To look at. */
const MORE: readonly Shot[] = [
  { name: "owner-desktop-dark-pt", page: "owner", options: { ...DESKTOP, ...DARK, ...PT } },
  { name: "owner-phone-light-en", page: "owner", options: { ...PHONE, ...LIGHT, ...EN } },
  { name: "platform-desktop-light-en", page: "platform", options: { ...DESKTOP, ...LIGHT, ...EN } },
  { name: "platform-phone-dark-pt", page: "platform", options: { ...PHONE, ...DARK, ...PT } },
];

/** What pictures depend on beside the page: the browser, and how it draws letters. */
interface Maker {
  readonly chromium: string;
  readonly letters: string;
}

await onEachServer("Pictures of the demo's pages", (server) => {
  // What a browser does does not depend on PostgreSQL's version.
  if (server.major === 15) return;
  describeInBrowser("as a browser draws them", (openTab) => {
    let marketplace: StillMarketplace;
    let maker: Maker;
    let kept: Maker | undefined;

    before(async () => {
      marketplace = await StillMarketplace.of(await server.createDatabase());
      maker = await makerOf(openTab);
      kept = await readFile(join(SHOTS, "taken-by.json"), "utf8").then(
        (text) => JSON.parse(text) as Maker,
        () => undefined,
      );
    });
    after(async () => {
      if (WRITES) await writeFile(join(SHOTS, "taken-by.json"), `${JSON.stringify(maker, undefined, 2)}\n`);
    });

    async function taken({ page: shown, options }: Shot): Promise<PNG> {
      const tab = await openTab({ reducedMotion: "reduce", timezoneId: "America/Sao_Paulo", ...options });
      const { page } = tab;
      await marketplace.open(page, shown === "owner" ? { ownerId: 1, topics: ["trends:1"] } : { role: "admin" });
      await page.locator("[data-connection=live]").waitFor();
      if (shown === "owner") {
        await page.locator("[data-booking]").first().waitFor();
        await page.locator(".plot canvas").waitFor();
        await page.locator(".events li, .events .nothing").first().waitFor();
        marketplace.happen();
        await page.locator("[data-event]").first().waitFor();
      } else await page.locator('[data-metric="owners.12.revenue"]').filter({ hasNotText: "—" }).waitFor();
      await drawn(page);
      const picture = await page.screenshot({ fullPage: true, animations: "disabled" });
      await tab.close();
      assert.deepEqual(tab.errors, []);
      return PNG.sync.read(picture);
    }

    for (const shot of WRITES === "all" ? [...KEPT, ...MORE] : KEPT) {
      it(`${shot.name} is as it was looked at`, async (test) => {
        const file = join(SHOTS, `${shot.name}.png`);
        if (WRITES) {
          const picture = await taken(shot);
          await mkdir(TAKEN, { recursive: true });
          await writeFile(join(TAKEN, `${shot.name}.png`), packed(picture));
          if (KEPT.includes(shot)) await writeFile(file, packed(halved(picture)));
          return;
        }
        if (kept?.chromium !== maker.chromium || kept.letters !== maker.letters) {
          test.skip(
            `by Chromium ${kept?.chromium}, not ${maker.chromium}, or with other fonts: npm run shots, and look at them`,
          );
          return;
        }
        const whole = await taken(shot);
        const [now, known] = [halved(whole), PNG.sync.read(await readFile(file))];
        const size = ({ width, height }: PNG) => `${width} by ${height}`;
        const difference = new PNG({ width: known.width, height: known.height });
        const isSameSize = size(now) === size(known);
        const pixels = isSameSize
          ? pixelmatch(known.data, now.data, difference.data, known.width, known.height, { threshold: MOST_APART })
          : Infinity;
        if (pixels / (known.width * known.height) <= MOST_DIFFERENT) return;
        await mkdir(TAKEN, { recursive: true });
        await writeFile(join(TAKEN, `${shot.name}.png`), packed(whole));
        if (isSameSize) await writeFile(join(TAKEN, `${shot.name}.difference.png`), packed(difference));
        assert.fail(
          `${shot.name}: ${isSameSize ? `${pixels} pixels differ` : `${size(now)}, not ${size(known)}`}; see ${TAKEN}. If it is right: npm run shots`,
        );
      });
    }
  });
});

/** Resolves when what was told has been drawn. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    await document.fonts.ready;
    for (let frame = 0; frame < 4; frame += 1) await new Promise(requestAnimationFrame);
  })()`);
}

async function makerOf(openTab: OpenTab): Promise<Maker> {
  const tab = await openTab();
  const { page } = tab;
  const letters = await page.evaluate<string>(`(() => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [900, 120];
    const context = canvas.getContext("2d");
    ["16px system-ui, sans-serif", "700 30px system-ui, sans-serif"].forEach((font, at) => {
      context.font = font;
      context.fillText("Receita R$ 1.234,50 – São Paulo ‹ › → Łukasz Nguyễn 0123456789", 4, 30 + 50 * at);
    });
    return canvas.toDataURL();
  })()`);
  const chromium = page.context().browser()?.version() ?? "";
  await tab.close();
  return { chromium, letters: createHash("sha256").update(letters).digest("hex") };
}

/** Half as wide and as high, each pixel the mean of four: a quarter of the bytes, in which a word that changes is still seen. */
function halved({ width, height, data }: PNG): PNG {
  const half = new PNG({ width: Math.floor(width / 2), height: Math.floor(height / 2) });
  for (let y = 0; y < half.height; y += 1) {
    for (let at = 0; at < half.width * 4; at += 1) {
      const [column, channel] = [at >> 2, at & 3];
      const from = 2 * y * width * 4 + 2 * column * 4 + channel;
      const sum = [0, 4, width * 4, width * 4 + 4].reduce((total, next) => total + (data[from + next] ?? 0), 0);
      half.data[y * half.width * 4 + at] = Math.round(sum / 4);
    }
  }
  return half;
}

/** As small as it gets without losing a pixel: nothing of a page is transparent. */
function packed(picture: PNG): Buffer {
  return PNG.sync.write(picture, { colorType: 2, inputHasAlpha: true, deflateLevel: 9, filterType: -1 });
}
