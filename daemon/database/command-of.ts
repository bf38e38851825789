import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";

/** The command line of a living process; undefined where there is none. `ps` where there is no /proc (macOS). */
export async function commandOf(pid: string): Promise<string | undefined> {
  if (!/^\d+$/.test(pid)) return undefined;
  const fromProc = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  if (fromProc !== undefined) return fromProc;
  return new Promise((resolve) => {
    execFile("ps", ["-p", pid, "-o", "args="], (error, stdout) => resolve(error ? undefined : stdout));
  });
}
