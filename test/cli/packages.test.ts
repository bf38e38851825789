/** The packages that `npm run pack` makes, each as a project of its own has it. Nothing here asks a registry. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { freePort } from "../../daemon/database/cluster.ts";
import type { Schema } from "../../protocol/schema.ts";
import { assertAccessible } from "../support/axe.ts";
import { describeInBrowser } from "../support/browser.ts";
import { listeningOn } from "../support/listening-on.ts";
import { startGateway, stopGatewaysAfterEach } from "../support/gateway.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const CLIENT_BYTES = 420 * 1024;
const BUNDLE_BYTES = 5.1 * 1024;

/** A page and its test, as somebody writes them; `config` is the demo's. */
const USE = `
import type { StreamTypesOf } from "deltad";
import { createClient } from "@deltad/client";
import { explain } from "@deltad/client/explain";
import { withFallback } from "@deltad/client/fallback";
import { fetchOwner } from "@deltad/client/fetch";
import { topicKey } from "@deltad/client/key";
import { useRealtimeStats } from "@deltad/client/react";
import type { RealtimeMetricsDisplayProps } from "@deltad/client/react/display";
import { useMetric } from "@deltad/client/react/metric";
import { FakeDaemon } from "@deltad/client/testing";
import type config from "./deltad.config.ts";

type Marketplace = StreamTypesOf<typeof config>;
const daemon = new FakeDaemon<Marketplace>();
const client = createClient<Marketplace>({ url: daemon.url, getToken: () => "t", environment: { WebSocket: daemon.WebSocket } });
const owner = client.owner("7");
const today: string | undefined = owner.getSnapshot().metrics?.revenue.today;
owner.on("booking_created", ({ data }) => data.guestName);
export const other: string = client.owner(topicKey("acme", 7)).topic;
const { connection } = owner.getSnapshot();
export const why: string = connection.state === "closed" ? explain(connection.cause, "pt-BR") : "";
// @ts-expect-error: no such metric
owner.getSnapshot().metrics?.revenue.tody;
// @ts-expect-error: no such event
owner.on("booking_craeted", () => undefined);
// @ts-expect-error: this event has no such field
owner.on("booking_created", ({ data }) => data.gestName);
export function Page(): string | undefined {
  const { status, metrics } = useRealtimeStats<Marketplace>({ ownerId: "7", token: undefined });
  const month = useMetric<Marketplace, string>("7", (all) => all.revenue.month);
  // @ts-expect-error: there may be none
  month.value;
  return status === "ready" ? metrics?.revenue.today : month.status === "ready" ? month.value : month.status;
}
export const props: RealtimeMetricsDisplayProps = { ownerId: "7", token: "t", language: "pt-BR" };
// @ts-expect-error: no such language
export const wrong: RealtimeMetricsDisplayProps = { ownerId: "7", token: "t", language: "fr" };
// @ts-expect-error: no owner
export const nobody: RealtimeMetricsDisplayProps = { token: "t" };
export { fetchOwner, today, withFallback };
`;

const RUN = `
const daemon = new FakeDaemon();
const client = createClient({ url: daemon.url, getToken: () => "t", environment: { WebSocket: daemon.WebSocket } });
const owner = client.owner("7");
daemon.setMetrics("7", { revenue: { today: "12.50" } });
owner.subscribe(() => undefined);
client.connect();
setImmediate(() => {
  const { connection, metrics } = owner.getSnapshot();
  console.log(connection.state, metrics.revenue.today, typeof react.useRealtimeStats, typeof useRows, typeof RealtimeMetricsDisplay);
  client.close();
});
`;

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: unknown;
}

describe("The packages of a clone", () => {
  let scratch: string;
  let project: string;
  const run = (command: string, args: readonly string[], cwd = project) => {
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd,
      encoding: "utf8",
      env: { ...process.env, npm_config_cache: join(scratch, "npm") },
    });
    return { status, output: `${stdout}${stderr}`.trim() };
  };
  const manifest = (name: string) => JSON.parse(read(name, "package.json")) as Manifest;
  const read = (...path: string[]) => readFileSync(join(project, "node_modules", ...path), "utf8");

  before(() => {
    scratch = mkdtempSync(join(tmpdir(), "deltad-packages-"));
    project = join(scratch, "project");
    const { status, output } = run(process.execPath, [join(ROOT, "bin/pack.js"), join(scratch, "packages")], ROOT);
    assert.equal(status, 0, output);
    for (const [tarball, name] of [
      ["deltad-client-0.1.0.tgz", "@deltad/client"],
      ["deltad-0.1.0.tgz", "deltad"],
    ] as const) {
      const target = join(project, "node_modules", name);
      mkdirSync(target, { recursive: true });
      const unpacked = run("tar", ["-xzf", join(scratch, "packages", tarball), "--strip-components=1", "-C", target]);
      assert.equal(unpacked.status, 0, unpacked.output);
    }
    // What else a project has; but not the carrier of uWebSockets.js, nor redis, which an installation may leave out.
    for (const name of readdirSync(join(ROOT, "node_modules"))) {
      if (name.startsWith(".") || name === "uWebSockets.js" || name === "redis") continue;
      symlinkSync(join(ROOT, "node_modules", name), join(project, "node_modules", name));
    }
    writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  it("have no file in common, and the client's is small and depends on nothing", () => {
    const files = (name: string) =>
      readdirSync(join(project, "node_modules", name), { recursive: true, withFileTypes: true })
        .filter((each) => each.isFile())
        .map((each) => join(each.parentPath, each.name).slice(join(project, "node_modules", name).length + 1));
    const own = new Set(["package.json", "README.md", "LICENSE"]);
    const [ofClient, ofDaemon] = [files("@deltad/client"), new Set(files("deltad"))];
    assert.deepEqual(
      ofClient.filter((path) => ofDaemon.has(path) && !own.has(path)),
      [],
    );
    assert.deepEqual(
      [...ofDaemon].filter((path) => /^dist\/(client|react|testing|test|mutants|bench)\//.test(path)),
      [],
    );
    const bytes = ofClient.reduce((sum, path) => sum + Buffer.byteLength(read("@deltad/client", path)), 0);
    assert.ok(bytes <= CLIENT_BYTES, `${bytes} bytes`);
    const { dependencies, optionalDependencies, peerDependenciesMeta } = manifest("@deltad/client");
    assert.deepEqual([dependencies, optionalDependencies], [undefined, undefined]);
    assert.deepEqual(peerDependenciesMeta, { react: { optional: true } });
    for (const path of ofClient.filter((each) => each.endsWith(".d.ts"))) {
      assert.ok(!read("@deltad/client", path).includes("valibot"), path);
    }
  });

  it("can be installed where the carrier of uWebSockets.js can't", () => {
    const { dependencies, optionalDependencies } = manifest("deltad");
    assert.equal(dependencies?.["uWebSockets.js"], undefined);
    assert.match(optionalDependencies?.["uWebSockets.js"] ?? "", /^npm:uws-pack@/);
    const help = run(process.execPath, ["node_modules/deltad/bin/deltad.js", "--help"]);
    assert.equal(help.status, 0, help.output);
    assert.match(help.output, /Usage: deltad/);
  });

  it("say what to install for a bus by Redis, which nobody else needs", () => {
    assert.deepEqual(manifest("deltad").peerDependenciesMeta, { redis: { optional: true } });
    for (const file of ["deltad.config.ts", "channels.ts", "tables.ts"])
      copyFileSync(join(ROOT, "demo", file), join(project, file));
    const options = {
      DATABASE_URL: "postgresql://nobody@127.0.0.1:1/none",
      DELTAD_JWT_SECRET: "0123456789abcdef0123456789abcdef",
      DELTAD_PORT: "0",
      DELTAD_BUS_URL: "rediss://ana:hunter2@127.0.0.1:1",
    };
    const given = Object.entries(options).map(([name, value]) => `${name}=${value}`);
    // With nothing of the run's own environment, whose names are no options.
    const command = [...given, process.execPath, "node_modules/deltad/bin/deltad.js", "start"];
    const { status, output } = run("env", ["-i", ...command]);
    assert.equal(status, 78, output);
    assert.match(output, /DELTAD_BUS_URL needs the package redis beside deltad: npm install redis/);
    assert.ok(!output.includes("hunter2"), output);
  });

  for (const [module, resolution] of [
    ["esnext", "bundler"],
    ["nodenext", "nodenext"],
  ] as const) {
    it(`give a page the types of its configuration, by ${resolution}, with every declaration checked`, () => {
      for (const file of ["deltad.config.ts", "channels.ts", "tables.ts"])
        copyFileSync(join(ROOT, "demo", file), join(project, file));
      writeFileSync(join(project, "use.ts"), USE);
      const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
      const options = `--noEmit --strict --target es2023 --lib es2023,dom --module ${module} --moduleResolution ${resolution}`;
      const more = "--allowImportingTsExtensions --types react --skipLibCheck";
      const { output } = run(process.execPath, [tsc, ...`${options} ${more}`.split(" "), "use.ts"]);
      assert.equal(output, "");
      // The components on the page about rooms.
      mkdirSync(join(project, "rooms"), { recursive: true });
      copyFileSync(join(ROOT, "test/rooms/deltad.config.ts"), join(project, "rooms", "deltad.config.ts"));
      const components = [...readFileSync(join(ROOT, "docs/rooms.md"), "utf8").matchAll(/```tsx\n(.*?)```/gs)];
      assert.equal(components.length, 2);
      writeFileSync(join(project, "rooms", "page.tsx"), components.map(([, component]) => component).join("\n"));
      const rooms = `${options} ${more} --jsx react-jsx rooms/page.tsx`.split(" ");
      assert.equal(run(process.execPath, [tsc, ...rooms]).output, "");
      // The components on the page about the client, each a module by itself.
      const preamble = `import type { StreamTypesOf } from "deltad";
import type config from "./deltad.config.ts";
declare const getToken: () => Promise<string>;
`;
      writeFileSync(join(project, "styles.d.ts"), 'declare module "*.css";\n');
      const onPage = [...readFileSync(join(ROOT, "docs/client.md"), "utf8").matchAll(/```tsx\n(.*?)```/gs)];
      const names = onPage.map(([, code], at) => {
        writeFileSync(join(project, `on-page-${at}.tsx`), `${preamble}${code}`);
        return `on-page-${at}.tsx`;
      });
      assert.equal(names.length, 3);
      const compiled = `${options} ${more} --jsx react-jsx styles.d.ts`.split(" ");
      assert.equal(run(process.execPath, [tsc, ...compiled, ...names]).output, "");
      // The client's own declarations, without those of others.
      writeFileSync(
        join(project, "bare.ts"),
        'export * from "@deltad/client";\nexport * from "@deltad/client/testing";\n',
      );
      const bare = run(process.execPath, [tsc, ...options.split(" "), "--types", "", "bare.ts"]);
      assert.equal(bare.output, "");
      if (resolution !== "nodenext") return;
      writeFileSync(
        join(project, "bare.cts"),
        'import { createClient } from "@deltad/client";\nexport const made = createClient;\n',
      );
      assert.equal(run(process.execPath, [tsc, ...options.split(" "), "--types", "", "bare.cts"]).output, "");
    });
  }

  it("have the display's stylesheet by its name", () => {
    const resolved = run(process.execPath, ["-p", 'require.resolve("@deltad/client/react/display.css")']);
    assert.equal(resolved.output, join(project, "node_modules/@deltad/client/css/react/display.css"));
    assert.match(read("@deltad/client/css/react/display.css"), /\.deltad-display \{/);
  });

  it("run in Node, as ES modules and by require", () => {
    const names = [
      ["{ createClient }", "@deltad/client"],
      ["{ FakeDaemon }", "@deltad/client/testing"],
      ["react", "@deltad/client/react"],
      ["{ useRows }", "@deltad/client/react/channels"],
      ["{ RealtimeMetricsDisplay }", "@deltad/client/react/display"],
    ] as const;
    const imports = names.map(([what, from]) => `import ${what === "react" ? "* as react" : what} from "${from}";`);
    const requires = names.map(([what, from]) => `const ${what} = require("${from}");`);
    writeFileSync(join(project, "run.mjs"), `${imports.join("\n")}\n${RUN}`);
    writeFileSync(join(project, "run.cjs"), `${requires.join("\n")}\n${RUN}`);
    for (const file of ["run.mjs", "run.cjs"]) {
      assert.deepEqual(
        run(process.execPath, [file]),
        { status: 0, output: "live 12.50 function function function" },
        file,
      );
    }
    for (const path of [
      "esm/react.js",
      "cjs/react.cjs",
      "esm/react/channels.js",
      "cjs/react/channels.cjs",
      "esm/react/metric.js",
      "esm/react/display.js",
      "esm/react/sync.js",
    ])
      assert.match(read("@deltad/client", path), /^"use client";/);
  });

  describeInBrowser("serve a plain page", (openTab) => {
    stopGatewaysAfterEach();

    it("without a bundler, which shows the first numbers and those after them", async () => {
      let page = "";
      const server = createServer(({ url = "" }, response) => {
        const path = /^\/deltad\/([\w./-]+\.js)$/.exec(url)?.[1];
        response.setHeader("content-type", path === undefined ? "text/html" : "text/javascript");
        response.end(path === undefined ? page : read("@deltad/client/esm", path));
      });
      const own = await listeningOn(server);
      const origins = [`http://127.0.0.1:${own}`];
      const { port, publisher, clock, token } = await startGateway({ transport: "auto", origins });
      // As it is written, it looks for the daemon where it comes from itself; this one is elsewhere.
      page = readFileSync(join(ROOT, "examples/plain-page.html"), "utf8").replace(
        'url: "."',
        `url: "http://127.0.0.1:${port}"`,
      );
      publisher.documents.set("1", { revenue: { today: "12.50" } });
      const tab = await openTab();
      await tab.page.goto(`http://127.0.0.1:${own}/#${token({ ownerId: 1 })}`);
      await tab.page.getByText("Today: 12.50 live").waitFor();
      publisher.patch("1", { revenue: { today: "13.00" } });
      clock.advance(50);
      await tab.page.getByText("Today: 13.00 live").waitFor();
      await tab.close();
      server.close();
      assert.deepEqual(tab.errors, []);
    });
  });

  describeInBrowser("render a page on a server", (openTab) => {
    stopGatewaysAfterEach();

    it("by the example of Vite: its first numbers come with the page, and those after them by the socket", async () => {
      const folder = join(project, "vite-ssr");
      cpSync(join(ROOT, "examples/vite-ssr"), folder, { recursive: true });
      // Where npm looks for the commands of a script.
      mkdirSync(join(folder, "node_modules"));
      symlinkSync(join(ROOT, "node_modules/.bin"), join(folder, "node_modules/.bin"));
      const tsc = run(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "."], folder);
      assert.equal(tsc.output, "");
      const { status, output } = run("npm", ["run", "build"], folder);
      assert.equal(status, 0, output);
      const ownPort = await freePort();
      const own = `http://127.0.0.1:${ownPort}`;
      const schema: Schema = { metrics: [{ kind: "sum", path: ["revenue", "today"], scale: 2 }], events: [] };
      const { port, publisher, clock, token } = await startGateway({ transport: "auto", origins: [own], schema });
      publisher.documents.set("1", { revenue: { today: "12.50" } });
      const options = {
        DELTAD_URL: `http://127.0.0.1:${port}`,
        DELTAD_TOKEN: token({ ownerId: 1 }),
        PORT: String(ownPort),
      };
      const server = spawn(process.execPath, ["start.js"], { cwd: folder, env: { ...process.env, ...options } });
      const tab = await openTab();
      try {
        await once(server.stdout, "data");
        const page = await (await fetch(own)).text();
        assert.match(page, /<h2[^>]*>Revenue<.*data-metric="revenue.today" data-state="some">12\.50</);
        assert.ok(!page.includes(options.DELTAD_TOKEN));
        await tab.page.goto(own);
        await tab.page.locator('[data-connection="live"]').waitFor();
        publisher.patch("1", { revenue: { today: "13.00" } });
        clock.advance(50);
        await tab.page.getByText("13.00").waitFor();
        await assertAccessible(tab.page, "the example of Vite");
      } finally {
        await tab.close();
        server.kill();
      }
      // What the server made and what the browser would have made are the same.
      assert.deepEqual(tab.errors, []);
      assert.ok(!tab.requests.includes("GET /v1/schema"));
    });
  });

  it("make a bundle of 5.1 KB for a page", async () => {
    const built = await build({
      configFile: false,
      logLevel: "error",
      root: project,
      build: {
        write: false,
        modulePreload: false,
        target: "es2023",
        rolldownOptions: {
          input: join(project, "node_modules/@deltad/client/esm/client.js"),
          preserveEntrySignatures: "strict",
          output: { minify: true },
        },
      },
    });
    if (!("output" in built)) throw new Error("one build has one output");
    const [{ code }] = built.output;
    const bytes = gzipSync(code, { level: 9 }).length;
    assert.ok(bytes > 1_000 && bytes <= BUNDLE_BYTES, `${bytes} bytes`);
    assert.ok(!code.includes("DELTAD_ORIGINS"), "no development text");
  });
});
