/**
 * One PostgreSQL server of our own on a loopback port: made by initdb, run detached from this process's group (so that Ctrl-C
 * reaches the daemon alone), stopped by pg_ctl.
 */
import { randomInt } from "node:crypto";
import { spawn } from "node:child_process";
import { chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { FatalError } from "../config/errors.ts";
import { commandOf } from "./command-of.ts";
import type { ServerUser } from "./server-user.ts";

export interface ClusterOptions {
  /** Directory of `initdb`, `pg_ctl` and `postgres`. */
  readonly binDir: string;
  /** Kept between runs; its parent must be enterable by `user`. */
  readonly dataDir: string;
  readonly user: ServerUser;
  /** Password of the superuser `postgres`. */
  readonly password: string;
  /** Lines of postgresql.conf, on top of its defaults. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Where to listen, asked at each start; without it a loopback port that is free. */
  readonly choosePort?: () => Promise<number>;
}

/** How pg_ctl stops a server: `fast` ends its sessions in order, `immediate` as a crash would. */
export type StopMode = "fast" | "immediate";

/** The first line is a warning, which a server may be set not to log; the second ends it. */
const PORT_TAKEN = /Address already in use|could not create any TCP\/IP sockets/;

export class Cluster {
  readonly #options: ClusterOptions;
  #port = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#port;
  }

  /** Connection string of the superuser for one database. */
  url(database: string): string {
    return `postgresql://postgres:${encodeURIComponent(this.#options.password)}@127.0.0.1:${this.#port}/${encodeURIComponent(database)}`;
  }

  /** Makes the data directory where there is none (UTF-8 whatever the locale). */
  async initialise(): Promise<void> {
    const { dataDir } = this.#options;
    if (!(await readFile(join(dataDir, "PG_VERSION"), "utf8").catch(() => undefined))) await this.#makeDataDir();
  }

  /** Starts the server on a free loopback port, with a new data directory where there is none. */
  async start(): Promise<void> {
    const { dataDir, choosePort = freePort } = this.#options;
    await this.initialise();
    await this.stop("fast");
    for (let attempt = 1; ; attempt += 1) {
      this.#port = await choosePort();
      await this.#configure();
      await rm(join(dataDir, "server.log"), { force: true });
      try {
        return await this.#run("pg_ctl", [
          "start",
          "-w",
          "-t",
          "60",
          "-s",
          "-D",
          dataDir,
          "-l",
          join(dataDir, "server.log"),
        ]);
      } catch (error) {
        // Another program was quicker to take the free port; three times in a row is another trouble.
        if (attempt === 3 || !(error instanceof Error && PORT_TAKEN.test(error.message))) throw error;
      }
    }
  }

  /** Stops the server; nothing happens where none runs. */
  async stop(mode: StopMode = "fast"): Promise<void> {
    if (!(await postmasterRuns(this.#options.dataDir))) return;
    await this.#run("pg_ctl", ["stop", "-w", "-t", "30", "-s", "-m", mode, "-D", this.#options.dataDir]);
  }

  /** In a folder beside it that is renamed when complete: an initdb that was killed leaves no half of a cluster to start. */
  async #makeDataDir(): Promise<void> {
    const { dataDir, password } = this.#options;
    const unfinished = `${dataDir}.new`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
    const passwordFile = `${dataDir}.password`;
    await writeFile(passwordFile, password, { mode: 0o600 });
    await this.#give(unfinished);
    await this.#give(passwordFile);
    try {
      await this.#run("initdb", [
        `--pgdata=${unfinished}`,
        "--username=postgres",
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
        "--no-instructions",
      ]);
    } finally {
      await rm(passwordFile, { force: true });
    }
    await rename(unfinished, dataDir);
  }

  /** Written anew at each start: the port is chosen anew too. */
  async #configure(): Promise<void> {
    const { dataDir, settings } = this.#options;
    const lines = Object.entries({
      listen_addresses: "127.0.0.1",
      port: this.#port,
      unix_socket_directories: "",
      ...settings,
    }).map(([name, value]) => `${name} = '${String(value)}'`);
    const file = join(dataDir, "postgresql.auto.conf");
    await writeFile(file, `${lines.join("\n")}\n`, { mode: 0o600 });
    await this.#give(file);
  }

  async #give(path: string): Promise<void> {
    const { uid, gid } = this.#options.user;
    if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const { code, output } = await this.#exitCode(program, args);
    if (code === 0) return;
    const log =
      program === "pg_ctl" ? await readFile(join(this.#options.dataDir, "server.log"), "utf8").catch(() => "") : "";
    throw new FatalError(
      `${program} failed (${String(code)}): ${[output.trim(), ...log.trim().split("\n").slice(-5)].join("\n")}`,
    );
  }

  #exitCode(program: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(join(this.#options.binDir, program), args, {
        ...this.#options.user,
        cwd: "/",
        // A server that outlives this call must not keep pipes of ours open: pg_ctl gets none.
        stdio: program === "pg_ctl" ? "ignore" : ["ignore", "pipe", "pipe"],
        detached: true,
        env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
      });
      let output = "";
      child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, output }));
    });
  }
}

/**
 * Whether a server runs on this data directory. A pid file can outlive its server (SIGKILL, a reboot, a copied folder) and its
 * pid may be another process's by then, which pg_ctl would signal: so the process must name the directory in its command line. A pid
 * file that names another directory or another program is removed, since PostgreSQL would refuse to start beside it.
 */
export async function postmasterRuns(dataDir: string): Promise<boolean> {
  const file = join(dataDir, "postmaster.pid");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return false;
  const [pid = "", directory] = text.split("\n");
  const command = await commandOf(pid);
  if (directory === dataDir && command?.includes(dataDir)) return true;
  // After a dead process PostgreSQL itself finds out whether its children are gone.
  if (directory !== dataDir || command !== undefined) await rm(file, { force: true });
  return false;
}

/**
 * A loopback port that was free a moment ago, below those from which systems take one for each outgoing connection: none of these has it
 * before the caller does.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = randomInt(10_000, 32_768);
    try {
      await listenOnce(port);
      return port;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

const ATTEMPTS = 50;

function listenOnce(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve()));
  });
}
