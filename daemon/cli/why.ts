import { Command, InvalidArgumentError } from "commander";
import { checkCapture } from "../capture/check.ts";
import { isGiven, readOption, refuseUnknownNames } from "../config/config.ts";
import { ConfigError } from "../config/errors.ts";
import { OPTIONS } from "../config/options.ts";
import { tellFinding } from "../database/findings.ts";
import { Session } from "../database/session.ts";
import { LOOKS_ONLY } from "../dba/examination.ts";
import { readRowHistory, readSkippingRoles, readTransaction } from "../dba/row-history.ts";
import { type Reason, reasonOfTransaction, reasonsOf } from "../dba/why.ts";
import { loadDefinitionFile } from "../define/definition-file.ts";
import { captureChoices } from "../plan/capture-choices.ts";
import { type Compiled, compileKinds } from "../plan/compile.ts";
import { keyColumns, type WatchedTable } from "../plan/watched-table.ts";
import { type AdminAddress, AdminClient, adminAddress } from "./admin-client.ts";
import { followersOf, tellFollowers } from "./followers.ts";
import type { Shell } from "./shell.ts";
import { tellTold, toldOf } from "./told.ts";

interface WhyArguments extends AdminAddress {
  readonly transaction?: string;
  readonly subject?: string;
  readonly json: boolean;
  readonly config?: string;
}

const STATEMENT_MS = 30_000;

/** `deltad why`: what became of a row's writes, from its table to who follows it. */
export function whyCommand(shell: Shell): Command {
  return new Command("why")
    .description(
      "say what became of the latest writes of a row in DATABASE_URL: whether they were recorded, which topics they concern, and who follows these; it writes nothing",
    )
    .argument("<table>", "as the configuration calls the source, or as the database calls the table")
    .argument("[key...]", "the row's key, a value for each of its columns")
    .option("--transaction <number>", "what became of a transaction, by its pg_current_xact_id()", transactionNumber)
    .option("--subject <sub>", "whether connections of this sub follow the topics; needs the operator's listener")
    .option("--url <url>", "the operator's listener of a daemon, instead of DELTAD_ADMIN_HOST and DELTAD_ADMIN_PORT")
    .option("--token-file <file>", "a file with a token of it, instead of the first of DELTAD_ADMIN_TOKENS")
    .option("--json", "print one JSON document", false)
    .option("--config <file>", `instead of ${OPTIONS.configFile.name}`)
    .action(async (name: string, key: string[], given: WhyArguments) => {
      refuseUnknownNames(shell.environment);
      const definition = await loadDefinitionFile(given.config ?? readOption(shell.environment, "configFile"));
      const compiled = compileKinds(definition);
      const table = tableOf(compiled, name);
      if (table.isKeyless || key.length !== keyColumns(table).length)
        throw new ConfigError(`a row of ${table.table} is named by its key: ${keyColumns(table).join(" and ")}`);
      const reasons = await lookAt(
        shell,
        compiled,
        { table, key, transaction: given.transaction },
        captureChoices(definition),
      );
      const client =
        isGiven(shell.environment, "adminPort") || given.url !== undefined
          ? new AdminClient(await adminAddress(shell.environment, given))
          : undefined;
      if (client === undefined && given.subject !== undefined)
        throw new ConfigError(
          `--subject needs the operator's listener: say where it is by ${OPTIONS.adminPort.name} or --url`,
        );
      const topics = [...new Set(reasons.flatMap((reason) => reason.topics ?? []))];
      const followers = client && (await followersOf(client, topics, given.subject));
      const written = given.transaction ?? reasons.find((reason) => reason.topics !== undefined)?.transaction;
      const told = client && written !== undefined ? await toldOf(client, topics, written, given.subject) : undefined;
      if (given.json)
        return shell.print(JSON.stringify({ reasons, ...(followers && { followers }), ...(told && { told }) }));
      for (const { meaning } of reasons) shell.print(meaning);
      for (const line of followers ? tellFollowers(followers) : []) shell.print(line);
      for (const line of told ? tellTold(told) : []) shell.print(line);
      if (client === undefined && topics.length > 0)
        shell.print(
          `Who follows them is known to the daemon: set ${OPTIONS.adminPort.name} and ${OPTIONS.adminTokens.name} as it has them.`,
        );
    });
}

interface Asked {
  readonly table: WatchedTable;
  readonly key: readonly string[];
  readonly transaction: string | undefined;
}

async function lookAt(
  shell: Shell,
  { plans, channels }: Compiled,
  { table, key, transaction }: Asked,
  choices: ReturnType<typeof captureChoices>,
): Promise<Reason[]> {
  const session = await Session.open({
    url: readOption(shell.environment, "databaseUrl"),
    role: "why",
    statementTimeoutMs: STATEMENT_MS,
    settings: LOOKS_ONLY,
  });
  try {
    const findings = await checkCapture(session, [table], choices);
    const reasons = reasonsOf(table, [...plans, ...channels], await readRowHistory(session, table, key));
    const roles = await readSkippingRoles(session);
    return [
      ...(transaction === undefined
        ? []
        : [reasonOfTransaction(transaction, await readTransaction(session, transaction))]),
      ...reasons,
      ...findings.map((found): Reason => ({ code: found.code, meaning: tellFinding(found) })),
      ...(roles.length === 0
        ? []
        : [
            {
              code: "skipped_by_role",
              meaning: `Writes of ${roles.join(", ")} leave capture out: all topics are read again after them, without events.`,
            } as const,
          ]),
    ];
  } finally {
    await session.close();
  }
}

function tableOf({ tables }: Compiled, name: string): WatchedTable {
  const found = tables.find(({ source, schema, table }) => [source, table, `${schema}.${table}`].includes(name));
  if (found !== undefined) return found;
  const known = tables.map(({ schema, table }) => (schema === "public" ? table : `${schema}.${table}`));
  throw new ConfigError(
    `the configuration does not use the table ${name}, so nobody is told of its rows; it has ${known.join(", ")}`,
  );
}

function transactionNumber(text: string): string {
  if (!/^[1-9]\d{0,17}$/.test(text))
    throw new InvalidArgumentError("It must be a number, as pg_current_xact_id() gives it.");
  return text;
}
