/** The daemon under measurement, in a process of its own. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import jsonwebtoken from "jsonwebtoken";
import { freePort } from "../../daemon/database/cluster.ts";
import { askProbe } from "./ask-probe.ts";
import { collectOutput, spawnDeltad } from "./deltad-command.ts";
import type { ProbeQuestion } from "./heap-probe.ts";
import { CONFIG_FILE } from "./marketplace.ts";

const SECRET = "a secret that is used in benchmarks only";
/** It must open its sessions and load a calendar. */
const READY_WITHIN_MS = 30_000;
/** A drain is bounded. */
const STOPPED_WITHIN_MS = 30_000;
const PROBE = fileURLToPath(new URL("./heap-probe.js", import.meta.url));

export class DaemonProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Resolves when `/readyz` says so. `env` may change the daemon's options. */
  static async start(databaseUrl: string, env: Readonly<Record<string, string>> = {}): Promise<DaemonProcess> {
    const port = await freePort();
    const child = spawnDeltad(
      ["start"],
      {
        DATABASE_URL: databaseUrl,
        DELTAD_CONFIG: CONFIG_FILE,
        DELTAD_PORT: String(port),
        DELTAD_JWT_SECRET: SECRET,
        DELTAD_LOG_LEVEL: "warn",
        ...env,
      },
      ["--expose-gc", "--import", PROBE],
    );
    const output = collectOutput(child);
    const deadlineMs = performance.now() + READY_WITHIN_MS;
    while (!(await isReady(port))) {
      if (child.exitCode !== null || performance.now() > deadlineMs) {
        child.kill("SIGKILL");
        throw new Error(`the daemon did not get ready: ${output()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return new DaemonProcess(child, port);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** A token for these owners, and topics of other kinds, that outlives the run. */
  token(owners: readonly string[], topics: readonly string[] = []): string {
    return jsonwebtoken.sign({ owners, topics }, SECRET, { expiresIn: "1d" });
  }

  /** A token of a user who may see no owner. */
  userToken(user: string): string {
    return jsonwebtoken.sign({ sub: user }, SECRET, { expiresIn: "1d" });
  }

  /** Asks the probe within. */
  ask(question: ProbeQuestion): Promise<number> {
    return askProbe(this.#child, question);
  }

  /** Throws where the daemon does not stop in time, and ends it then. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    const overdue = setTimeout(() => this.#child.kill("SIGKILL"), STOPPED_WITHIN_MS);
    const [, signal] = (await exited) as [number | null, string | null];
    clearTimeout(overdue);
    if (signal === "SIGKILL") throw new Error(`the daemon did not stop within ${STOPPED_WITHIN_MS} ms`);
  }
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}
