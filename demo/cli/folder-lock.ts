import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "../../daemon/config/errors.ts";
import { commandOf } from "../../daemon/database/command-of.ts";

/** Among the arguments, which /proc separates by NUL. */
const DEMO = /[\0 ]demo([\0 ]|$)/;

/**
 * Makes this process the only demo of a folder, from before it touches anything there: a second one would stop the first one's
 * server to start its own. What a killed demo left is known by its process, which is gone or another program by then.
 * @returns how to give the folder back
 * @throws ConfigError where another demo has it
 */
export async function lockFolder(folder: string, pid: number): Promise<() => Promise<void>> {
  const lock = join(folder, "lock");
  const mine = join(folder, `lock.${pid}`);
  await writeFile(mine, String(pid));
  try {
    while (!(await taken(mine, lock))) await removeIfLeft(lock, pid);
  } finally {
    await rm(mine, { force: true });
  }
  return () => rm(lock, { force: true });
}

/** Whole or not at all: nobody sees a lock that does not say yet whose it is. */
async function taken(mine: string, lock: string): Promise<boolean> {
  try {
    await link(mine, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function removeIfLeft(lock: string, pid: number): Promise<void> {
  const holder = await readFile(lock, "utf8").catch(() => undefined);
  if (holder === undefined) return;
  // In a container each run may have the same process id.
  if (holder !== String(pid) && DEMO.test((await commandOf(holder)) ?? "")) {
    throw new ConfigError(`another demo starts or runs in this folder: wait for it, or stop it with: kill ${holder}`);
  }
  await rm(lock, { force: true });
}
