import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { commandOf } from "./command-of.ts";

/**
 * Whether a server runs on this data directory. A pid file can outlive its server (SIGKILL, a reboot, a copied folder) and its
 * pid be somebody else's by then, whom pg_ctl would signal: so the process must name the directory in its command line. A pid
 * file that names another directory or another program is removed, since PostgreSQL would refuse to start beside it.
 */
export async function postmasterRuns(dataDir: string): Promise<boolean> {
  const file = join(dataDir, "postmaster.pid");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return false;
  const [pid = "", directory] = text.split("\n");
  const command = await commandOf(pid);
  if (directory === dataDir && command?.includes(dataDir)) return true;
  // Of a dead process PostgreSQL itself knows how to tell whether its children are gone.
  if (directory !== dataDir || command !== undefined) await rm(file, { force: true });
  return false;
}
