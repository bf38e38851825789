/** The daemon with the demo's page, in a process that may be killed. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { PageDaemonTask } from "./page-daemon-process.ts";
import { token } from "./tokens.ts";

const PROCESS = fileURLToPath(new URL("./page-daemon-process.js", import.meta.url));

export class PageDaemon {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}/`;
  }

  /** Resolves when it listens; rejects where its process ends instead. `environment` may change the daemon's options. */
  static async start(
    databaseUrl: string,
    port: number,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<PageDaemon> {
    const child = fork(PROCESS);
    child.send({ databaseUrl, port, environment } satisfies PageDaemonTask);
    const [said] = (await Promise.race([once(child, "message"), once(child, "exit")])) as [unknown];
    if (said !== "ready") throw new Error(`the daemon's process ended with ${String(said)}`);
    return new PageDaemon(child, port);
  }

  token(claims: object): string {
    return token(claims, Date.now());
  }

  /** As pulling the plug. */
  async kill(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.disconnect();
    await exited;
  }
}
