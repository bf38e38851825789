/** What a browser loads for the demo's page of an owner. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { ROOT } from "./source-tree.ts";

const PAGE = join(ROOT, "dist/demo-page");
const PAGE_BYTES = 120 * 1024;
/** uPlot, which comes behind the numbers. */
const CHARTS_BYTES = 25 * 1024;

const weigh = (paths: readonly string[]): number =>
  paths.reduce((sum, path) => sum + gzipSync(readFileSync(join(PAGE, path)), { level: 9 }).length, 0);

describe("the owner's page of the demo", () => {
  it("is at most 120 KB gzipped up to its numbers", () => {
    const html = readFileSync(join(PAGE, "index.html"), "utf8");
    const loaded = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, path = ""]) => path);
    assert.ok(loaded.length >= 3, loaded.join(", "));
    const bytes = weigh(["index.html", ...loaded]);
    assert.ok(bytes <= PAGE_BYTES, `${bytes} bytes`);
  });

  it("loads at most 25 KB more for its charts", () => {
    const charts = readdirSync(join(PAGE, "assets")).filter((name) => name.startsWith("plot-"));
    assert.equal(charts.length, 2);
    const bytes = weigh(charts.map((name) => `assets/${name}`));
    assert.ok(bytes <= CHARTS_BYTES, `${bytes} bytes`);
  });
});
