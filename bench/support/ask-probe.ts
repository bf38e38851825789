import type { ChildProcess } from "node:child_process";
import type { ProbeQuestion } from "./heap-probe.ts";
import { reply } from "./task-process.ts";

/** What the probe within that process answers. */
export async function askProbe(child: ChildProcess, question: ProbeQuestion): Promise<number> {
  child.send(question);
  return (await reply(child)) as number;
}
