/** Loaded into a measured process (a daemon by `node --expose-gc --import`): answers its parent's questions about memory and time. */
import process from "node:process";
import { TurnWatch, usedMs } from "./turn-watch.ts";

const turns = new TurnWatch();

const ANSWERS = {
  /** Milliseconds of processor time used so far. */
  cpu: usedMs,
  /** Bytes of live objects, after a full collection. */
  heap: () => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  },
  /** Bytes that the process holds in memory, after a full collection. */
  rss: () => {
    globalThis.gc?.();
    return process.memoryUsage.rss();
  },
  /** The same without what the heap keeps free for later, which comes and goes by megabytes. */
  live: () => {
    globalThis.gc?.();
    const { rss, heapTotal, heapUsed } = process.memoryUsage();
    return rss - heapTotal + heapUsed;
  },
  /** Milliseconds of the longest turn of the loop since the last time somebody asked; watched from the first time on. */
  turn: () => turns.takeLongestMs(),
  /** Of them, the most that the process itself worked in one turn: on a busy machine a turn also waits for a processor. */
  work: () => turns.takeMostWorkMs(),
} as const;

export type ProbeQuestion = keyof typeof ANSWERS;

process.on("message", (question) => {
  if (isQuestion(question)) process.send?.(ANSWERS[question]());
});
// A channel to the parent must not keep the daemon alive.
process.channel?.unref();

function isQuestion(message: unknown): message is ProbeQuestion {
  return typeof message === "string" && message in ANSWERS;
}
