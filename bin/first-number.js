/**
 * `npm run first-number`: the way of somebody who has just found this repository, by the README and docs/client.md: clones this one, as it
 * is committed, installs, starts the demo, and opens a page of their own, which nobody here has written, until it shows a live number.
 * Prints how long each step took; three minutes are promised, on an idle machine. Needs the registry and a Chromium.
 */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, extname, join, normalize, relative } from "node:path";
import { env } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STEP_MS = 600_000;
const NOT_CLONED = new Set(["node_modules", "dist", ".deltad"]);
const TYPES = { ".html": "text/html", ".js": "text/javascript" };

const scratch = mkdtempSync(join(tmpdir(), "deltad-first-"));
const [clone, page] = ["clone", "page"].map((name) => join(scratch, name));
const startedMs = performance.now();
/** @type {(() => unknown)[]} */
const undo = [() => rmSync(scratch, { recursive: true, force: true })];

/** Throws an Error with what the command said where it fails. */
function run(cwd, command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", timeout: STEP_MS });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${status}\n${stdout}${stderr}`);
}

function seconds() {
  return (performance.now() - startedMs) / 1000;
}

function done(what) {
  process.stdout.write(`${seconds().toFixed(1).padStart(6)} s  ${what}\n`);
}

/** Serves a folder, as any server of static files does. */
function serve(folder) {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://page").pathname).replace(/\/$/, "/index.html");
    try {
      const body = readFileSync(join(folder, path));
      response.setHeader("content-type", TYPES[extname(path)] ?? "text/plain").end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  undo.push(() => server.close());
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}

/** `npm start`, until it prints the page's address: daemon and token of that. */
function startDemo(origin) {
  const started = spawn("npm", ["start"], {
    cwd: clone,
    env: { ...env, DELTAD_ORIGINS: origin, DELTAD_PORT: "0" },
    detached: true,
  });
  // npm does not hand signals on: its whole group is ended.
  undo.push(() => started.pid && process.kill(-started.pid, "SIGTERM"));
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (part) => {
      said += part;
      const [, url, token] = /(http:\/\/\S+?)\/?#token=([\w.-]+)/.exec(said) ?? [];
      if (token !== undefined) resolve({ url, token });
    };
    started.stdout.on("data", hear);
    started.stderr.on("data", hear);
    started.on("exit", () => reject(new Error(`npm start ended: ${said}`)));
  });
}

/** Opens the page until it shows a number that is live. */
async function look(address) {
  const { chromium } = await import("playwright-core");
  // The clone is built, and its tests with it.
  const { findChromium, FLAGS } = await import(pathToFileURL(join(clone, "dist/test/support/browser.js")).href);
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("there is no Chromium here; name one in DELTAD_TEST_CHROMIUM");
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  undo.push(() => browser.close());
  const tab = await browser.newPage();
  await tab.goto(address);
  const shown = tab.getByText(/Today: \d[\d.]* live/);
  await shown.waitFor();
  return shown.innerText();
}

async function first() {
  // A checkout that was unpacked from an archive can't be cloned.
  if (existsSync(join(ROOT, ".git"))) run(scratch, "git", "clone", "-q", ROOT, clone);
  else cpSync(ROOT, clone, { recursive: true, filter: (path) => !NOT_CLONED.has(relative(ROOT, path)) });
  done("git clone");
  run(clone, "npm", "ci");
  done("npm ci");
  run(clone, "npm", "run", "pack");
  const { version } = JSON.parse(readFileSync(join(clone, "package.json"), "utf8"));
  mkdirSync(page);
  writeFileSync(join(page, "package.json"), '{ "private": true }');
  run(page, "npm", "install", join(clone, `dist/packages/deltad-client-${version}.tgz`));
  cpSync(join(page, "node_modules/@deltad/client/esm"), join(page, "deltad"), { recursive: true });
  done("a page of one's own has the client");
  const port = await serve(page);
  const { url, token } = await startDemo(`http://127.0.0.1:${port}`);
  done(`npm start: ${url}`);
  const own = readFileSync(join(clone, "examples/plain-page.html"), "utf8");
  writeFileSync(join(page, "index.html"), own.replace('url: "."', `url: "${url}"`));
  done(`the page shows ${await look(`http://127.0.0.1:${port}/#${token}`)}`);
}

try {
  await first();
} finally {
  for (const each of undo.toReversed()) await each();
}
