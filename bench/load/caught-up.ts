import type { ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { reply } from "../support/task-process.ts";

/** Waits until what clients answer to `"counts"` comes to so many in all, or for no longer than that. */
export async function caughtUp(clients: ChildProcess, expected: number, withinMs: number): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  for (let counted = 0; counted < expected && performance.now() < deadlineMs; ) {
    clients.send("counts");
    counted = ((await reply(clients)) as number[]).reduce((sum, count) => sum + count, 0);
    await pause(50);
  }
}
