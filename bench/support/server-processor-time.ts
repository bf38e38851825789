/**
 * What the server's processes for some sessions have used of the processor: steadier on a busy machine than any throughput. Others there
 * still empty its caches, which only adds: of many short rounds the cheapest counts. Linux alone tells it.
 */
import { access, readFile } from "node:fs/promises";

export function tellsProcessorTime(): Promise<boolean> {
  return access(`/proc/${process.pid}/schedstat`).then(
    () => true,
    () => false,
  );
}

/** Microseconds of all of these processes together. */
export async function usedUs(pids: readonly number[]): Promise<number> {
  const each = await Promise.all(
    pids.map(async (pid) => {
      const [nanoseconds] = (await readFile(`/proc/${pid}/schedstat`, "utf8")).split(" ");
      return Number(nanoseconds) / 1_000;
    }),
  );
  return each.reduce((sum, us) => sum + us, 0);
}
