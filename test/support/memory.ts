import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What the process holds, native buffers included, without garbage. */
export function memoryBytes(): number {
  collect();
  return process.memoryUsage().rss;
}

/** The bytes of live objects. */
export function heapBytes(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

function collect(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
