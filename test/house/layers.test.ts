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
  "daemon/writes/",
  "daemon/capture/",
  "daemon/stream/",
  "daemon/bus/",
  "daemon/metrics/",
  "daemon/occupancy/",
  "daemon/owners/",
  "daemon/channels/",
  "daemon/resume/",
  "daemon/verify/",
  "daemon/hub/",
  "daemon/topics/",
  "daemon/presence/",
  "daemon/gateway/",
  "daemon/telemetry/",
  "daemon/admin/",
  "daemon/topic-kind.ts",
  "daemon/channel-kind.ts",
  "daemon/daemon.ts",
  "daemon/dba/",
  "daemon/cli/",
  "daemon/main.ts",
];

/** What each folder may import besides itself; the demo is a user of all the others, and nobody's part. */
const BUILT_ON: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  daemon: ["protocol"],
  client: ["protocol"],
  react: ["client", "protocol"],
  testing: ["client", "protocol"],
  dashboard: ["react", "client", "protocol"],
  demo: ["dashboard", "react", "client", "daemon", "protocol"],
  examples: ["daemon", "client", "react", "testing"],
};

/** Every folder with sources. */
const FOLDERS = [...Object.keys(BUILT_ON), "test", "bench", "soak", "mutants"];

/** The one file (or folder) that may know an outside thing. */
const SEAMS: Readonly<Record<string, RegExp>> = {
  "pg-listen": /^daemon\/capture\/listener\.ts$/,
  "uWebSockets.js": /^daemon\/gateway\/transports\/uws[a-z-]*\.ts$/,
  ws: /^daemon\/gateway\/transports\/ws[a-z-]*\.ts$/,
  jsonwebtoken: /^daemon\/gateway\/auth\/[a-z-]+\.ts$/,
  "jwks-rsa": /^daemon\/gateway\/auth\/jwks\.ts$/,
  pino: /^daemon\/cli\/[a-z-]+\.ts$/,
  "prom-client": /^daemon\/telemetry\/telemetry\.ts$/,
  redis: /^daemon\/bus\/redis-connection\.ts$/,
  jiti: /^daemon\/define\/[a-z-]+\.ts$/,
};

/** The constant with the events that the hook shows where it is told no names, and what it calls its two lists. */
const MARKETPLACE_DEFAULTS = {
  file: "react/use-realtime-stats.ts",
  names: /const MARKETPLACE_EVENTS = \{[^}]*\}|\b(bookingNotifications?|occupancyChanges?)\b/gi,
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
        .filter(({ target, own }) => own && !isUpstream(path, target))
        .map(({ target }) => `${path} imports ${target}`),
    );
    assert.deepEqual(downstream, []);
  });

  it("no file imports itself through others", () => {
    const all = sourcesBelow(...FOLDERS);
    assert.deepEqual(findCycle(new Map(all.map((path) => [path, localImports(path)]))), undefined);
  });

  it("a folder imports itself and what it is built on", () => {
    const foreign = Object.entries(BUILT_ON).flatMap(([folder, below]) =>
      sourcesBelow(folder).flatMap((path) =>
        importsOf(path)
          .filter(({ target, own }) => own && ![folder, ...below].includes(target.split("/")[0] ?? ""))
          .map(({ target }) => `${path} imports ${target}`),
      ),
    );
    assert.deepEqual(foreign, []);
  });

  it("an import by the package's own name is the edge that it is", () => {
    const targets = importsOf("demo/deltad.config.ts").map(({ target }) => target);
    assert.ok(targets.includes("daemon/define/define.ts"), targets.join());
  });

  it("the client and its React part run on nothing but themselves, React and types", () => {
    const foreign = sourcesBelow("client", "react").flatMap((path) =>
      importsOf(path)
        .filter(({ target, own }) => !own && target !== "react")
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

  it("only daemon/main.ts reads the process: the demo's commands, too, see it through a shell", () => {
    const readers = [...files, ...sourcesBelow("demo")].filter(
      (path) =>
        path !== "daemon/main.ts" &&
        (/(?<![.\w"'`])process\.(?!\w+`)/.test(withoutComments(textOf(path))) ||
          importsOf(path).some(({ target }) => target === "node:process" || target === "process")),
    );
    assert.deepEqual(readers, []);
  });

  it("nothing outside demo/ knows the marketplace, but for the defaults of useRealtimeStats", () => {
    const word = /booking|hangar|listing|payout|revenue|\boccupancy/i;
    const folders = Object.keys(BUILT_ON).filter((folder) => folder !== "demo" && folder !== "examples");
    const knowing = sourcesBelow(...folders).filter((path) => {
      const text = withoutImports(withoutComments(textOf(path)));
      return word.test(path === MARKETPLACE_DEFAULTS.file ? text.replaceAll(MARKETPLACE_DEFAULTS.names, "") : text);
    });
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

function isUpstream(path: string, target: string): boolean {
  return layerOf(target) !== -1 && layerOf(target) <= layerOf(path);
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
    .filter(({ own }) => own)
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
