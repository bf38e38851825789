/** How many statements the daemon loads its owners with, by the server's own log. */
import { readFile } from "node:fs/promises";
import type pg from "pg";
import type { BenchServer } from "../support/bench-server.ts";
import { DAEMON_LOGIN } from "../support/marketplace.ts";

/** The loads' prepared statements. */
const LOAD = /execute deltad_(load|owner_rows):/g;

/** Runs `work` while the server logs every statement of the daemon's role; sessions must be opened in it. */
export async function countLoadStatements(
  server: BenchServer,
  session: pg.Client,
  work: () => Promise<void>,
): Promise<number> {
  const settings = ["log_min_duration_statement", "log_min_messages"] as const;
  await session.query(
    `alter role ${DAEMON_LOGIN.user} set ${settings[0]} = 0; alter role ${DAEMON_LOGIN.user} set ${settings[1]} = 'log'`,
  );
  const before = (await readFile(server.logFile, "utf8")).length;
  await work();
  await session.query(settings.map((name) => `alter role ${DAEMON_LOGIN.user} reset ${name}`).join("; "));
  return [...(await readFile(server.logFile, "utf8")).slice(before).matchAll(LOAD)].length;
}
