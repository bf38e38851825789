import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { ADVICE } from "../../client/development.ts";
import { ENGLISH, PORTUGUESE } from "../../client/sentences.ts";
import { ROOT } from "./source-tree.ts";

const CLIENT_BYTES = 5.1 * 1024;
/** What was asked for is 3.5 KB. */
const CHANNELS_BYTES = 2.75 * 1024;
const SYNC_BYTES = 4 * 1024;
const CAUGHT_UP_BYTES = 0.4 * 1024;
const REACT_BYTES = 2 * 1024;
const REACT_CHANNELS_BYTES = 1024;
const REACT_SYNC_BYTES = 3.25 * 1024;
const REACT_DISPLAY_BYTES = 7.25 * 1024;
const REACT_DISPLAY_STYLES_BYTES = 1.75 * 1024;
const REACT_METRIC_BYTES = 0.5 * 1024;

interface Bundle {
  readonly code: string;
  readonly gzipBytes: number;
  /** Paths of what is in it. */
  readonly modules: readonly string[];
  /** What it needs of others. */
  readonly imports: readonly string[];
}

/** What a page's bundler makes of an entry of the package, or of several on one page, without React. */
async function bundle(
  entries: string | readonly string[],
  mode: "production" | "development" = "production",
): Promise<Bundle> {
  const [input, page] = typeof entries === "string" ? [entries, ""] : ["page", exportsOf(entries)];
  const built = await build({
    configFile: false,
    define: { "process.env.NODE_ENV": JSON.stringify(mode) },
    logLevel: "error",
    root: ROOT,
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === "page" ? id : undefined),
        load: (id) => (id === "page" ? page : undefined),
      },
    ],
    build: {
      write: false,
      modulePreload: false,
      target: "es2023",
      rolldownOptions: {
        input,
        preserveEntrySignatures: "strict",
        external: ["react", "react/jsx-runtime"],
        output: { minify: true },
      },
    },
  });
  if (!("output" in built)) throw new Error("one build has one output");
  const [chunk, ...others] = built.output;
  assert.equal(others.length, 0);
  return {
    code: chunk.code,
    gzipBytes: gzipSync(chunk.code, { level: 9 }).length,
    modules: Object.keys(chunk.modules),
    imports: chunk.imports,
  };
}

function exportsOf(entries: readonly string[]): string {
  return entries.map((path, at) => `export * as entry${at} from ${JSON.stringify(path)};`).join("\n");
}

describe("the client's weight", () => {
  let client: Bundle;
  let react: Bundle;
  before(async () => {
    client = await bundle(join(ROOT, "dist/client/client.js"));
    react = await bundle(join(ROOT, "dist/react/use-realtime-stats.js"));
  });

  it("is at most 5.1 KB gzipped", () => {
    assert.ok(client.modules.length > 10, "the client was bundled");
    assert.ok(client.gzipBytes <= CLIENT_BYTES, `${client.gzipBytes} bytes`);
  });

  it("is at most 2 KB more with React's part", () => {
    const more = react.gzipBytes - client.gzipBytes;
    assert.ok(more > 0 && more <= REACT_BYTES, `${more} bytes`);
  });

  it("is at most 2.75 KB more with channels, and 1 KB more with their hooks; without them none of it is there", async () => {
    const [clients, channels, reacts, hooks] = [
      "client/client.js",
      "client/channels/channel.js",
      "react/use-realtime-stats.js",
      "react/channels/use-rows.js",
    ].map((path) => join(ROOT, "dist", path)) as [string, string, string, string];
    const withChannels = await bundle([clients, channels]);
    const more = withChannels.gzipBytes - client.gzipBytes;
    assert.ok(more > 0 && more <= CHANNELS_BYTES, `${more} bytes`);
    const withReact = await bundle([clients, channels, reacts]);
    const moreHooks = (await bundle([clients, channels, reacts, hooks])).gzipBytes - withReact.gzipBytes;
    assert.ok(moreHooks > 0 && moreHooks <= REACT_CHANNELS_BYTES, `${moreHooks} bytes`);
    for (const { modules } of [client, react]) assert.ok(modules.every((path) => !path.includes("/channels/")));
  });

  it("is at most 4 KB more with changes of rows, and 3.25 KB more with their components; without them none of it is there", async () => {
    const [clients, channels, sync] = ["client/client.js", "client/channels/channel.js", "client/sync/sync.js"].map(
      (path) => join(ROOT, "dist", path),
    ) as [string, string, string];
    const withChannels = await bundle([clients, channels]);
    const more = (await bundle([clients, channels, sync])).gzipBytes - withChannels.gzipBytes;
    assert.ok(more > 0 && more <= SYNC_BYTES, `${more} bytes`);
    assert.ok(withChannels.modules.every((path) => !path.includes("client/sync/")));
    const [reacts, components] = ["react/channels/use-rows.js", "react/sync/use-document.js"].map((path) =>
      join(ROOT, "dist", path),
    ) as [string, string];
    const withHooks = await bundle([clients, channels, sync, reacts]);
    const moreComponents =
      (await bundle([clients, channels, sync, reacts, components])).gzipBytes - withHooks.gzipBytes;
    assert.ok(moreComponents > 0 && moreComponents <= REACT_SYNC_BYTES, `${moreComponents} bytes`);
  });

  it("is at most 0.4 KB more with caughtUp, and without it none of it is there", async () => {
    const clients = join(ROOT, "dist/client/client.js");
    const more = (await bundle([clients, join(ROOT, "dist/client/caught-up.js")])).gzipBytes - client.gzipBytes;
    assert.ok(more > 0 && more <= CAUGHT_UP_BYTES, `${more} bytes`);
    assert.ok(client.modules.every((path) => !path.endsWith("caught-up.js")));
  });

  it("is at most 0.5 KB more with one value's hook, and without it none of it is there", async () => {
    const reacts = join(ROOT, "dist/react/use-realtime-stats.js");
    const both = await bundle([reacts, join(ROOT, "dist/react/use-metric.js")]);
    const more = both.gzipBytes - react.gzipBytes;
    assert.ok(more > 0 && more <= REACT_METRIC_BYTES, `${more} bytes`);
    assert.ok(react.modules.every((path) => !path.endsWith("use-metric.js")));
  });

  it("is at most 7.25 KB more with the whole display, whose panel for developers a production bundle does not have", async () => {
    const display = join(ROOT, "dist/react/display/realtime-metrics-display.js");
    const reacts = join(ROOT, "dist/react/use-realtime-stats.js");
    const both = await bundle([reacts, display]);
    const more = both.gzipBytes - react.gzipBytes;
    assert.ok(more > 0 && more <= REACT_DISPLAY_BYTES, `${more} bytes`);
    const styles = gzipSync(readFileSync(join(ROOT, "react/display/display.css")), { level: 9 }).length;
    assert.ok(styles <= REACT_DISPLAY_STYLES_BYTES, `${styles} bytes`);
    const panel = "development only";
    assert.ok(!both.code.includes(panel));
    assert.ok((await bundle([display], "development")).code.includes(panel));
  });

  it("has no development text in production, and in development it has", async () => {
    const developed = await bundle(join(ROOT, "dist/client/client.js"), "development");
    const texts = [...Object.values(ENGLISH), ...Object.values(PORTUGUESE), ...Object.values(ADVICE), "NODE_ENV"];
    for (const text of texts) for (const { code } of [client, react]) assert.ok(!code.includes(text), text);
    for (const text of Object.values(ADVICE)) assert.ok(developed.code.includes(text), text);
  });

  it("holds nobody else's code, valibot's neither", () => {
    for (const { modules } of [client, react]) {
      assert.deepEqual(
        modules.filter((path) => path.includes("node_modules")),
        [],
      );
    }
    assert.deepEqual([client.imports, react.imports], [[], ["react"]]);
  });
});
