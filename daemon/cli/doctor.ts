import { Command } from "commander";
import { readOption, refuseUnknownNames } from "../config/config.ts";
import { ConfigError } from "../config/errors.ts";
import { OPTIONS } from "../config/options.ts";
import { examineDatabase } from "../dba/doctor.ts";
import { ownZoneOffset } from "../dba/examine-zones.ts";
import { EXAMINATION_LIMITS, LOOKS_ONLY } from "../dba/examination.ts";
import { loadDefinitionFile } from "../define/definition-file.ts";
import { type Finding, FindingsError } from "../database/findings.ts";
import { reasonOf } from "../database/reason.ts";
import { Session } from "../database/session.ts";
import { captureChoices } from "../plan/capture-choices.ts";
import { compileKinds } from "../plan/compile.ts";
import type { Shell } from "./shell.ts";

/** Exit codes: nothing is wrong; warnings; errors; it could not be found out (EX_UNAVAILABLE of sysexits.h). */
const EXIT = { notice: 0, warning: 1, error: 2, unavailable: 69 } as const;
/** A look into the catalogs takes milliseconds; counting the zones of millions of owners seconds. */
const STATEMENT_MS = 60_000;

interface DoctorArguments {
  readonly json: boolean;
  readonly config?: string;
}

/** `deltad doctor`: what is wrong with a database, and what mends it. */
export function doctorCommand(shell: Shell): Command {
  return new Command("doctor")
    .description(
      "look for what could make deltad wrong, slow or a burden to DATABASE_URL, and say what mends it; exits 0 if nothing does, 1 for warnings, 2 for errors, 69 if it could not look",
    )
    .option("--json", "print the findings as one JSON document", false)
    .option("--config <file>", `instead of ${OPTIONS.configFile.name}`)
    .action(async ({ json, config }: DoctorArguments) => {
      refuseUnknownNames(shell.environment);
      try {
        const findings = await examine(shell, config);
        for (const line of json ? [JSON.stringify({ findings })] : report(findings)) shell.print(line);
        const worst = (["error", "warning"] as const).find((of) => findings.some(({ severity }) => severity === of));
        shell.setExitCode(EXIT[worst ?? "notice"]);
      } catch (error) {
        if (error instanceof ConfigError) throw error;
        shell.complain(`deltad: could not look: ${reasonOf(error)}\n`);
        shell.setExitCode(EXIT.unavailable);
      }
    });
}

async function examine(shell: Shell, config: string | undefined): Promise<readonly Finding[]> {
  const url = readOption(shell.environment, "databaseUrl");
  const definition = await loadDefinitionFile(config ?? readOption(shell.environment, "configFile"));
  const compiled = compileKinds(definition);
  let session: Session;
  try {
    session = await Session.open({ url, role: "doctor", statementTimeoutMs: STATEMENT_MS, settings: LOOKS_ONLY });
  } catch (error) {
    // A standby, a pooler, an old server: findings as well.
    if (error instanceof FindingsError) return error.findings;
    throw error;
  }
  try {
    return await examineDatabase({
      session,
      compiled,
      choices: captureChoices(definition),
      limits: EXAMINATION_LIMITS,
      now: Date.now,
      zoneOffset: ownZoneOffset,
    });
  } finally {
    await session.close();
  }
}

function report(findings: readonly Finding[]): string[] {
  const lines = findings.flatMap(({ code, severity, meaning, statement }) => [
    `${severity.padEnd(8)} ${meaning} [${code}]`,
    ...(statement === undefined ? [] : [`${" ".repeat(9)}${statement}${statement.startsWith("deltad ") ? "" : ";"}`]),
  ]);
  const counted = (["error", "warning", "notice"] as const).flatMap((of) => {
    const count = findings.filter(({ severity }) => severity === of).length;
    return count === 0 ? [] : [`${count} ${of}${count === 1 ? "" : "s"}`];
  });
  return [...lines, counted.length === 0 ? "Nothing is wrong." : `${counted.join(", ")}.`];
}
