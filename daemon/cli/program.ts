import { Command } from "commander";
import type { Demo } from "./demo.ts";
import { migrateCommand } from "./migrate.ts";
import type { Shell } from "./shell.ts";
import { startCommand } from "./start.ts";
import { tokenCommand } from "./token.ts";
import { tokenRevokeCommand } from "./token-revoke.ts";
import { verifyCommand } from "./verify.ts";

/** All commands. Bad usage and `--help` end in a CommanderError, after commander has written what it has to say. */
export function createProgram(shell: Shell, demo: Demo): Command {
  const program = new Command("deltad")
    .description("Turns writes to PostgreSQL into live dashboards.")
    .helpCommand(false)
    .addCommand(demo.command(shell))
    .addCommand(startCommand(shell))
    .addCommand(migrateCommand(shell))
    .addCommand(tokenCommand(shell, demo).addCommand(tokenRevokeCommand(shell)))
    .addCommand(verifyCommand(shell, demo));
  configure(program, shell, program.name());
  return program;
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
