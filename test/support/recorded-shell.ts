import { runProgram } from "../../daemon/cli/program.ts";
import type { Shell } from "../../daemon/cli/shell.ts";

export interface RecordedShell extends Shell {
  readonly printed: string[];
  readonly complaints: string[];
}

/** A command's view of a process that is not there: keeps what it is told, and never gets a signal. */
export function recordedShell(facts: Partial<Shell> = {}): RecordedShell {
  const printed: string[] = [];
  const complaints: string[] = [];
  return {
    environment: {},
    cwd: "/nowhere",
    root: "/nowhere",
    pid: 1,
    uid: undefined,
    isTerminal: false,
    print: (line) => void printed.push(line),
    complain: (text) => void complaints.push(text),
    setExitCode: () => undefined,
    catchSignals: () => new AbortController().signal,
    ...facts,
    printed,
    complaints,
  };
}

/** A command run to its end, which must ask for no demo. Rejects with what it throws. */
export async function ranCommand(
  facts: Partial<Shell>,
  args: readonly string[],
): Promise<{ readonly code: number; readonly printed: readonly string[] }> {
  let code = 0;
  const shell = recordedShell({ ...facts, setExitCode: (told) => void (code = told) });
  await runProgram(shell, () => Promise.reject(new Error("there is no demo")), args);
  return { code, printed: shell.printed };
}
