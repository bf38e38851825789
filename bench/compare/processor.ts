/** What processes have used of the processor and of memory, as Linux tells it. */
import { readdir, readFile } from "node:fs/promises";

/** Of one tick of the clock that Linux counts by. */
const TICK_MS = 10;
const COMMAND = /^.*\) /s;

interface Stat {
  readonly parent: number;
  readonly ownMs: number;
  /** Of its children that have ended. */
  readonly endedMs: number;
}

async function statOf(pid: number | string): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const fields = text.replace(COMMAND, "").split(" ").map(Number);
  const [, parent = 0] = fields;
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
  return { parent, ownMs: (user + system) * TICK_MS, endedMs: (endedUser + endedSystem) * TICK_MS };
}

/** Milliseconds of a process alone. */
export async function usedMs(pid: number): Promise<number> {
  return (await statOf(pid))?.ownMs ?? Number.NaN;
}

/** Milliseconds of a process and of all its children, also of those that have ended: a PostgreSQL server's, by its first process. */
export async function usedWithChildrenMs(pid: number): Promise<number> {
  const all = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(all.map(statOf));
  const children = stats.filter((stat) => stat?.parent === pid).reduce((sum, stat) => sum + (stat?.ownMs ?? 0), 0);
  const own = await statOf(pid);
  return (own?.ownMs ?? Number.NaN) + (own?.endedMs ?? 0) + children;
}

/** Bytes that a process has in memory. */
export async function residentBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1] ?? Number.NaN) * 1024;
}
