import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { importsOf, sourcesBelow, textOf } from "./source-tree.ts";

/** From upstream to downstream: a file may import from its own layer and from those before it. */
const LAYERS = [
  "protocol/",
  "daemon/config/",
  "daemon/database/",
  "daemon/define/",
  "daemon/plan/",
  "daemon/capture/",
  "daemon/stream/",
  "daemon/metrics/",
  "daemon/occupancy/",
  "daemon/owners/",
  "daemon/resume/",
  "daemon/verify/",
  "daemon/hub/",
  "daemon/gateway/",
  "daemon/daemon.ts",
  "daemon/cli/",
  "daemon/main.ts",
];

/** Every folder with sources. */
const FOLDERS = ["protocol", "daemon", "client", "react", "testing", "dashboard", "demo", "test", "bench", "mutants"];

/** The one file (or folder) that may know an outside thing. */
const SEAMS: Readonly<Record<string, RegExp>> = {
  "pg-listen": /^daemon\/capture\/listener\.ts$/,
  "uWebSockets.js": /^daemon\/gateway\/transports\/uws[a-z-]*\.ts$/,
  ws: /^daemon\/gateway\/transports\/ws[a-z-]*\.ts$/,
  jsonwebtoken: /^daemon\/gateway\/auth\/[a-z-]+\.ts$/,
  "jwks-rsa": /^daemon\/gateway\/auth\/jwks\.ts$/,
  pino: /^daemon\/cli\/[a-z-]+\.ts$/,
  jiti: /^daemon\/config\/[a-z-]+\.ts$/,
};

function layerOf(path: string): number {
  return LAYERS.findIndex((layer) => path.startsWith(layer));
}

describe("layers", () => {
  const files = sourcesBelow("protocol", "daemon");

  it("every source of the daemon and the protocol is in a layer", () => {
    assert.ok(files.length > 20, "the sources were found");
    assert.deepEqual(
      files.filter((path) => layerOf(path) === -1),
      [],
    );
  });

  it("imports point upstream only", () => {
    const downstream = files.flatMap((path) =>
      importsOf(path)
        .filter(({ target, relative }) => relative && !isUpstream(path, target))
        .map(({ target }) => `${path} imports ${target}`),
    );
    assert.deepEqual(downstream, []);
  });

  it("no file imports itself through others", () => {
    const all = sourcesBelow(...FOLDERS);
    assert.deepEqual(findCycle(new Map(all.map((path) => [path, localImports(path)]))), undefined);
  });

  it("the client and the protocol know nothing of the daemon", () => {
    const knowing = sourcesBelow("protocol", "client", "react", "testing", "dashboard").filter((path) =>
      importsOf(path).some(({ target }) => target.startsWith("daemon/")),
    );
    assert.deepEqual(knowing, []);
  });

  it("the client and its React part run on nothing but themselves, React and types", () => {
    const foreign = sourcesBelow("client", "react").flatMap((path) =>
      importsOf(path)
        .filter(({ target, relative }) => (relative ? !/^(client|react|protocol)\//.test(target) : target !== "react"))
        .map(({ target }) => `${path} imports ${target}`),
    );
    assert.deepEqual(foreign, []);
  });

  it("one file per outside thing knows it", () => {
    const strangers = files.flatMap((path) =>
      importsOf(path)
        .filter(({ target }) => SEAMS[target] && !SEAMS[target].test(path))
        .map(({ target }) => `${path} imports ${target}`),
    );
    assert.deepEqual(strangers, []);
  });

  it("each outside thing with a seam is known to one file", () => {
    for (const thing of Object.keys(SEAMS)) {
      const knowing = files.filter((path) => importsOf(path).some(({ target }) => target === thing));
      assert.equal(knowing.length, 1, `${thing} is imported by ${knowing.join(", ") || "nobody"}`);
    }
  });

  it("only main.ts reads the process", () => {
    const readers = files.filter(
      (path) =>
        path !== "daemon/main.ts" &&
        (/(?<![.\w"'`])process\.(?!\w+`)/.test(withoutComments(textOf(path))) ||
          importsOf(path).some(({ target }) => target === "node:process" || target === "process")),
    );
    assert.deepEqual(readers, []);
  });

  it("nothing in the daemon, the protocol or the client knows the marketplace", () => {
    const word = /\b(bookings?|hangars?|listings?|payouts?|revenue|occupancy)\b/i;
    const knowing = sourcesBelow("daemon", "protocol", "client").filter(
      (path) => !isDemoCommand(path) && word.test(withoutImports(withoutComments(textOf(path)))),
    );
    assert.deepEqual(knowing, []);
  });

  it("no file is called utils, lib, helpers, common or types, and none only re-exports", () => {
    const all = sourcesBelow(...FOLDERS);
    assert.deepEqual(
      all.filter((path) => /(^|\/)(utils?|lib|helpers?|common|types|index)(\/|\.tsx?$)/.test(path)),
      [],
    );
    assert.deepEqual(
      all.filter((path) => /^export \* /m.test(textOf(path))),
      [],
    );
  });
});

/** The demo is an ordinary user of the daemon, and only its own commands know it. */
function isUpstream(path: string, target: string): boolean {
  if (target.startsWith("demo/")) return isDemoCommand(path);
  return layerOf(target) !== -1 && layerOf(target) <= layerOf(path);
}

/** The command that runs the demo, and the one that writes a booking into it. */
function isDemoCommand(path: string): boolean {
  return /^daemon\/cli\/demo[a-z-]*\.ts$/.test(path);
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/\/\/.*$/gm, "");
}

/** A folder may have a word of the marketplace for its name, `occupancy/`. */
function withoutImports(text: string): string {
  return text.replaceAll(/\bfrom "[^"]+"/g, "");
}

function localImports(path: string): string[] {
  return importsOf(path)
    .filter(({ relative }) => relative)
    .map(({ target }) => target);
}

/** A path that comes back to its start, if the graph has one. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    done.add(path);
    for (const next of graph.get(path) ?? []) {
      const cycle = walk(next, [...trail, path]);
      if (cycle) return cycle;
    }
    return undefined;
  };
  for (const path of graph.keys()) {
    const cycle = walk(path, []);
    if (cycle) return cycle;
  }
  return undefined;
}
