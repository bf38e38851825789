import { Command, InvalidArgumentError, Option } from "commander";
import { readOption, refuseUnknownNames } from "../config/config.ts";
import { ConfigError } from "../config/errors.ts";
import { OPTIONS } from "../config/options.ts";
import { signToken } from "../gateway/auth/auth.ts";
import { parseTopic } from "../../protocol/topic.ts";
import type { LoadDemo } from "./demo.ts";
import { durationArgument } from "./duration.ts";
import type { Shell } from "./shell.ts";

interface TokenOptions {
  readonly owner: string[];
  readonly topic: string[];
  readonly subject?: string;
  readonly admin: boolean;
  readonly ttl: number;
}

/** `deltad token`: for trying things out, and for scripts. */
export function tokenCommand(shell: Shell, demo: LoadDemo): Command {
  return new Command("token")
    .description(
      "print a token for owners, or for a member of channels, signed with DELTAD_JWT_SECRET or, without it, with the running demo's secret",
    )
    .option("--owner <id>", "an owner whose metrics the token opens; may be repeated", append, [])
    .option(
      "--topic <name>",
      "a topic of another kind that it opens, such as room:12; may be repeated",
      appendTopic,
      [],
    )
    .option(
      "--subject <sub>",
      "whose token it is: its claim sub, which opens the channels whose members name it, and by which all of theirs can be revoked",
    )
    .option("--admin", "opens every owner and every channel", false)
    .addOption(
      new Option("--ttl <duration>", "how long it lives: 90s, 30m, 1h, 7d")
        .argParser(durationArgument)
        .default(3_600, "1h"),
    )
    .action(async ({ owner, topic, subject, admin, ttl }: TokenOptions, command: Command) => {
      if (owner.length + topic.length === 0 && subject === undefined && !admin)
        command.error(
          "error: name an owner with --owner ID, another topic with --topic KIND:KEY, a member of channels with --subject SUB, or all with --admin",
        );
      shell.print(
        signToken(await findSecret(shell, demo), {
          owners: owner,
          topics: topic,
          subject,
          isAdmin: admin,
          ttlSeconds: ttl,
          issuer: readOption(shell.environment, "jwtIssuer"),
          audience: readOption(shell.environment, "jwtAudience"),
        }),
      );
    });
}

async function findSecret(shell: Shell, demo: LoadDemo): Promise<string> {
  refuseUnknownNames(shell.environment);
  const given = readOption(shell.environment, "jwtSecret");
  if (given !== undefined) return given;
  const run = await (await demo()).findRunning(shell);
  if (run) return run.jwtSecret;
  throw new ConfigError(
    `there is no running demo here whose secret could be used: start it with npm start, or set ${OPTIONS.jwtSecret.name}`,
  );
}

function append(owner: string, before: string[]): string[] {
  if (owner === "") throw new InvalidArgumentError("An owner's id is not empty.");
  return [...before, owner];
}

function appendTopic(topic: string, before: string[]): string[] {
  if (parseTopic(topic) === undefined) throw new InvalidArgumentError("A topic is written KIND:KEY.");
  return [...before, topic];
}
