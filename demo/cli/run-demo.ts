/**
 * `deltad demo`: a database of its own with sample data in it, the daemon, and people who use it, until Ctrl-C.
 * It reads no DATABASE_URL, keeps its data and secrets between runs, and may be interrupted at any point and started again.
 */
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { Command } from "commander";
import { Held } from "../../daemon/config/held.ts";
import { createLog } from "../../daemon/cli/logger.ts";
import { reachable } from "../../daemon/cli/daemon-address.ts";
import { aborted, type Shell } from "../../daemon/cli/shell.ts";
import type { Log } from "../../daemon/config/log.ts";
import { optionsHelp } from "../../daemon/config/options-table.ts";
import { signToken } from "../../daemon/gateway/auth/auth.ts";
import { introduction } from "../introduction.ts";
import { Traffic } from "../traffic.ts";
import { fillDatabase, refuseSecondDemo } from "./fill-database.ts";
import { lockFolder } from "./folder-lock.ts";
import { DemoHome } from "./home.ts";
import { ReopenedSession } from "./reopened-session.ts";
import { type DemoServer, givenServer, openSession, ownServer } from "./server.ts";
import { demoConfig, type DemoSettings } from "./settings.ts";
import { refuseBusyPort, startDemoDaemon } from "./start-daemon.ts";
import { writeCommand } from "./write-command.ts";

const TOKEN_SECONDS = 86_400;

export function demoCommand(shell: Shell): Command {
  return new Command("demo")
    .description("try it out: PostgreSQL, sample data, the daemon and people who use it, all on this machine")
    .option("--database <url>", "an empty database to use, instead of a PostgreSQL of the demo's own")
    .addHelpText("after", optionsHelp())
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
async function bringUp({ shell, home, settings, server, log, held, stopping }: Parts): Promise<void> {
  held.add("PostgreSQL", server.stop);
  shell.print(await server.start());
  stopping.throwIfAborted();

  const databaseUrl = server.url();
  const session = await openSession(databaseUrl);
  held.add("the demo's session", () => session.close());
  const { configFile, host } = settings.config;
  const schemaFile = join(shell.root, "demo", "schema.sql");
  const owner = await fillDatabase({ session, url: databaseUrl, schemaFile, configFile, tell: shell.print, stopping });

  const config = { ...settings.config, databaseUrl: await server.daemonUrl(session) };
  const pageDir = join(shell.root, "dist", "demo-page");
  const daemon = await startDemoDaemon({ config, log, pageDir }, settings.portIsGiven);
  held.add("the daemon", () => daemon.stop());
  stopping.throwIfAborted();
  startTraffic(databaseUrl, owner, log, held);

  const url = `http://${reachable(host)}:${daemon.port}/`;
  const passwordFile = (await hasProgram("psql", shell.environment["PATH"])) ? home.passwordFile : undefined;
  held.add("the run file", () => home.removeRun());
  if (passwordFile !== undefined) await home.writePasswordFile(databaseUrl);
  const jwtSecret = settings.secret;
  await home.writeRun({ pid: shell.pid, url, port: daemon.port, databaseUrl, jwtSecret, configFile, owner });

  const token = signToken(jwtSecret, { owners: [owner], isAdmin: false, ttlSeconds: TOKEN_SECONDS });
  for (const line of introduction({ url, token, owner, databaseUrl, passwordFile, pid: shell.pid })) shell.print(line);
}

/** People use the marketplace from now on, most of them at `owner`'s. */
function startTraffic(databaseUrl: string, owner: string, log: Log, held: Held): void {
  const database = new ReopenedSession(() => openSession(databaseUrl));
  held.add("the traffic's session", () => database.close());
  const traffic = new Traffic({ database, owner, random: Math.random, log });
  held.add("the traffic", () => traffic.stop());
  traffic.start();
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
