import { Command, InvalidArgumentError } from "commander";
import { readOption, refuseUnknownNames } from "../config/config.ts";
import { ConfigError } from "../config/errors.ts";
import { OPTIONS } from "../config/options.ts";
import { errorCode } from "../database/reason.ts";
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
const ADVICE: ReadonlyMap<string, string> = new Map([
  [
    "42501",
    "This role may not revoke tokens: use the one that applies migrations, or grant it EXECUTE on deltad.revoke_token.",
  ],
  ["3F000", "The database has no deltad objects, or older ones: run `deltad migrate apply`."],
  ["42883", "The database has no deltad objects, or older ones: run `deltad migrate apply`."],
]);

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
      const until = await revoke(readOption(shell.environment, "databaseUrl"), given, leewayS);
      shell.print(until === undefined ? "Revoked." : `Revoked: every token of it that was issued until ${until}.`);
    });
}

/**
 * Of a subject, up to which instant. By default that is the leeway after now: a token made on a clock that runs ahead says that it was
 * issued later than it was.
 */
async function revoke(
  url: string,
  { jti, subject, issuedUntil, keep }: RevokeOptions,
  leewayS: number,
): Promise<string | undefined> {
  const session = await Session.open({ url, role: "revoke", statementTimeoutMs: STATEMENT_MS });
  try {
    // The database's clock is the one that all daemons of it share.
    const [revoked] = await session.query<{ until: Date | null }>(
      `select until, deltad.revoke_token($1::text, $2::text, until, now + $4::float8 * interval '1 second')
         from clock_timestamp() now,
              lateral (select case when $2::text is not null
                              then coalesce($3::timestamptz, now + $5::float8 * interval '1 second') end) u(until)`,
      [jti, subject, issuedUntil?.toISOString(), keep, leewayS],
    );
    return revoked?.until?.toISOString();
  } catch (error) {
    const advice = ADVICE.get(errorCode(error) ?? "");
    throw advice === undefined ? error : new ConfigError(advice);
  } finally {
    await session.close();
  }
}

function instant(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError("Write it like 2026-05-08T12:00:00Z.");
  return date;
}
