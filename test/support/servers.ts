/**
 * Real PostgreSQL servers for tests: those of known-servers.ts. The runner starts each once and passes its URL on; a test file that
 * is run by itself starts its own.
 */
import { execFile, spawn } from "node:child_process";
import { after, before, describe } from "node:test";
import { chmod, chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import pg from "pg";
import { Cluster, type ClusterOptions } from "../../daemon/database/cluster.ts";
import { type ServerUser, serverUser } from "../../daemon/database/server-user.ts";
import { folderWithRoom } from "./folder-with-room.ts";
import { binDirOf, known, type KnownServer, knownServers, missingServer } from "./known-servers.ts";

const run = promisify(execFile);
const SETTINGS = {
  fsync: "off",
  max_connections: 200,
  shared_buffers: "256MB",
  max_wal_size: "256MB",
  // Compiling a statement of a test, such as the oracle's, takes longer than running it.
  jit: "off",
  log_min_messages: "fatal",
};

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

/** For a test's option `skip`: why the server has no MERGE, or false. */
export function withoutMerge({ major }: TestServer): string | false {
  return major < 15 && `PostgreSQL ${major} has no MERGE`;
}

/** A running server, and how to end it. */
export interface RunningCluster {
  readonly cluster: Cluster;
  readonly dataDir: string;
  /** The data directory as initdb made it, where that was asked for. */
  readonly pristine: string | undefined;
  remove(): Promise<void>;
}

export interface StartOptions extends Pick<ClusterOptions, "settings" | "choosePort"> {
  /** Keeps a copy of the new data directory for others to begin with. */
  readonly keepPristine?: boolean;
  /** Begins with a copy of this data directory, whose server is stopped. */
  readonly copyOf?: string;
  /** As a standby; where from is said by the setting `primary_conninfo`. */
  readonly standby?: boolean;
}

/**
 * Starts a server of a test's own, which it may stop, kill and start again. In a run of many files its data directory is a copy of one
 * that was made for all of them, so that such servers have one system identifier.
 */
export async function startCluster(
  major: number,
  { settings, keepPristine = false, copyOf, standby = false, ...more }: StartOptions = {},
): Promise<RunningCluster> {
  const user = await serverUser(process.getuid?.());
  const programs = await folderFor(user, tmpdir());
  const base = await folderFor(user, await folderWithRoom());
  const binDir = await binDirOf(major, user, programs);
  const dataDir = join(base, "data");
  const cluster = new Cluster({
    binDir,
    dataDir,
    user,
    password: "test",
    settings: { ...SETTINGS, ...settings },
    ...more,
  });
  const release = removeWhenWeDie(dataDir, [base, programs]);
  const made = copyOf ?? process.env[known(major).pristine];
  if (made) await copy(made, dataDir);
  else await cluster.initialise();
  const pristine = keepPristine ? join(base, "pristine") : undefined;
  if (pristine) await copy(dataDir, pristine);
  if (standby) await writeFile(join(dataDir, "standby.signal"), "");
  await cluster.start();
  const remove = async (): Promise<void> => {
    await cluster.stop("immediate");
    for (const folder of [base, programs]) await rm(folder, { recursive: true, force: true });
    release();
  };
  return { cluster, dataDir, pristine, remove };
}

/** With owners and modes, and in a tenth of the time that Node's own copying takes. */
async function copy(from: string, to: string): Promise<void> {
  await run("cp", ["-a", from, to]);
}

async function folderFor({ uid, gid }: ServerUser, above: string): Promise<string> {
  const folder = await mkdtemp(join(above, "deltad-test-"));
  await chmod(folder, 0o755);
  if (uid !== undefined && gid !== undefined) await chown(folder, uid, gid);
  return folder;
}

/** The server runs detached: a test run that is killed would leave it behind. This waits for the end of a pipe that only we hold. */
function removeWhenWeDie(dataDir: string, folders: readonly string[]): () => void {
  const script = 'read -r _; kill -QUIT "$(head -n 1 "$0/postmaster.pid")"; sleep 1; rm -rf "$@"';
  const guard = spawn("/bin/sh", ["-c", script, dataDir, ...folders], {
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

/** One describe block per major version, for tests that start servers of their own; skipped, with the reason, where it is not installed. */
export function onEachMajor(title: string, define: (major: number) => void): Promise<void> {
  return onEachKnown(title, ({ major }) => define(major));
}

/** One describe block per server; skipped, with the reason, where it is not installed. */
export function onEachServer(title: string, define: (server: TestServer) => void): Promise<void> {
  return onEachKnown(title, (of) => {
    const server = new SharedServer(of);
    before(() => server.start());
    after(() => server.stop());
    define(server);
  });
}

async function onEachKnown(title: string, define: (server: KnownServer) => void): Promise<void> {
  for (const server of knownServers()) {
    const reason = await missingServer(server.major);
    describe(`${title} [${server.name}]`, { skip: reason ?? false }, () => define(server));
  }
}

class SharedServer implements TestServer {
  readonly name: string;
  readonly major: number;
  readonly #givenUrl: string | undefined;
  readonly #databases: OwnDatabase[] = [];
  #own: RunningCluster | undefined;

  constructor(of: KnownServer) {
    this.name = of.name;
    this.major = of.major;
    this.#givenUrl = process.env[of.variable];
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
