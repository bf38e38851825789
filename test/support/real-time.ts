/**
 * The only way in which tests wait in real time; test/house/real-time.test.ts sees that there is no other. What takes an injected clock
 * is tested on one. Processes, sockets and servers don't: a test waits for what they say, or asks for it {@link eventually}.
 */
import { setTimeout } from "node:timers/promises";

/**
 * Why a test lets time pass without asking for anything:
 * - `silence`: that nothing happens for so long is what it tests;
 * - `chance`: it seeks a race, so when things meet is left to chance;
 * - `duration`: something outside of the test lives, works or is away for so long.
 */
export type Reason = "silence" | "chance" | "duration";

export function pause(ms: number, _why: Reason): Promise<void> {
  return setTimeout(ms);
}

export interface Patience {
  /** Milliseconds between two questions. */
  readonly everyMs?: number;
  /** Milliseconds until it gives up; no sound run comes near the default. */
  readonly withinMs?: number;
}

/** Asks again and again until it is so. Rejects, saying what did not come, when patience is over. */
export async function eventually(
  what: string | (() => string),
  isSo: () => boolean | Promise<boolean>,
  { everyMs = 20, withinMs = 30_000 }: Patience = {},
): Promise<void> {
  const giveUpMs = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > giveUpMs) {
      throw new Error(`waited ${withinMs / 1000} s in vain for ${typeof what === "string" ? what : what()}`);
    }
    await setTimeout(everyMs);
  }
}
