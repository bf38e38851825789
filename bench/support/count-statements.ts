/** How many of its prepared statements the daemon executes, by the server's own log. */
import { readFile } from "node:fs/promises";
import type pg from "pg";
import type { BenchServer } from "./bench-server.ts";
import { DAEMON_LOGIN } from "./marketplace.ts";

/** Runs `work` while the server logs every statement of the daemon's role; sessions must be opened in it. Returns one count for each name. */
export async function countStatements(
  server: BenchServer,
  session: pg.Client,
  names: readonly string[],
  work: () => Promise<void>,
): Promise<number[]> {
  const settings = ["log_min_duration_statement", "log_min_messages"] as const;
  await session.query(
    `alter role ${DAEMON_LOGIN.user} set ${settings[0]} = 0; alter role ${DAEMON_LOGIN.user} set ${settings[1]} = 'log'`,
  );
  const before = (await readFile(server.logFile, "utf8")).length;
  await work();
  await session.query(settings.map((name) => `alter role ${DAEMON_LOGIN.user} reset ${name}`).join("; "));
  const log = (await readFile(server.logFile, "utf8")).slice(before);
  return names.map((name) => log.split(`execute ${name}:`).length - 1);
}
