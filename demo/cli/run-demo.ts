/**
 * `deltad demo`: a database of its own with sample data in it, the daemon, and people who use it, until Ctrl-C.
 * It reads no DATABASE_URL, keeps its data and secrets between runs, and may be interrupted at any point and started again.
 */
import { access, constants } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { delimiter, join } from "node:path";
import { Command } from "commander";
import { Held } from "../../daemon/config/held.ts";
import { createLog } from "../../daemon/cli/logger.ts";
import { reachable } from "../../daemon/cli/daemon-address.ts";
import { aborted, type Shell } from "../../daemon/cli/shell.ts";
import type { Log } from "../../daemon/config/log.ts";
import { optionsHelp } from "../../daemon/config/options-table.ts";
import { configuredAuth, signToken } from "../../daemon/gateway/auth/auth.ts";
import { Application } from "../conversations/application.ts";
import { shownPeople } from "../conversations/load.ts";
import { introduction } from "../introduction.ts";
import { Traffic } from "../traffic.ts";
import { fillDatabase, refuseSecondDemo } from "./fill-database.ts";
import { lockFolder } from "./folder-lock.ts";
import { DemoHome } from "./home.ts";
import { linkedPages } from "./linked-pages.ts";
import { ReopenedSession } from "./reopened-session.ts";
import { type DemoServer, givenServer, openSession, ownServer } from "./server.ts";
import { demoConfig, type DemoSettings, UNREAD_OPTIONS } from "./settings.ts";
import { refuseBusyPort, startDemoDaemon } from "./start-daemon.ts";
import { writeCommand } from "./write-command.ts";

const TOKEN_SECONDS = 86_400;
/** Of those who write, one after another: with the database standing still, the longest that somebody waits for a refusal. */
const WRITE_MS = 10_000;

export function demoCommand(shell: Shell): Command {
  return new Command("demo")
    .description("try it out: PostgreSQL, sample data, the daemon and people who use it, all on this machine")
    .option("--database <url>", "an empty database to use, instead of a PostgreSQL of the demo's own")
    .addHelpText("after", optionsHelp(UNREAD_OPTIONS))
    .action(({ database }: { database?: string }) => runDemo(shell, database))
    .addCommand(writeCommand(shell));
}

async function runDemo(shell: Shell, database: string | undefined): Promise<void> {
  const home = new DemoHome(shell.root, shell.cwd);
  await home.make();
  await refuseSecondDemo(home);
  const unlock = await lockFolder(home.folder, shell.pid);
  try {
    await runIn(home, shell, database);
  } finally {
    await unlock();
  }
}

async function runIn(home: DemoHome, shell: Shell, database: string | undefined): Promise<void> {
  let server: DemoServer | undefined;
  const stopping = shell.catchSignals(async () => server?.stopAtOnce());
  const kept = await home.keep();
  const settings = demoConfig(shell.environment, join(shell.root, "demo", "deltad.config.ts"), kept.jwtSecret);
  const { config } = settings;
  const log = createLog({ level: config.logLevel, forPeople: shell.isTerminal, write: shell.complain });
  const held = new Held(log);
  try {
    if (settings.portIsGiven) await refuseBusyPort(config);
    server = database === undefined ? await ownServer(home, kept, shell.uid) : givenServer(database);
    await bringUp({ shell, home, settings, server, log, held, stopping });
    await aborted(stopping);
  } catch (error) {
    if (!stopping.aborted) throw error;
  } finally {
    if (stopping.aborted) shell.print("stopping (once more: at once) …");
    await held.releaseAll();
  }
}

interface Parts {
  readonly shell: Shell;
  readonly home: DemoHome;
  readonly settings: DemoSettings;
  readonly server: DemoServer;
  readonly log: Log;
  readonly held: Held;
  readonly stopping: AbortSignal;
}

/** Everything that must be stopped again is in `held` when this returns or throws, what came last first. */
async function bringUp(parts: Parts): Promise<void> {
  const { shell, home, settings, server, log, held, stopping } = parts;
  held.add("PostgreSQL", server.stop);
  shell.print(await server.start());
  stopping.throwIfAborted();

  const databaseUrl = server.url();
  const session = await openSession(databaseUrl);
  held.add("the demo's session", () => session.close());
  const { configFile } = settings.config;
  const schemaFile = join(shell.root, "demo", "schema.sql");
  const owner = await fillDatabase({ session, url: databaseUrl, schemaFile, configFile, tell: shell.print, stopping });
  const people = await shownPeople(session, owner);

  const database = new ReopenedSession(() => openSession(databaseUrl, WRITE_MS));
  held.add("the session of those who write", () => database.close());
  const { url, port, conversationsUrl } = await startServers(parts, database, await server.daemonUrl(session));
  stopping.throwIfAborted();
  const traffic = new Traffic({ database, owner, random: Math.random, log });
  held.add("the traffic", () => traffic.stop());
  traffic.start();

  const passwordFile = (await hasProgram("psql", shell.environment["PATH"])) ? home.passwordFile : undefined;
  held.add("the run file", () => home.removeRun());
  if (passwordFile !== undefined) await home.writePasswordFile(databaseUrl);
  const jwtSecret = settings.secret;
  await home.writeRun({ pid: shell.pid, url, port, databaseUrl, jwtSecret, configFile, owner });

  const sign = (owners: readonly string[], subject: string): string =>
    signToken(jwtSecret, {
      owners,
      topics: owners.map((each) => `trends:${each}`),
      subject,
      isAdmin: false,
      ttlSeconds: TOKEN_SECONDS,
    });
  const adminToken = signToken(jwtSecret, { owners: [], isAdmin: true, ttlSeconds: TOKEN_SECONDS });
  const [token, guestToken] = [sign([owner], people.speaker), sign([], people.guest)];
  const { pid } = shell;
  for (const line of introduction({
    url,
    token,
    adminToken,
    conversationsUrl,
    guestToken,
    owner,
    databaseUrl,
    passwordFile,
    pid,
  }))
    shell.print(line);
}

interface Servers {
  /** Addresses, with a slash at the end: deltad's, and of the conversations. */
  readonly url: string;
  readonly conversationsUrl: string;
  /** Deltad's. */
  readonly port: number;
}

/** The marketplace's own server and deltad: the pages of each know where the other is. */
async function startServers(
  { shell, home, settings, log, held }: Parts,
  database: ReopenedSession,
  databaseUrl: string,
): Promise<Servers> {
  const { host, origins } = settings.config;
  const pages = join(shell.root, "dist", "demo-page");
  const application = new Application({
    host,
    database,
    auth: configuredAuth(settings.config, log, { lists: [] }),
    pageDir: pages,
    log,
  });
  held.add("the server of conversations", () => application.stop());
  const applicationPort = await application.start();
  const config = { ...settings.config, databaseUrl, origins: [...origins, ...originsOf(host, applicationPort)] };
  const pageDir = await linkedPages(pages, join(home.folder, "page"), applicationPort);
  const daemon = await startDemoDaemon({ config, log, pageDir }, settings.portIsGiven);
  held.add("the daemon", () => daemon.stop());
  application.showDeltad(daemon.port);
  const address = (port: number): string => `http://${reachable(host)}:${port}/`;
  return { url: address(daemon.port), conversationsUrl: address(applicationPort), port: daemon.port };
}

/** By which browsers know the pages of that port: on this machine, and on others where it listens on every address. */
export function originsOf(host: string, port: number, interfaces = networkInterfaces()): string[] {
  const isEverywhere = host === "0.0.0.0" || host === "::";
  const own = isEverywhere ? Object.values(interfaces).flatMap((addresses = []) => addresses) : [];
  const names = [host, "127.0.0.1", "localhost", ...own.map(({ address }) => address)].map(reachable);
  return [...new Set(names)].map((name) => `http://${name}:${port}`);
}

/** Whether a shell would find the program in `path`. */
async function hasProgram(name: string, path: string | undefined): Promise<boolean> {
  const folders = (path ?? "").split(delimiter).filter(Boolean);
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, name), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
