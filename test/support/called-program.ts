/**
 * A command line run to its end in this process: the same commands, words and exit codes as those of `bin/deltad.js`, for a
 * twentieth of the time. test/cli also runs the real program, which shows what a process makes of each kind of outcome.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { outcomeOf } from "../../daemon/cli/outcome.ts";
import { runProgram } from "../../daemon/cli/program.ts";
import { demo } from "../../demo/cli/demo.ts";
import { recordedShell } from "./recorded-shell.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

type Variables = Readonly<Record<string, string>>;

export class CalledProgram {
  readonly #variables: Variables;

  /** `variables` of every run, unless the run says otherwise. A path of a file must be absolute. */
  constructor(variables: Variables) {
    this.#variables = variables;
  }

  /** Arguments are separated by single spaces. `output`: both of its streams. */
  async run(args: string, variables: Variables = {}): Promise<{ code: number; output: string }> {
    let output = "";
    let code = 0;
    const shell = recordedShell({
      root: ROOT,
      environment: { ...this.#variables, ...variables },
      print: (line) => void (output += `${line}\n`),
      complain: (text) => void (output += text),
      setExitCode: (set) => void (code = set),
    });
    try {
      await runProgram(shell, () => Promise.resolve(demo), args.split(" ").filter(Boolean));
    } catch (error) {
      const outcome = outcomeOf(error);
      code = outcome.code;
      output += outcome.said;
    }
    return { code, output };
  }

  /** It must exit with 78 and say this in one line, in which no value with the word "canary" appears. */
  async refuses(args: string, said: RegExp, variables: Variables = {}): Promise<void> {
    assertRefusal(await this.run(args, variables), said);
  }
}

export function assertRefusal({ code, output }: { code: number | undefined; output: string }, said: RegExp): void {
  assert.match(output, /^deltad: [^\n]+\n$/);
  assert.match(output.trimEnd(), said);
  assert.doesNotMatch(output, /canary/);
  assert.equal(code, 78);
}
