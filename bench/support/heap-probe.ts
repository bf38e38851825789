/** Preloaded into a measured daemon (`node --expose-gc --import`): answers its parent's questions about memory and time used. */
import process from "node:process";

const answer = (question: unknown): number => {
  if (question === "cpu") {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

process.on("message", (question) => process.send?.(answer(question)));
// A channel to the parent must not keep the daemon alive.
process.channel?.unref();
