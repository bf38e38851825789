/** A server under measurement, and the sockets that it sends to. */
import type { ChildProcess } from "node:child_process";
import type { ProbeQuestion } from "../support/heap-probe.ts";
import { reply, startTask } from "../support/task-process.ts";
import type { DashboardsTask, Round } from "./dashboards-process.ts";

export interface Server {
  /** Makes it send another round to all. */
  readonly next: () => Promise<void>;
  readonly ask: (question: ProbeQuestion) => Promise<number>;
}

export interface Throughput {
  readonly frames: number;
  readonly tookMs: number;
  /** Processor time of the server. */
  readonly workMs: number;
}

export class Audience {
  readonly #task: DashboardsTask;
  readonly #clients: ChildProcess;
  readonly #server: Server;
  #rounds = 0;

  /** Resolves when every socket has what comes before the rounds. */
  static async gather(task: DashboardsTask, server: Server): Promise<Audience> {
    const clients = startTask(new URL("./dashboards-process.js", import.meta.url), task);
    await reply(clients);
    return new Audience(task, clients, server);
  }

  private constructor(task: DashboardsTask, clients: ChildProcess, server: Server) {
    this.#task = task;
    this.#clients = clients;
    this.#server = server;
  }

  /** Resolves when all sockets have so many rounds more. */
  async run(rounds: number): Promise<void> {
    const until = this.#rounds + rounds;
    const begin = (): void => {
      this.#rounds += 1;
      void this.#server.next();
    };
    const done = new Promise<void>((resolve) => {
      const look = ({ half, all }: Round): void => {
        if (all >= until) this.#clients.off("message", look);
        if (all >= until) resolve();
        else if (half === this.#rounds && half < until) begin();
      };
      this.#clients.on("message", look);
    });
    begin();
    await done;
  }

  async measure(rounds: number): Promise<Throughput> {
    const { sockets, messagesPerRound } = this.#task;
    const beforeMs = await this.#server.ask("cpu");
    const startedMs = performance.now();
    await this.run(rounds);
    const tookMs = performance.now() - startedMs;
    const workMs = (await this.#server.ask("cpu")) - beforeMs;
    return { frames: rounds * sockets * messagesPerRound, tookMs, workMs };
  }

  /** Of the longest turn of the server's loop, and the most work in one. */
  async watch(rounds: number): Promise<{ readonly longestMs: number; readonly mostWorkMs: number }> {
    const { ask } = this.#server;
    await ask("turn");
    await ask("work");
    await this.run(rounds);
    return { longestMs: await ask("turn"), mostWorkMs: await ask("work") };
  }

  leave(): void {
    this.#clients.disconnect();
  }
}
