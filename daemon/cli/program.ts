import { Command } from "commander";
import type { LoadDemo } from "./demo.ts";
import type { Shell } from "./shell.ts";

/** By what people type, in the order of `--help`. A command is loaded when it is called: all of them take three times as long. */
const COMMANDS: Readonly<Record<string, (shell: Shell, demo: LoadDemo) => Promise<Command>>> = {
  demo: async (shell, demo) => (await demo()).command(shell),
  start: async (shell) => (await import("./start.ts")).startCommand(shell),
  migrate: async (shell) => (await import("./migrate.ts")).migrateCommand(shell),
  token: async (shell, demo) => {
    const [{ tokenCommand }, { tokenRevokeCommand }] = await Promise.all([
      import("./token.ts"),
      import("./token-revoke.ts"),
    ]);
    return tokenCommand(shell, demo).addCommand(tokenRevokeCommand(shell));
  },
  verify: async (shell, demo) => (await import("./verify.ts")).verifyCommand(shell, demo),
  adopt: async (shell) => (await import("./adopt.ts")).adoptCommand(shell),
  cost: async (shell) => (await import("./cost.ts")).costCommand(shell),
  why: async (shell) => (await import("./why.ts")).whyCommand(shell),
  top: async (shell) => (await import("./top.ts")).topCommand(shell),
  doctor: async (shell) => (await import("./doctor.ts")).doctorCommand(shell),
};

/**
 * Runs a command line to its end. Bad usage and `--help` end in a CommanderError, after commander has written what it has to say.
 * @param args what follows the program's name
 */
export async function runProgram(shell: Shell, demo: LoadDemo, args: readonly string[]): Promise<void> {
  const [called = ""] = args;
  // Where it is none of them, commander lists or suggests them all.
  const wanted = Object.hasOwn(COMMANDS, called) ? [called] : Object.keys(COMMANDS);
  const loaders = Object.entries(COMMANDS).filter(([name]) => wanted.includes(name));
  const program = new Command("deltad")
    .description("Turns writes to PostgreSQL into live dashboards.")
    .helpCommand(false);
  for (const command of await Promise.all(loaders.map(([, load]) => load(shell, demo)))) program.addCommand(command);
  configure(program, shell, program.name());
  await program.parseAsync(args, { from: "user" });
}

/** On each command: one that was made by itself inherits nothing. `called` is what people type to call it. */
function configure(command: Command, shell: Shell, called: string): void {
  command
    .exitOverride()
    // Options that stand behind a command are its own: `token` and `token revoke` both know --subject.
    .enablePositionalOptions()
    .configureOutput({ writeOut: (text) => shell.print(text.trimEnd()), writeErr: shell.complain })
    .showHelpAfterError(`(${called} --help says how it is used)`)
    .allowExcessArguments(false);
  for (const child of command.commands) configure(child, shell, `${called} ${child.name()}`);
}
