/** Debian's Redis, on a port of its own, which keeps nothing. */
import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../daemon/database/cluster.ts";
import { ListeningProgram } from "./listening-program.ts";

const PROGRAM = "/usr/bin/redis-server";
const PATIENCE_MS = 20_000;

/** Why none can be run here; undefined if it can. */
export function missingRedis(): string | undefined {
  return existsSync(PROGRAM) ? undefined : "redis-server is not installed";
}

export class RedisServer {
  readonly port: number;
  #program: ListeningProgram | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  /** Where one will be started. */
  static async reserved(): Promise<RedisServer> {
    return new RedisServer(await freePort());
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** @param more settings as on its command line */
  async start(...more: readonly string[]): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "deltad-redis-"));
    const settings = { port: this.port, bind: "127.0.0.1", save: "", appendonly: "no", dir: folder };
    this.#program = await ListeningProgram.start({
      name: "Redis",
      program: PROGRAM,
      args: [...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]), ...more],
      port: this.port,
      folder,
      withinMs: PATIENCE_MS,
    });
  }

  pause(): void {
    this.#program?.signal("SIGSTOP");
  }

  resume(): void {
    this.#program?.signal("SIGCONT");
  }

  /** Idempotent; it can be started again. */
  async stop(): Promise<void> {
    this.resume();
    await this.#program?.stop();
    this.#program = undefined;
  }
}
