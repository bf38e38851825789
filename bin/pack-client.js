/** The code and the types of the client's package: ES modules, the same as CommonJS for runners without a bundler, and declarations. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const DIST = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist");

/** Declarations that would name the library of schemas, which the package holds but does not depend on: what the client's own need of them. */
const STAND_INS = {
  "protocol/json.d.ts": `/** The metrics document and its patches: no arrays. In a patch \`null\` removes a leaf; a document holds none. */
export interface JsonObject {
  [key: string]: JsonValue;
}
export type JsonValue = string | number | boolean | null | JsonObject;
export type RowData = Readonly<Record<string, unknown>>;
`,
  "protocol/down/event.d.ts": `import type { JsonObject } from "../json.js";
export interface EventFrame {
  readonly type: string;
  readonly timestamp: number;
  readonly topic: string;
  readonly id: string;
  readonly cursor: string;
  readonly data: JsonObject;
}
`,
  "protocol/schema.d.ts": `/** What \`GET /v1/schema\` answers with: which metrics and events there are. */
export interface Schema {
  readonly metrics: readonly object[];
  readonly events: readonly object[];
  readonly topics?: Readonly<Record<string, Pick<Schema, "metrics" | "events">>>;
}
`,
  "protocol/down.d.ts": `export interface Down {
  readonly type: string;
}
export type DownFrame = Down;
`,
  "protocol/up.d.ts": `export interface Up {
  readonly type: string;
}
`,
};

export async function writeClientCode(folder, entries) {
  const input = Object.fromEntries(Object.entries(entries).map(([name, source]) => [name, join(DIST, `${source}.js`)]));
  for (const [format, extension] of [
    ["es", "js"],
    ["cjs", "cjs"],
  ]) {
    const outDir = join(folder, format === "es" ? "esm" : "cjs");
    await build({
      configFile: false,
      logLevel: "error",
      root: DIST,
      build: {
        outDir,
        emptyOutDir: true,
        target: "es2022",
        modulePreload: false,
        lib: { entry: input, formats: [format] },
        rolldownOptions: {
          external: ["react", "react/jsx-runtime"],
          onwarn: () => undefined,
          output: {
            entryFileNames: `[name].${extension}`,
            chunkFileNames: `shared/[name].${extension}`,
            minify: true,
          },
        },
      },
    });
  }
}

/** The declarations that the entries reach, beside each other as their sources are. */
export function writeClientTypes(folder, entries) {
  const written = new Set();
  const waiting = Object.values(entries).map((source) => `${source}.d.ts`);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (written.has(path)) continue;
    written.add(path);
    const text = STAND_INS[path] ?? readFileSync(join(DIST, path), "utf8");
    const target = join(folder, "types", path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text.replaceAll(/from "(\.[^"]+)\.tsx?"/g, 'from "$1.js"'));
    for (const [, relative] of text.matchAll(/from "(\.[^"]+)\.[jt]sx?"/g)) {
      waiting.push(normalize(join(dirname(path), `${relative}.d.ts`)));
    }
  }
  // Read so, they serve those who import and those who require: they hold no default export.
  writeFileSync(join(folder, "types", "package.json"), '{ "type": "commonjs" }\n');
}
