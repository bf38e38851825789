/** The PostgreSQL server that a benchmark runs on: one of its own, set as a production server of this size would be. */
import { readFile } from "node:fs/promises";
import pg from "pg";
import { type RunningCluster, startCluster } from "../../test/support/servers.ts";

/** The settings that figures depend on. Printed beside them. */
const SETTINGS = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  shared_buffers: "1GB",
  max_wal_size: "8GB",
  checkpoint_timeout: "30min",
  max_connections: 100,
  autovacuum: "on",
};

export class BenchServer {
  readonly #running: RunningCluster;
  readonly #clients: pg.Client[] = [];

  private constructor(running: RunningCluster) {
    this.#running = running;
  }

  static async start(major: number): Promise<BenchServer> {
    // Of its own folder, where the server runs.
    const settings = { ...SETTINGS, unix_socket_directories: "." };
    return new BenchServer(await startCluster(major, { settings }));
  }

  /** The superuser's connection string. */
  url(database: string): string {
    return this.#running.cluster.url(database);
  }

  /** For programs on libpq: as an application on the server's machine connects. */
  socketUrl(database: string): string {
    return `${this.url(database)}?host=${encodeURIComponent(this.#running.dataDir)}`;
  }

  /** A superuser's session, ended with the server. */
  async session(database: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url(database) });
    client.on("error", () => undefined);
    await client.connect();
    this.#clients.push(client);
    return client;
  }

  async createDatabase(name: string): Promise<pg.Client> {
    const admin = await this.session("postgres");
    await admin.query(`create database ${name}`);
    return this.session(name);
  }

  /** The server's version and the settings above, as the server reports them. */
  async describe(): Promise<string> {
    const admin = await this.session("postgres");
    const names = Object.keys(SETTINGS);
    const { rows } = await admin.query<{ name: string; value: string }>(
      "select name, current_setting(name) as value from pg_settings where name = any($1) or name = 'server_version' order by name",
      [names],
    );
    const values = new Map(rows.map(({ name, value }) => [name, value]));
    return [
      `PostgreSQL ${values.get("server_version") ?? "?"}`,
      ...names.map((name) => `${name}=${values.get(name) ?? "?"}`),
    ].join(" ");
  }

  /** The server's own log file, for counting statements. */
  get logFile(): string {
    return `${this.#running.dataDir}/server.log`;
  }

  /** Of the server's first process. */
  async pid(): Promise<number> {
    const [pid] = (await readFile(`${this.#running.dataDir}/postmaster.pid`, "utf8")).split("\n");
    return Number(pid);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end().catch(() => undefined)));
    await this.#running.remove();
  }
}
