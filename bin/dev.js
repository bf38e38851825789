/**
 * `npm run dev [-- --inspect]`: the demo, built again and restarted when a source of it changes, and its page by Vite, which shows
 * a change of the page at once. While something does not compile, the demo that runs goes on. Arguments are for the demo's Node.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createLogger, createServer } from "vite";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** What the demo's process is made of. Vite watches what the page is made of. */
const SOURCES = ["daemon", "protocol", "demo", "migrations", "sql"].map((folder) => join(ROOT, folder));
const PAGE_SOURCES = join(ROOT, "demo/page/");
/** Vite's own. */
const PAGE_PORT = 5173;
/** An editor that saves several files has done so by then. */
const SETTLE_MS = 100;

// Else React is built without hot replacement.
process.env.NODE_ENV = "development";

const stopping = new AbortController();
/** The program that runs now, if any: a build, or the demo. Each is in a group of its own, so that Ctrl-C reaches it through us, once. */
const running = new Set();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    stopping.abort();
    // The demo tells a second key press from npm passing on the first.
    for (const child of running) child.kill(signal);
  });
}

async function buildAll() {
  // The page as the daemon serves it is not looked at here, but a daemon without one would complain.
  return (await build("code")) && (await build("page")) && (await build("operator-page")) && (await build("demo-page"));
}

async function build(part) {
  const child = start(["bin/build.js", part], { stdio: ["ignore", 2, 2] });
  return (await ended(child)) === 0;
}

async function runUntilStopped() {
  if (stopping.signal.aborted) return 0;
  const { freePort } = await import("../dist/daemon/database/cluster.js");
  const port = process.env.DELTAD_PORT ?? String(await freePort());
  const server = createHttpServer();
  const vite = await serveByVite(server, port);
  try {
    const { port: pagePort } = server.address();
    return await runDemo({ port, page: `http://127.0.0.1:${pagePort}/`, watcher: vite.watcher });
  } finally {
    await vite.close();
    server.close();
    server.closeAllConnections();
  }
}

/** The page's own requests go to the daemon: its WebSocket too. In a server of ours, since Vite's ends the process at SIGTERM. */
async function serveByVite(server, port) {
  const logger = createLogger("warn");
  // While the demo restarts the page says so itself.
  const quieter = {
    ...logger,
    error: (text, options) => (/proxy error/.test(text) ? undefined : logger.error(text, options)),
  };
  const vite = await createServer({
    configFile: join(ROOT, "demo/page/vite.config.ts"),
    customLogger: quieter,
    clearScreen: false,
    server: {
      middlewareMode: { server },
      hmr: { server },
      proxy: { "/v1": { target: `http://127.0.0.1:${port}`, ws: true } },
    },
  });
  server.on("request", vite.middlewares);
  // The usual port, so that the browser keeps what the page remembers; another where that is taken.
  server.once("error", () => server.listen(0, "127.0.0.1"));
  await once(server.listen(PAGE_PORT, "127.0.0.1"), "listening");
  return vite;
}

/** @returns what to exit with: that of a demo that can't start at all, else 0 when we are stopped */
async function runDemo({ port, page, watcher }) {
  const changes = new Changes(watcher);
  let demo = startDemo(port, page);
  const code = await Promise.race([ended(demo), changes.next()]);
  if (typeof code === "number" && !stopping.signal.aborted) return code;
  while (!stopping.signal.aborted) {
    if (await build("code")) {
      demo.kill("SIGTERM");
      await ended(demo);
      if (!stopping.signal.aborted) demo = startDemo(port, page);
    }
    await changes.next();
  }
  await ended(demo);
  return 0;
}

function startDemo(port, page) {
  const args = ["--enable-source-maps", ...process.argv.slice(2), "bin/deltad.js", "demo"];
  const child = start(args, { stdio: ["ignore", "pipe", 2], env: { ...process.env, DELTAD_PORT: port } });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const told = line.replace(/^(open the page: +)http:\S+?\/(?=#)/, `$1${page}`).replace(/^(stop: +).*/, "$1Ctrl-C");
    process.stdout.write(`${told}\n`);
  });
  return child;
}

function start(args, options) {
  const child = spawn(process.execPath, args, { cwd: ROOT, detached: true, ...options });
  running.add(child);
  child.once("close", () => running.delete(child));
  return child;
}

/** Its exit code; 1 where a signal ended it. */
async function ended(child) {
  if (child.exitCode === null && child.signalCode === null) await once(child, "close");
  return child.exitCode ?? 1;
}

/** Changes of the demo's sources, as Vite's watcher tells of them: those that come together, or while nobody asks, are one. */
class Changes {
  #seen = false;
  #wake = () => undefined;

  constructor(watcher) {
    watcher.add(SOURCES);
    watcher.on("all", (event, path) => {
      const isSource = /\.(ts|sql)$/.test(path) && SOURCES.some((folder) => path.startsWith(`${folder}/`));
      if (!isSource || path.startsWith(PAGE_SOURCES) || event === "addDir" || event === "unlinkDir") return;
      this.#seen = true;
      this.#wake();
    });
    stopping.signal.addEventListener("abort", () => this.#wake());
  }

  /** Resolves after a change, or when we are stopped. */
  async next() {
    if (!this.#seen && !stopping.signal.aborted) await new Promise((resolve) => (this.#wake = resolve));
    await new Promise((resolve) => setTimeout(resolve, stopping.signal.aborted ? 0 : SETTLE_MS));
    this.#seen = false;
  }
}

process.exitCode = (await buildAll()) ? await runUntilStopped() : 1;
