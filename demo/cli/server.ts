/** Where the demo's rows live: a server of its own, or a database that the operator gives. */
import { join } from "node:path";
import * as v from "valibot";
import { ConfigError } from "../../daemon/config/errors.ts";
import { OPTIONS } from "../../daemon/config/options.ts";
import { grantDaemon, readDaemonRole } from "../../daemon/database/daemon-role.ts";
import { Cluster } from "../../daemon/database/cluster.ts";
import { embeddedBinDir } from "../../daemon/database/embedded.ts";
import { serverUser } from "../../daemon/database/server-user.ts";
import { Session } from "../../daemon/database/session.ts";
import type { DemoHome, Kept } from "./home.ts";

const DATABASE = "marketplace";
/** The daemon's login; migrations make the group role that it is a member of. */
const DAEMON_LOGIN = "deltad_demo";

/** Loading an owner's season takes seconds on a small machine. */
const LOADING_MS = 120_000;

export interface DemoServer {
  /** Resolves to one line for people about where it is. */
  start(): Promise<string>;
  /** As the role that owns the marketplace. */
  url(): string;
  /** Call it when migrations are applied: the daemon's own connection string, with no more rights than it needs. */
  daemonUrl(session: Session): Promise<string>;
  readonly stop: () => Promise<void>;
  /** As pulling the plug; nothing of it stays behind. */
  stopAtOnce(): Promise<void>;
}

export function openSession(url: string, statementTimeoutMs = LOADING_MS): Promise<Session> {
  return Session.open({ url, role: "demo", statementTimeoutMs, settings: { search_path: "public" } });
}

/** PostgreSQL from the npm package, on a free loopback port, with its data in the demo's folder. */
export async function ownServer(home: DemoHome, kept: Kept, uid: number | undefined): Promise<DemoServer> {
  const user = await serverUser(uid);
  const folder = await home.serverFolder(user, kept);
  const binDir = await embeddedBinDir(user, folder);
  const cluster = new Cluster({ binDir, dataDir: join(folder, "data"), user, password: kept.superuserPassword });
  return {
    start: async () => {
      await cluster.start();
      await createDatabase(cluster);
      return `PostgreSQL listens on 127.0.0.1:${cluster.port}, its data is in ${folder}`;
    },
    url: () => cluster.url(DATABASE),
    daemonUrl: async (session) => {
      const role = await readDaemonRole(session);
      if (role === undefined) throw new Error("migrations are not applied");
      await session.script(daemonLogin(kept.daemonPassword) + grantDaemon(role, DAEMON_LOGIN));
      const url = new URL(cluster.url(DATABASE));
      url.username = DAEMON_LOGIN;
      url.password = kept.daemonPassword;
      return url.href;
    },
    stop: () => cluster.stop(),
    stopAtOnce: () => cluster.stop("immediate"),
  };
}

/** Somebody else's server: never stopped, and the daemon uses the login that was given. */
export function givenServer(url: string): DemoServer {
  if (!v.is(OPTIONS.databaseUrl.schema, url)) {
    throw new ConfigError("--database must be a URL like postgresql://user:password@host:port/database");
  }
  const { host, pathname } = new URL(url);
  return {
    start: () => Promise.resolve(`the rows live in the database ${host}${pathname}`),
    url: () => url,
    daemonUrl: () => Promise.resolve(url),
    stop: () => Promise.resolve(),
    stopAtOnce: () => Promise.resolve(),
  };
}

async function createDatabase(cluster: Cluster): Promise<void> {
  const session = await openSession(cluster.url("postgres"));
  try {
    const found = await session.query("select 1 from pg_database where datname = $1", [DATABASE]);
    if (found.length === 0) await session.script(`create database ${DATABASE}`);
  } finally {
    await session.close();
  }
}

/** The password is of our own making, in letters, digits, `-` and `_`. */
function daemonLogin(password: string): string {
  return `
    do $$ begin
      if not exists (select from pg_roles where rolname = '${DAEMON_LOGIN}') then create role ${DAEMON_LOGIN}; end if;
    end $$;
    alter role ${DAEMON_LOGIN} login password '${password}';
`;
}
