/** Loaded into a measured process (a daemon by `node --expose-gc --import`): answers its parent's questions about memory and time. */
import process from "node:process";
import { setTimeout } from "node:timers/promises";
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
  rss: async () => {
    await collect();
    return process.memoryUsage.rss();
  },
  /** The same without what the heap keeps free for later, which comes and goes by megabytes. */
  live: async () => {
    await collect();
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
  if (isQuestion(question)) void answer(question);
});
// A channel to the parent must not keep the daemon alive.
process.channel?.unref();

async function answer(question: ProbeQuestion): Promise<void> {
  process.send?.(await ANSWERS[question]());
}

/** A full collection; the pages that it frees are given back in the background, and some only by the next one. */
async function collect(): Promise<void> {
  globalThis.gc?.();
  await setTimeout(1_000);
  globalThis.gc?.();
  await setTimeout(1_000);
}

function isQuestion(message: unknown): message is ProbeQuestion {
  return typeof message === "string" && message in ANSWERS;
}
