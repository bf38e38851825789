/**
 * `npm run try-packages`: installs the two packages of this clone from the registry's side of the world, as somebody does who has just heard of
 * them: into empty projects of every kind, by several package managers, on several versions of Node. Type-checks, bundles and runs them.
 * `npm run try-packages -- vite node` tries those whose names begin so. Where the registry can't be reached it says so and tries nothing.
 */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { argv, env, execPath } from "node:process";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const EXAMPLES = join(ROOT, "examples");
/** The last majors that run on Node 20, or the ones that people have. */
const REACT = ["react@19", "react-dom@19"];
const TYPES = ["typescript@5", "@types/react@19", "@types/node@20"];
const NODES = ["20", "22", "24"];
const STEP_MS = 300_000;

const scratch = mkdtempSync(join(tmpdir(), "deltad-try-"));
const packages = join(scratch, "packages");
const [client, daemon] = ["deltad-client", "deltad"].map((name) => join(packages, `${name}-${version()}.tgz`));
const environment = {
  ...env,
  CI: "true",
  NEXT_TELEMETRY_DISABLED: "1",
  npm_config_cache: join(scratch, "npm"),
  npm_config_fund: "false",
  npm_config_audit: "false",
  npm_config_update_notifier: "false",
  YARN_CACHE_FOLDER: join(scratch, "yarn"),
};

/** Each in an empty folder of its own. */
const TRIALS = {
  "vite: React and TypeScript, bundler": (folder) => vite(folder, "esnext", "bundler"),
  "vite: React and TypeScript, nodenext": (folder) => vite(folder, "nodenext", "nodenext"),
  "recipes: Vue, Svelte and TanStack Query, tested by Vitest": recipes,
  "jest: CommonJS, jsdom": jest,
  "next: the first numbers come with the page": next,
  ...Object.fromEntries(NODES.map((node) => [`node ${node}: both packages, strict engines`, (at) => plain(at, node)])),
  "yarn 1: both packages": (folder) => byYarn(folder),
  "pnpm: both packages": (folder) => byPnpm(folder),
  "daemon without optional packages": bare,
};

function vite(folder, module, moduleResolution) {
  project(folder, { type: "module" });
  install(folder, client, daemon, ...REACT, ...TYPES, "@types/react-dom@19", "vite@8", "drizzle-orm@0.45");
  for (const file of ["deltad.config.ts", "channels.ts", "tables.ts"])
    cpSync(join(ROOT, "demo", file), join(folder, file));
  write(
    folder,
    "main.tsx",
    `import type { StreamTypesOf } from "deltad";
import { createRoot } from "react-dom/client";
import { createElement } from "react";
import { useRealtimeStats } from "@deltad/client/react";
import type config from "./deltad.config.ts";
function Today() {
  const { metrics, status } = useRealtimeStats<StreamTypesOf<typeof config>>({ ownerId: "7", token: undefined });
  const today: string | undefined = metrics?.revenue.today;
  // @ts-expect-error: no such metric
  metrics?.revenue.tody;
  return createElement("p", null, today, status);
}
createRoot(document.body).render(createElement(Today));
`,
  );
  write(folder, "index.html", '<!doctype html><script type="module" src="/main.tsx"></script>');
  checkTypes(folder, { module, moduleResolution, jsx: "react-jsx" }, { files: ["main.tsx"] });
  run(folder, "npx", "vite", "build");
  const [bundle = ""] = readdirSync(join(folder, "dist/assets"));
  const code = readFileSync(join(folder, "dist/assets", bundle), "utf8");
  expect(code.includes("token_expiring") && !code.includes("DELTAD_ORIGINS"), "a bundle without development text");
}

function recipes(folder) {
  project(folder, { type: "module" });
  install(folder, client, "vitest@4", "vue@3", "svelte@5", "@tanstack/react-query@5", ...REACT, ...TYPES);
  for (const name of ["vue.ts", "svelte.ts", "tanstack-query.ts", "vitest.test.ts"]) example(folder, name);
  checkTypes(folder, { module: "esnext", moduleResolution: "bundler" }, { include: ["*.ts"] });
  run(folder, "npx", "vitest", "run");
}

function jest(folder) {
  project(folder, { jest: { testEnvironment: "jsdom", testMatch: ["**/*.test.cjs"] } });
  install(folder, client, "jest@30", "jest-environment-jsdom@30");
  example(folder, "jest.test.cjs");
  run(folder, "npx", "jest");
}

async function next(folder) {
  project(folder, {});
  install(folder, client, "next@16", ...REACT, ...TYPES);
  cpSync(join(EXAMPLES, "next/app"), join(folder, "app"), { recursive: true });
  run(folder, "npx", "next", "build");
  const snapshot = { data: { revenue: { today: "12.50" } }, asOf: "2026-05-08T12:00:00.000001Z" };
  const server = createServer((_, response) => response.setHeader("etag", 'W/"1"').end(JSON.stringify(snapshot)));
  // Built by now, to be packed.
  const { freePort } = await import("../dist/daemon/database/cluster.js");
  const [daemonPort, pagePort] = [await listening(server), await freePort()];
  const more = { DELTAD_URL: `http://127.0.0.1:${daemonPort}`, DELTAD_TOKEN: "token" };
  const args = ["node_modules/next/dist/bin/next", "start", "-p", String(pagePort)];
  const started = spawn(execPath, args, { cwd: folder, env: { ...environment, ...more }, stdio: "ignore" });
  try {
    const page = await untilAnswered(`http://127.0.0.1:${pagePort}/`);
    expect(/Today: (<!-- -->)?12\.50/.test(page), `a page with the first numbers, not ${page.slice(0, 500)}`);
  } finally {
    started.kill();
    server.close();
  }
}

/** Both packages, by a Node of that version. */
function plain(folder, node) {
  project(folder, { type: "module" });
  install(folder, "--engine-strict", `node@${node}`, client, daemon);
  write(
    folder,
    "run.mjs",
    RUN('import { createClient } from "@deltad/client";\nimport { FakeDaemon } from "@deltad/client/testing";'),
  );
  write(
    folder,
    "run.cjs",
    RUN(
      'const { createClient } = require("@deltad/client");\nconst { FakeDaemon } = require("@deltad/client/testing");',
    ),
  );
  const program = join(folder, "node_modules/node/bin/node");
  for (const file of ["run.mjs", "run.cjs"])
    expect(run(folder, program, file) === `live 12.50 v${node}`, `${file} runs`);
  help(folder, program);
}

const RUN = (head) => `${head}
const daemon = new FakeDaemon();
const client = createClient({ url: daemon.url, getToken: () => "t", environment: { WebSocket: daemon.WebSocket } });
const owner = client.owner("7");
daemon.setMetrics("7", { revenue: { today: "12.50" } });
owner.subscribe(() => undefined);
client.connect();
setImmediate(() => {
  const { connection, metrics } = owner.getSnapshot();
  console.log(connection.state, metrics.revenue.today, process.version.split(".")[0]);
  client.close();
});
`;

function byYarn(folder) {
  project(folder, {});
  run(folder, "npx", "--yes", "yarn@1", "add", "--silent", "--non-interactive", `file:${client}`, `file:${daemon}`);
  help(folder);
}

function byPnpm(folder) {
  project(folder, {});
  run(folder, "npx", "--yes", "pnpm@10", "add", "--store-dir", join(scratch, "pnpm"), client, daemon);
  help(folder);
}

function bare(folder) {
  project(folder, {});
  install(folder, "--omit=optional", "--engine-strict", daemon);
  help(folder);
  expect(!readdirSync(join(folder, "node_modules")).includes("uWebSockets.js"), "no optional package");
  const demo = spawnSync(execPath, ["node_modules/deltad/bin/deltad.js", "demo"], {
    cwd: folder,
    env: { ...environment, DATABASE_URL: "" },
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(
    demo.status === 78 && demo.stderr.trim().split("\n").length === 1,
    `the demo says what it lacks: ${demo.stderr}`,
  );
}

function help(folder, node = execPath) {
  const said = run(folder, node, "node_modules/deltad/bin/deltad.js", "--help");
  expect(said.startsWith("Usage: deltad"), "deltad --help");
}

function checkTypes(folder, options, sources) {
  const shared = { target: "es2022", lib: ["es2023", "dom"], strict: true, noEmit: true, skipLibCheck: true };
  const compilerOptions = { ...shared, allowImportingTsExtensions: true, ...options };
  write(folder, "tsconfig.json", JSON.stringify({ compilerOptions, ...sources }));
  run(folder, "npx", "tsc");
}

function version() {
  return JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version;
}

function project(folder, manifest) {
  write(folder, "package.json", JSON.stringify({ private: true, ...manifest }));
}

function write(folder, name, text) {
  writeFileSync(join(folder, name), text);
}

function example(folder, name) {
  cpSync(join(EXAMPLES, name), join(folder, name));
}

function install(folder, ...what) {
  run(folder, "npm", "install", "--no-save", ...what);
}

/** What it prints. Throws an Error with all of it where it fails. */
function run(folder, command, ...args) {
  const options = { cwd: folder, env: environment, encoding: "utf8", timeout: STEP_MS };
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (status === 0) return stdout.trim();
  throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? status}\n${stdout}${stderr}`);
}

function expect(holds, what) {
  if (!holds) throw new Error(`expected ${what}`);
}

function listening(server) {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}

async function untilAnswered(url, attempts = 120) {
  const response = await fetch(url).catch(() => undefined);
  if (response?.ok) return response.text();
  if (attempts === 0) throw new Error(`${url} answers ${response?.status ?? "nothing"}`);
  await new Promise((resolve) => setTimeout(resolve, 250));
  return untilAnswered(url, attempts - 1);
}

async function tryAll(wanted) {
  if (spawnSync("npm", ["view", "react", "version"], { env: environment, timeout: 30_000 }).status !== 0) {
    process.stdout.write("try-packages: nothing tried: the npm registry can't be reached from here\n");
    return true;
  }
  process.stdout.write(run(ROOT, execPath, "bin/pack.js", packages).concat("\n"));
  let isGood = true;
  for (const [name, trial] of Object.entries(TRIALS)) {
    if (wanted.length > 0 && !wanted.some((prefix) => name.startsWith(prefix))) continue;
    const folder = join(scratch, "project");
    mkdirSync(folder);
    const startedMs = performance.now();
    try {
      await trial(folder);
      process.stdout.write(`good    ${name}, ${((performance.now() - startedMs) / 1000).toFixed(0)} s\n`);
    } catch (error) {
      isGood = false;
      process.stdout.write(`FAILED  ${name}: ${error.message}\n`);
    }
    rmSync(folder, { recursive: true, force: true });
  }
  return isGood;
}

try {
  process.exitCode = (await tryAll(argv.slice(2))) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
