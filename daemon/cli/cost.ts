import { Command, InvalidArgumentError } from "commander";
import { readOption, refuseUnknownNames } from "../config/config.ts";
import { OPTIONS } from "../config/options.ts";
import { costReport, estimateCosts, type TableCost } from "../dba/cost.ts";
import { type LedgerCost, ledgerReport, tryLedger } from "../dba/ledger-cost.ts";
import { loadDefinitionFile } from "../define/definition-file.ts";
import { captureChoices } from "../plan/capture-choices.ts";
import { compileKinds } from "../plan/compile.ts";
import { writtenSets } from "../writes/written-set.ts";
import { withMigrationSession } from "./apply-configuration.ts";
import type { Shell } from "./shell.ts";

interface CostArguments {
  readonly rows: number;
  readonly json: boolean;
  readonly config?: string;
}

export const TRIAL_ROWS = 1_000;
const MOST_ROWS = 20_000;

/** `deltad cost`: what capture costs the writers of the watched tables. */
export function costCommand(shell: Shell): Command {
  return new Command("cost")
    .description(
      "try on copies of the watched tables, in transactions that are rolled back, what capture costs a write, in time and write-ahead log",
    )
    .option("--rows <n>", "of each table in each of five rounds", wholeRows, TRIAL_ROWS)
    .option("--json", "print one JSON document", false)
    .option("--config <file>", `instead of ${OPTIONS.configFile.name}`)
    .action(async ({ rows, json, config }: CostArguments) => {
      refuseUnknownNames(shell.environment);
      const tried = await tryConfiguration(shell, config ?? readOption(shell.environment, "configFile"), rows);
      for (const line of json ? [JSON.stringify(tried)] : triedReport(tried)) shell.print(line);
    });
}

interface Tried {
  readonly costs: readonly TableCost[];
  /** Where clients write. */
  readonly ledger?: LedgerCost;
}

/** Its progress goes to standard error. */
export async function tryConfiguration(shell: Shell, configFile: string, rows: number): Promise<Tried> {
  const url = readOption(shell.environment, "databaseUrl");
  const definition = await loadDefinitionFile(configFile);
  const { tables, channels } = compileKinds(definition);
  return withMigrationSession(url, async (session) => {
    const costs = await estimateCosts({
      session,
      tables,
      limits: captureChoices(definition),
      rows,
      tell: (line) => shell.complain(`${line}\n`),
      stopping: shell.catchSignals(() => Promise.resolve()),
    });
    return writtenSets(channels).length === 0 ? { costs } : { costs, ledger: await tryLedger(session, rows) };
  });
}

/** For people. */
export function triedReport({ costs, ledger }: Tried): string[] {
  return [...costReport(costs), ...(ledger === undefined ? [] : [ledgerReport(ledger)])];
}

function wholeRows(text: string): number {
  const rows = Number(text);
  if (!Number.isInteger(rows) || rows < 1 || rows > MOST_ROWS) {
    throw new InvalidArgumentError(`a whole number from 1 to ${MOST_ROWS} is needed.`);
  }
  return rows;
}
