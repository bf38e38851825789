/** The real program, `bin/deltad.js`, run as its own process in a clone of its own, with nothing in its environment but what is said. */
import { assertRefusal } from "./called-program.ts";
import { Clone, type DemoProcess } from "./demo-clone.ts";
import { SECRET } from "./tokens.ts";

type Variables = Readonly<Record<string, string>>;

/** What a daemon of the demo's marketplace needs. */
export function demoOn(databaseUrl: string): Variables {
  return { DATABASE_URL: databaseUrl, DELTAD_CONFIG: "demo/deltad.config.ts", DELTAD_JWT_SECRET: SECRET };
}

export class DeltadProgram {
  readonly #clone: Clone;
  readonly #variables: Variables;

  private constructor(clone: Clone, variables: Variables) {
    this.#clone = clone;
    this.#variables = variables;
  }

  /** `variables` of every run, unless the run says otherwise. Paths in arguments are relative to the clone. */
  static async make(variables: Variables): Promise<DeltadProgram> {
    return new DeltadProgram(await Clone.make({ closed: false }), variables);
  }

  get folder(): string {
    return this.#clone.folder;
  }

  /** Arguments are separated by single spaces. */
  start(args: string, variables: Variables = {}): DemoProcess {
    return this.#clone.start({ ...this.#variables, ...variables }, commandOf(args));
  }

  /** It may open no more than so many files. */
  startWithFiles(most: number, args: string): DemoProcess {
    return this.#clone.start(this.#variables, [
      "sh",
      "-c",
      'ulimit -n "$0" && exec "$@"',
      String(most),
      ...commandOf(args),
    ]);
  }

  /** Runs it to its end. */
  async run(args: string, variables: Variables = {}): Promise<{ code: number | undefined; output: string }> {
    const started = this.start(args, variables);
    return { code: await started.exited, output: started.output };
  }

  /** It must exit with 78 and say this in one line, in which no value with the word "canary" appears. */
  async refuses(args: string, said: RegExp, variables: Variables = {}): Promise<void> {
    assertRefusal(await this.run(args, variables), said);
  }

  /** Ends what still runs. */
  remove(): Promise<void> {
    return this.#clone.remove();
  }
}

function commandOf(args: string): string[] {
  return [process.execPath, "bin/deltad.js", ...args.split(" ").filter(Boolean)];
}
