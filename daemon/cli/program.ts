import { Command } from "commander";
import { demoCommand } from "./demo.ts";
import { demoWriteCommand } from "./demo-write.ts";
import { migrateCommand } from "./migrate.ts";
import type { Shell } from "./shell.ts";
import { startCommand } from "./start.ts";
import { tokenCommand } from "./token.ts";

/** All commands. Bad usage and `--help` end in a CommanderError, after commander has written what it has to say. */
export function createProgram(shell: Shell): Command {
  const program = new Command("deltad")
    .description("Turns writes to PostgreSQL into live dashboards.")
    .helpCommand(false)
    .addCommand(demoCommand(shell).addCommand(demoWriteCommand(shell)))
    .addCommand(startCommand(shell))
    .addCommand(migrateCommand(shell))
    .addCommand(tokenCommand(shell));
  for (const command of withChildren(program)) {
    // Set on each: a command that is made by itself does not inherit it.
    command
      .exitOverride()
      .configureOutput({ writeOut: (text) => shell.print(text.trimEnd()), writeErr: shell.complain });
    command.showHelpAfterError(`(${command.name()} --help says how it is used)`).allowExcessArguments(false);
  }
  return program;
}

function withChildren(command: Command): Command[] {
  return [command, ...command.commands.flatMap((child) => withChildren(child as Command))];
}
