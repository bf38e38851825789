import { freePort } from "../../daemon/database/cluster.ts";
import { Balancer } from "./balancer.ts";
import type { DemoProcess } from "./demo-clone.ts";
import { DeltadProgram, demoOn } from "./deltad-program.ts";
import type { TestDatabase } from "./servers.ts";

/** Several daemon processes on one database of the demo's marketplace, behind one address. */
export class Fleet {
  readonly balancer: Balancer;
  readonly #program: DeltadProgram;
  readonly #ports: readonly number[];
  readonly #daemons: DemoProcess[] = [];

  private constructor(program: DeltadProgram, ports: readonly number[], balancer: Balancer) {
    this.#program = program;
    this.#ports = ports;
    this.balancer = balancer;
  }

  static async start(database: Pick<TestDatabase, "url">, size: number): Promise<Fleet> {
    const ports: number[] = [];
    while (ports.length < size) ports.push(await freePort());
    const fleet = new Fleet(await DeltadProgram.make(demoOn(database.url)), ports, await Balancer.start(ports));
    await Promise.all(ports.map((_, at) => fleet.#start(at)));
    return fleet;
  }

  get url(): string {
    return `http://127.0.0.1:${this.balancer.port}`;
  }

  /** Ends one daemon, and starts it again at the same port. Resolves when it listens. */
  async restart(at: number, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const daemon = this.#daemons[at];
    daemon?.child.kill(signal);
    const code = await daemon?.exited;
    if (signal === "SIGTERM" && code !== 0) throw new Error(`daemon ${at} ended with ${code}:\n${daemon?.output}`);
    await this.#start(at);
  }

  async stop(): Promise<void> {
    await this.balancer.stop();
    await this.#program.remove();
  }

  async #start(at: number): Promise<void> {
    const daemon = this.#program.start("start", { DELTAD_PORT: String(this.#ports[at]) });
    this.#daemons[at] = daemon;
    await daemon.says(/listening/);
  }
}
