/**
 * Real PostgreSQL servers for tests: the embedded one, and 15 where its binaries are installed. The runner starts each once and
 * passes its URL on; a test file that is run by itself starts its own.
 */
import { spawn } from "node:child_process";
import { after, before, describe } from "node:test";
import { access, chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import pg from "pg";
import { Cluster, type ClusterOptions } from "../../daemon/database/cluster.ts";
import { embeddedBinDir } from "../../daemon/database/embedded.ts";
import { serverUser } from "../../daemon/database/server-user.ts";

const FIFTEEN_BIN = "/usr/lib/postgresql/15/bin";
const SETTINGS = { fsync: "off", max_connections: 200, shared_buffers: "256MB", log_min_messages: "fatal" };

/** A database of its own for one test; dropped with its server's describe block. */
export interface TestDatabase {
  readonly name: string;
  /** The superuser's connection string. */
  readonly url: string;
  query<Row = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** A connected session, ended with the describe block. */
  client(): Promise<pg.Client>;
  drop(): Promise<void>;
}

export interface TestServer {
  readonly name: string;
  readonly major: number;
  createDatabase(): Promise<TestDatabase>;
}

/** Which servers there are, by major version, and how a running one is told of by the environment. */
export const KNOWN_SERVERS = [
  { name: "PostgreSQL 18", major: 18, variable: "DELTAD_TEST_PG18" },
  { name: "PostgreSQL 15", major: 15, variable: "DELTAD_TEST_PG15" },
] as const;

/** A running server, and how to end it. */
export interface RunningCluster {
  readonly cluster: Cluster;
  readonly dataDir: string;
  remove(): Promise<void>;
}

/** Starts a server of a test's own, which it may stop, kill and start again. */
export async function startCluster(
  major: number,
  { settings, ...more }: Pick<ClusterOptions, "settings" | "choosePort"> = {},
): Promise<RunningCluster> {
  const user = await serverUser(process.getuid?.());
  const base = await mkdtemp(join(tmpdir(), "deltad-test-"));
  await chmod(base, 0o755);
  if (user.uid !== undefined && user.gid !== undefined) await chown(base, user.uid, user.gid);
  const binDir = major === 15 ? FIFTEEN_BIN : await embeddedBinDir(user, base);
  const dataDir = join(base, "data");
  const cluster = new Cluster({
    binDir,
    dataDir,
    user,
    password: "test",
    settings: { ...SETTINGS, ...settings },
    ...more,
  });
  const release = removeWhenWeDie(base, dataDir);
  await cluster.start();
  const remove = async (): Promise<void> => {
    await cluster.stop("immediate");
    await rm(base, { recursive: true, force: true });
    release();
  };
  return { cluster, dataDir, remove };
}

/** The server runs detached: a test run that is killed would leave it behind. This waits for the end of a pipe that only we hold. */
function removeWhenWeDie(base: string, dataDir: string): () => void {
  const script = 'read -r _; kill -QUIT "$(head -n 1 "$0/postmaster.pid")"; sleep 1; rm -rf "$1"';
  const guard = spawn("/bin/sh", ["-c", script, dataDir, base], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  guard.unref();
  return () => guard.stdin.destroy();
}

/** A database on a server of a test's own: a new one, or that of a name as it is. */
export async function databaseOn(cluster: Cluster, existing?: string): Promise<TestDatabase> {
  const database = new OwnDatabase(cluster.url("postgres"), existing ?? newName());
  if (existing === undefined) await database.create();
  return database;
}

/** Why there is no such server here; undefined where there is one. `DELTAD_TEST_MAJOR=18` leaves the others out, for half the time. */
export async function missingServer(major: number): Promise<string | undefined> {
  const { DELTAD_TEST_MAJOR = String(major) } = process.env;
  if (DELTAD_TEST_MAJOR !== String(major)) return `only PostgreSQL ${DELTAD_TEST_MAJOR} is asked for`;
  if (major !== 15) return undefined;
  return access(join(FIFTEEN_BIN, "postgres")).then(
    () => undefined,
    () => `PostgreSQL 15's server binaries are not in ${FIFTEEN_BIN}`,
  );
}

/** One describe block per server; skipped, with the reason, where it is not installed. */
export async function onEachServer(title: string, define: (server: TestServer) => void): Promise<void> {
  for (const known of KNOWN_SERVERS) {
    const reason = await missingServer(known.major);
    describe(`${title} [${known.name}]`, { skip: reason ?? false }, () => {
      const server = new SharedServer(known);
      before(() => server.start());
      after(() => server.stop());
      define(server);
    });
  }
}

class SharedServer implements TestServer {
  readonly name: string;
  readonly major: number;
  readonly #givenUrl: string | undefined;
  readonly #databases: OwnDatabase[] = [];
  #own: RunningCluster | undefined;

  constructor(known: (typeof KNOWN_SERVERS)[number]) {
    this.name = known.name;
    this.major = known.major;
    this.#givenUrl = process.env[known.variable];
  }

  async start(): Promise<void> {
    if (!this.#givenUrl) this.#own = await startCluster(this.major);
  }

  async createDatabase(): Promise<TestDatabase> {
    const database = new OwnDatabase(this.#url(), newName());
    await database.create();
    this.#databases.push(database);
    return database;
  }

  async stop(): Promise<void> {
    for (const database of this.#databases) await database.drop();
    await this.#own?.remove();
  }

  #url(): string {
    const url = this.#givenUrl ?? this.#own?.cluster.url("postgres");
    if (!url) throw new Error(`${this.name} is not started`);
    return url;
  }
}

function newName(): string {
  return `test_${randomBytes(6).toString("hex")}`;
}

class OwnDatabase implements TestDatabase {
  readonly name: string;
  readonly url: string;
  readonly #adminUrl: string;
  readonly #clients: pg.Client[] = [];
  #shared: Promise<pg.Client> | undefined;
  #dropped = false;

  constructor(adminUrl: string, name: string) {
    this.name = name;
    this.#adminUrl = adminUrl;
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    this.url = url.href;
  }

  async create(): Promise<void> {
    await this.#asAdmin(`create database ${this.name}`);
  }

  async query<Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    this.#shared ??= this.client();
    return (await (await this.#shared).query(sql, [...params])).rows as Row[];
  }

  async client(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url });
    // The drop below ends whatever a test left open: that is no error of the test.
    client.on("error", () => undefined);
    await client.connect();
    this.#clients.push(client);
    return client;
  }

  async drop(): Promise<void> {
    if (this.#dropped) return;
    this.#dropped = true;
    await Promise.all(this.#clients.map((client) => client.end().catch(() => undefined)));
    await this.#asAdmin(`drop database if exists ${this.name} with (force)`);
  }

  async #asAdmin(sql: string): Promise<void> {
    const admin = new pg.Client({ connectionString: this.#adminUrl });
    await admin.connect();
    try {
      await admin.query(sql);
    } finally {
      await admin.end();
    }
  }
}

/** A connection to the database postgres, as its superuser or as a role whose password is "test". The test ends it with the cluster. */
export async function connectAs({ cluster }: RunningCluster, role?: string): Promise<pg.Client> {
  const url = new URL(cluster.url("postgres"));
  if (role) [url.username, url.password] = [role, "test"];
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  return client;
}
