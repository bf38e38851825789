import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { connect } from "node:net";
import { eventually } from "./real-time.ts";

export interface ProgramOptions {
  /** For messages. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly spawn?: Pick<SpawnOptions, "cwd" | "uid" | "gid" | "env">;
  readonly port: number;
  /** The program's own; removed when it stops. */
  readonly folder: string;
  readonly withinMs: number;
}

/** A server that was not made here, on a port of this machine. */
export class ListeningProgram {
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(process: ChildProcess, folder: string) {
    this.#process = process;
    this.#folder = folder;
  }

  /** Resolves once it listens; throws with what it said where it does not. */
  static async start(options: ProgramOptions): Promise<ListeningProgram> {
    const { name, program, args, port, folder, withinMs } = options;
    const child = spawn(program, args, { ...options.spawn, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr?.on("data", (data: Buffer) => (said += data.toString()));
    const running = new ListeningProgram(child, folder);
    const isSettled = async (): Promise<boolean> => child.exitCode !== null || (await isListening(port));
    await eventually(`${name} to listen`, isSettled, { withinMs }).catch(() => undefined);
    if (await isListening(port)) return running;
    await running.stop();
    throw new Error(`${name} does not listen: ${said}`);
  }

  /** SIGSTOP, and it answers nobody; SIGCONT, and it answers all that was asked meanwhile. */
  signal(name: "SIGSTOP" | "SIGCONT"): void {
    this.#process.kill(name);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      this.#process.kill("SIGTERM");
      await once(this.#process, "exit");
    }
    await rm(this.#folder, { recursive: true });
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const listening = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  });
  socket.destroy();
  return listening;
}
