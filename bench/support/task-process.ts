/** A process that does a part of a benchmark: it gets its task as a message, and answers with messages. */
import { type ChildProcess, fork, type Serializable } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The task goes as a message: a thousand tokens are too long for an argument. */
export function startTask(file: URL, task: unknown): ChildProcess {
  const child = fork(fileURLToPath(file), { serialization: "advanced" });
  child.send(task as Serializable);
  return child;
}

/** Rejects where the process ends instead. */
export function reply(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`a process of the benchmark ended with ${code}`));
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(message);
    });
  });
}
