import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What the process holds, native buffers included, without garbage. */
export function memoryBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().rss;
}
