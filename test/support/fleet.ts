import { freePort } from "../../daemon/database/cluster.ts";
import { Balancer } from "./balancer.ts";
import type { DemoProcess } from "./demo-clone.ts";
import { DeltadProgram, demoOn } from "./deltad-program.ts";
import type { TestDatabase } from "./servers.ts";

/** Variables of the environment, beside those of every daemon of the demo's. */
type Variables = Readonly<Record<string, string>>;

/** Several daemon processes on one database of the demo's marketplace, behind one address. */
export class Fleet {
  readonly balancer: Balancer;
  readonly ports: readonly number[];
  readonly #programs: DeltadProgram[];
  readonly #variablesOf: (at: number) => Variables;
  readonly #daemons: DemoProcess[][];

  private constructor(
    program: DeltadProgram,
    ports: readonly number[],
    balancer: Balancer,
    variablesOf: (at: number) => Variables,
  ) {
    this.#programs = [program];
    this.#variablesOf = variablesOf;
    this.#daemons = ports.map(() => []);
    this.ports = ports;
    this.balancer = balancer;
  }

  static async start(
    database: Pick<TestDatabase, "url">,
    size: number,
    variablesOf: (at: number) => Variables = () => ({}),
  ): Promise<Fleet> {
    const ports: number[] = [];
    while (ports.length < size) ports.push(await freePort());
    const program = await DeltadProgram.make(demoOn(database.url));
    const fleet = new Fleet(program, ports, await Balancer.start(ports), variablesOf);
    try {
      await Promise.all(ports.map((_, at) => fleet.begin(at)));
      return fleet;
    } catch (error) {
      await fleet.stop();
      throw error;
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.balancer.port}`;
  }

  /** The processes that a daemon has been, the present one last. */
  processes(at: number): readonly DemoProcess[] {
    return this.#daemons[at] ?? [];
  }

  /** Ends one daemon, and starts it again at the same port. Resolves when it listens. */
  async restart(at: number, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    await this.end(at, signal);
    await this.begin(at);
  }

  async end(at: number, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const daemon = this.processes(at).at(-1);
    daemon?.child.kill(signal);
    const code = await daemon?.exited;
    if (signal === "SIGTERM" && code !== 0) throw new Error(`daemon ${at} ended with ${code}:\n${daemon?.output}`);
  }

  /** Starts a daemon that was ended. Resolves when it listens. */
  async begin(at: number): Promise<void> {
    const daemon = this.#programs
      .at(-1)
      ?.start("start", { DELTAD_PORT: String(this.ports[at]), ...this.#variablesOf(at) });
    if (daemon === undefined) throw new Error("there is no program");
    this.#daemons[at]?.push(daemon);
    await daemon.says(/listening/);
  }

  /** From now on daemons that are started are of this program, which the fleet ends. */
  upgrade(program: DeltadProgram): void {
    this.#programs.push(program);
  }

  async stop(): Promise<void> {
    await this.balancer.stop();
    for (const program of this.#programs) await program.remove();
  }
}
