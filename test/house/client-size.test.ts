import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { ADVICE } from "../../client/development.ts";
import { ENGLISH, PORTUGUESE } from "../../client/sentences.ts";
import { ROOT } from "./source-tree.ts";

const CLIENT_BYTES = 5.1 * 1024;
const CHANNELS_BYTES = 3.5 * 1024;
const REACT_BYTES = 2 * 1024;
const REACT_CHANNELS_BYTES = 1024;

interface Bundle {
  readonly code: string;
  readonly gzipBytes: number;
  /** Paths of what is in it. */
  readonly modules: readonly string[];
  /** What it needs of others. */
  readonly imports: readonly string[];
}

/** What a page's bundler makes of an entry of the package, without React. */
async function bundle(input: string, mode: "production" | "development" = "production"): Promise<Bundle> {
  const built = await build({
    configFile: false,
    define: { "process.env.NODE_ENV": JSON.stringify(mode) },
    logLevel: "error",
    root: ROOT,
    build: {
      write: false,
      modulePreload: false,
      target: "es2023",
      rolldownOptions: { input, preserveEntrySignatures: "strict", external: ["react"], output: { minify: true } },
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

  it("is at most 3.5 KB more with channels, and 1 KB with their hooks; without them none of it is there", async () => {
    const channels = await bundle(join(ROOT, "dist/client/channels/channel.js"));
    assert.ok(channels.gzipBytes <= CHANNELS_BYTES, `${channels.gzipBytes} bytes`);
    assert.ok(channels.modules.length > 2);
    const hooks = await bundle(join(ROOT, "dist/react/channels/use-rows.js"));
    const more = hooks.gzipBytes - channels.gzipBytes;
    assert.ok(more > 0 && more <= REACT_CHANNELS_BYTES, `${more} bytes`);
    for (const { modules } of [client, react])
      assert.ok(
        modules.every((path) => !path.includes("/channels/")),
        modules.join(),
      );
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
