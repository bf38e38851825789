/**
 * How many files the process may open (RLIMIT_NOFILE), and what is left of them for sockets. Node raises its soft limit to the hard one
 * when it starts: there is nothing to do here but to keep some free, and to say where that is less than the limits on connections allow.
 */
import { readFile } from "node:fs/promises";
import { ConfigError } from "../config/errors.ts";
import type { Log } from "../config/log.ts";

/** For the database's sessions and their replacements, the modules and pages that Node opens, its own pipes: 45 at most were seen. */
const RESERVE = 100;
const LEAST = 2 * RESERVE;

/** What to do where there are too few. */
export const MORE_FILES = "raise LimitNOFILE= of the service, or ulimit -n";

export interface OpenFiles {
  /** How many connections of all kinds there may be; undefined: any number, or the system doesn't say. */
  readonly maxSockets: number | undefined;
  /** Says if that is less than the limits on connections allow, and what to do. */
  tell(log: Pick<Log, "info" | "warn">): void;
}

/**
 * @param readLimits the text of Linux' /proc/self/limits; rejects where there is none
 * @throws ConfigError if there is hardly room for any connection
 */
export async function openFiles(
  maxConnections: number,
  readLimits = (): Promise<string> => readFile("/proc/self/limits", "utf8"),
): Promise<OpenFiles> {
  const said = /^Max open files\s+(\d+)/m.exec(await readLimits().catch(() => ""))?.[1];
  if (said === undefined) return { maxSockets: undefined, tell: () => undefined };
  const nofile = Number(said);
  if (nofile < LEAST)
    throw new ConfigError(`only ${nofile} files may be open, deltad needs at least ${LEAST}: ${MORE_FILES}`);
  const room = nofile - RESERVE;
  const wanted = maxConnections + RESERVE;
  const advice = `there is room for ${room} connections only: ${MORE_FILES}, to ${wanted}, or lower DELTAD_MAX_CONNECTIONS`;
  return {
    maxSockets: room,
    tell: (log) => {
      if (room < maxConnections) log[room < maxConnections / 2 ? "warn" : "info"]({ nofile, maxConnections }, advice);
    },
  };
}
