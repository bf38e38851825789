/** The PostgreSQL server of a campaign: it may crash at any time, and whoever asks it then asks again. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as rest } from "node:timers/promises";
import pg from "pg";
import { freePort } from "../daemon/database/cluster.ts";
import { errorCode } from "../daemon/database/reason.ts";
import { compileKinds } from "../daemon/plan/compile.ts";
import { daemonLogin } from "../test/support/install.ts";
import { recordHistory } from "../test/support/oracle-run/history.ts";
import { createMarketplace } from "../test/support/running-daemon.ts";
import { databaseOn, type RunningCluster, startCluster } from "../test/support/servers.ts";
import { MARKETPLACE, STAMP_OWNERS } from "./marketplace.ts";

/** A server that was killed is back within seconds, unless the machine is very busy. */
const BACK_WITHIN_MS = 60_000;
const AGAIN_MS = 100;
/** Of the queue of notifications, of 8 kB each: little enough to be filled in a moment. */
export const NOTIFY_PAGES = 4_800;

export interface Login {
  readonly url: string;
  readonly role: string;
}

export class SoakDatabase {
  /** The superuser's connection string; the port stays. */
  readonly url: string;
  /** What daemons log in as. */
  readonly daemon: Login;
  readonly #running: RunningCluster;
  readonly #pool: pg.Pool;

  private constructor(running: RunningCluster, url: string, daemon: Login) {
    this.#running = running;
    this.url = url;
    this.daemon = daemon;
    this.#pool = new pg.Pool({ connectionString: url, application_name: "soak", max: 4 });
    this.#pool.on("error", () => undefined);
  }

  /** With the marketplace, deltad's objects and the history of every row. */
  static async start(rows: readonly string[], { prepares }: { readonly prepares: boolean }): Promise<SoakDatabase> {
    const port = await freePort();
    const running = await startCluster(18, {
      settings: {
        max_prepared_transactions: prepares ? 20 : 0,
        max_notify_queue_pages: NOTIFY_PAGES,
        log_min_messages: "warning",
      },
      choosePort: () => Promise.resolve(port),
    });
    const database = await databaseOn(running.cluster);
    await createMarketplace(database, MARKETPLACE);
    await recordHistory(database, compileKinds(MARKETPLACE.config).tables);
    await database.query(STAMP_OWNERS);
    for (const statement of rows) await database.query(statement);
    const url = await daemonLogin(database);
    return new SoakDatabase(running, database.url, { url, role: new URL(url).username });
  }

  get serverLog(): Promise<string> {
    return readFile(join(this.#running.dataDir, "server.log"), "utf8").catch(() => "");
  }

  /** For what may be done twice: where the server goes away meanwhile, it is asked again. */
  async query<Row = Record<string, unknown>>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    const giveUpMs = performance.now() + BACK_WITHIN_MS;
    for (;;) {
      try {
        return (await this.#pool.query(sql, [...params])).rows as Row[];
      } catch (error) {
        if (!isLost(error) || performance.now() > giveUpMs) throw error;
        await rest(AGAIN_MS);
      }
    }
  }

  async connect(name = "soak"): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url, application_name: name });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }

  /** A session of its own, once the server is there. False where the server went away during the work, which is then given up. */
  async session(work: (client: pg.Client) => Promise<unknown>): Promise<boolean> {
    await this.query("select 1");
    let client: pg.Client | undefined;
    try {
      client = await this.connect();
      await work(client);
      return true;
    } catch (error) {
      if (isLost(error)) return false;
      throw error;
    } finally {
      await client?.end().catch(() => undefined);
    }
  }

  /** Kills the server with all its processes, as a machine that loses power does. */
  async crash(): Promise<void> {
    const [postmaster = ""] = (await readFile(join(this.#running.dataDir, "postmaster.pid"), "utf8")).split("\n");
    for (const pid of [Number(postmaster), ...(await childrenOf(postmaster))]) kill(pid);
  }

  async restart(mode: "fast" | "immediate"): Promise<void> {
    await this.#running.cluster.stop(mode);
    await this.start();
  }

  async start(): Promise<void> {
    await this.#running.cluster.start();
  }

  async stop(): Promise<void> {
    await this.#pool.end();
    await this.#running.remove();
  }
}

async function childrenOf(pid: string): Promise<number[]> {
  const all = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(all.map((name) => readFile(`/proc/${name}/stat`, "utf8").catch(() => "")));
  // `pid (name) state parent …`, and the name may hold anything.
  return all.filter((_, at) => stats[at]?.split(") ").at(-1)?.split(" ")[1] === pid).map(Number);
}

/** One that is gone already needs no signal. */
export function kill(pid: number, signal: "SIGKILL" | "SIGSTOP" | "SIGCONT" = "SIGKILL"): void {
  // Of 0 and below are groups of processes: this one's among them.
  if (!(pid > 0)) throw new RangeError(`${pid} is no process`);
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== "ESRCH") throw error;
  }
}

/** Whether an error says that the connection or the server is gone, and nothing about the statement. */
export function isLost(error: unknown): boolean {
  const code = errorCode(error);
  if (code !== undefined) return /^(08|57P0)|^E[A-Z]+$/.test(code);
  return error instanceof Error && /connection|not queryable/i.test(error.message);
}
