import { Command, InvalidArgumentError } from "commander";
import { readOption, refuseUnknownNames } from "../config/config.ts";
import { OPTIONS } from "../config/options.ts";
import { revokeTokens } from "../database/revoke-tokens.ts";
import { Session } from "../database/session.ts";
import { durationArgument } from "./duration.ts";
import type { Shell } from "./shell.ts";

interface RevokeOptions {
  readonly jti?: string;
  readonly subject?: string;
  readonly issuedUntil?: Date;
  readonly keep?: number;
}

const STATEMENT_MS = 10_000;

/** `deltad token revoke`: ends tokens before their time, on every daemon of the database. */
export function tokenRevokeCommand(shell: Shell): Command {
  return new Command("revoke")
    .description(
      "refuse one token, or all of a subject, in the database at DATABASE_URL; open connections close within 5 s",
    )
    .option("--jti <id>", "the token with this claim jti")
    .option("--subject <sub>", "every token with this claim sub")
    .option(
      "--issued-until <instant>",
      `with --subject: those issued at or before this instant; default now and ${OPTIONS.jwtLeewayS.name} more`,
      instant,
    )
    .option(
      "--keep <duration>",
      "how long to remember it, at least as long as such tokens live; default for ever",
      durationArgument,
    )
    .action(async (given: RevokeOptions, command: Command) => {
      if ((given.jti === undefined) === (given.subject === undefined)) {
        command.error("error: say which tokens with either --jti ID or --subject SUB");
      }
      if (given.jti !== undefined && given.issuedUntil !== undefined) {
        command.error("error: --issued-until is for --subject");
      }
      refuseUnknownNames(shell.environment);
      const leewayS = readOption(shell.environment, "jwtLeewayS");
      const url = readOption(shell.environment, "databaseUrl");
      const session = await Session.open({ url, role: "revoke", statementTimeoutMs: STATEMENT_MS });
      try {
        const until = await revokeTokens(session, given, leewayS);
        shell.print(until === undefined ? "Revoked." : `Revoked: every token of it that was issued until ${until}.`);
      } finally {
        await session.close();
      }
    });
}

function instant(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError("Write it like 2026-05-08T12:00:00Z.");
  return date;
}
