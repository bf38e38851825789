/** All that a campaign breaks, and what runs meanwhile: a server, two daemons on different transports, writers, and clients of all kinds. */
import { setTimeout as rest } from "node:timers/promises";
import { availableTransports } from "../test/support/transports.ts";
import { Fleet } from "../test/support/fleet.ts";
import { Proxy } from "../test/support/proxy.ts";
import { Crowd } from "./clients/crowd.ts";
import { HonestClient } from "./clients/honest-client.ts";
import { SoakDatabase } from "./database.ts";
import type { Draws } from "./draws.ts";
import { Writers, WRITES } from "./writers.ts";

const DAEMONS = 2;
/** A daemon that has not ended by then is killed. */
const STOP_WITHIN_MS = 30_000;
const OPTIONS = {
  // Clients find out soon that nobody is there.
  DELTAD_HEARTBEAT_MS: "2000",
  DELTAD_RETENTION: "60s",
  DELTAD_RETAINED_ROWS: "20000",
};

export class Site {
  readonly database: SoakDatabase;
  readonly fleet: Fleet;
  /** Between each daemon and the server. */
  readonly lines: readonly Proxy[];
  readonly writers: Writers;
  readonly clients: readonly HonestClient[];
  readonly crowd: Crowd;
  readonly #signal: AbortSignal;

  private constructor(
    parts: Pick<Site, "database" | "fleet" | "lines" | "writers" | "clients" | "crowd">,
    signal: AbortSignal,
  ) {
    this.database = parts.database;
    this.fleet = parts.fleet;
    this.lines = parts.lines;
    this.writers = parts.writers;
    this.clients = parts.clients;
    this.crowd = parts.crowd;
    this.#signal = signal;
  }

  static async start(draws: Draws, signal: AbortSignal): Promise<Site> {
    const rows = WRITES.first(draws.of("first rows"));
    const started: (() => Promise<unknown>)[] = [];
    try {
      const database = await SoakDatabase.start(rows, draws);
      started.push(() => database.stop());
      const transports = await availableTransports();
      const lines: Proxy[] = [];
      for (let at = 0; at < DAEMONS; at += 1) {
        const line = await Proxy.start(database.daemon.url);
        lines.push(line);
        started.push(() => line.stop());
      }
      const fleet = await Fleet.start(database, lines.length, (at) => ({
        ...OPTIONS,
        DATABASE_URL: lines[at]?.url ?? "",
        DELTAD_TRANSPORT: transports[at % transports.length] ?? "ws",
        // One daemon mends itself where it finds a number wrong, and says so; the other never looks.
        DELTAD_AUDIT_INTERVAL: at === 0 ? "0" : "5s",
      }));
      started.push(() => fleet.stop());
      const { lasting, passing, never } = WRITES.owners;
      const writers = new Writers(database, draws);
      const crowd = new Crowd(fleet.ports, lasting, draws);
      const clients = honestClients(fleet, [...lasting, ...passing, never]);
      writers.start();
      crowd.start();
      return new Site({ database, fleet, lines, writers, clients, crowd }, signal);
    } catch (error) {
      for (const stop of started.toReversed()) await stop().catch(() => undefined);
      throw error;
    }
  }

  /** Rejects where the campaign is interrupted. */
  rest(ms: number): Promise<void> {
    return rest(ms, undefined, { signal: this.#signal });
  }

  /** Lets something last for so long, and then puts it right, also where the campaign is interrupted. */
  async during(ms: number, putRight: () => unknown): Promise<void> {
    try {
      await this.rest(ms);
    } finally {
      await putRight();
    }
  }

  /** The process of a daemon. */
  pid(at: number): number {
    const pid = this.fleet.processes(at).at(-1)?.child.pid;
    if (pid === undefined) throw new RangeError(`daemon ${at} has never been started`);
    return pid;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.close();
    await this.crowd.stop();
    await this.writers.stop();
    const running = this.lines.flatMap((_, at) => this.fleet.processes(at).map(({ child }) => child));
    for (const child of running) child.kill("SIGCONT");
    const overdue = setTimeout(() => running.forEach((child) => child.kill("SIGKILL")), STOP_WITHIN_MS);
    await this.fleet.stop();
    clearTimeout(overdue);
    for (const line of this.lines) await line.stop();
    await this.database.stop();
  }
}

/** Each owner has a client at each daemon, and one that the balancer brings to either; some have two owners. */
function honestClients({ ports, url }: Fleet, owners: readonly string[]): HonestClient[] {
  const urls = [...ports.map((port) => `http://127.0.0.1:${port}`), url];
  return urls.flatMap((to, place) =>
    owners.map((owner, at) => {
      const second = owners[(at + place + 1) % owners.length] ?? owner;
      const both = at % 3 === 0 ? [owner, second] : [owner];
      return new HonestClient({ name: `client ${place}/${owner}`, url: to, owners: both });
    }),
  );
}
