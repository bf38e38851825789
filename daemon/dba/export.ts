/**
 * The migration as files in the form that a migration tool reads: up and down, from the same steps as `migrate apply`.
 *
 * A tool that puts each migration into a transaction of its own gets a text without transaction control. What the text sets for
 * itself, such as the search_path, is as it was afterwards, since the tool's own bookkeeping runs in the same transaction.
 */
import { dollarQuoted, quoteLiteral } from "../database/identifier.ts";
import { PREAMBLE, type ScriptedStep, stepScript } from "../database/migration-script.ts";
import { checksum } from "../database/migration-step.ts";
import { REMOVAL_SCRIPT } from "./removal.ts";

export interface ExportedFile {
  /** Relative to the folder that the operator names. */
  readonly path: string;
  readonly text: string;
}

interface Exported {
  readonly up: string;
  readonly down: string;
  /** The same as `up`, and does nothing where it has run. */
  readonly idempotent: string;
  /** The instant of the export: names of files sort by it. */
  readonly at: Date;
}

interface Format {
  readonly files: (migration: Exported) => ExportedFile[];
  /** What is to be done with the files. */
  readonly next: (files: readonly ExportedFile[]) => string;
}

/** By the tool's name. */
export const FORMATS = {
  psql: {
    files: ({ up, down }) => [
      { path: "deltad.up.sql", text: inTransaction(up) },
      { path: "deltad.down.sql", text: inTransaction(down) },
    ],
    next: () => "psql -v ON_ERROR_STOP=1 -f deltad.up.sql",
  },
  flyway: {
    files: ({ up, down, at }) => [
      { path: `V${digits(at, 14)}__deltad.sql`, text: up },
      { path: `U${digits(at, 14)}__deltad.sql`, text: down },
    ],
    next: () => "flyway migrate",
  },
  dbmate: {
    files: ({ up, down, at }) => [
      { path: `${digits(at, 14)}_deltad.sql`, text: `-- migrate:up\n\n${up}\n-- migrate:down\n\n${down}` },
    ],
    next: () => "dbmate migrate",
  },
  sqitch: {
    files: ({ up, down, at }) =>
      (["deploy", "revert", "verify"] as const).map((folder) => ({
        path: `${folder}/deltad_${digits(at, 14)}.sql`,
        text: inTransaction({ deploy: up, revert: down, verify: VERIFY }[folder]),
      })),
    next: (files) =>
      `sqitch add ${/deltad_\d+/.exec(files[0]?.path ?? "")?.[0] ?? ""} -n deltad && sqitch deploy --verify`,
  },
  "node-pg-migrate": {
    files: ({ up, down, at }) => [
      { path: `${digits(at, 17)}_deltad.sql`, text: `-- Up Migration\n\n${up}\n-- Down Migration\n\n${down}` },
    ],
    next: () => "node-pg-migrate up",
  },
  "graphile-migrate": {
    files: ({ idempotent, down }) => [
      { path: "current/100-deltad.sql", text: idempotent },
      // Its migrations go forward only: the text for one that takes deltad away again.
      { path: "deltad.down.sql", text: down },
    ],
    next: () => "graphile-migrate watch --once; then graphile-migrate commit",
  },
} as const satisfies Readonly<Record<string, Format>>;

export type ExportFormat = keyof typeof FORMATS;

/** @param steps all of them, or those that a database lacks; `isWhole`: all */
export function exportFiles(
  format: ExportFormat,
  { steps, isWhole, at }: { readonly steps: readonly ScriptedStep[]; readonly isWhole: boolean; readonly at: Date },
): ExportedFile[] {
  return FORMATS[format].files({
    up: settled(steps.map(stepScript)),
    idempotent: settled(steps.map(unlessApplied)),
    down: isWhole ? settled([REMOVAL_SCRIPT]) : NO_WAY_BACK,
    at,
  });
}

/** The settings that {@link PREAMBLE} makes for the transaction. */
const SETTINGS = ["search_path", "jit", "lock_timeout", "check_function_bodies"];

function settled(texts: readonly string[]): string {
  const kept = SETTINGS.map((name) => quoteLiteral(name)).join(", ");
  return `-- Made by deltad from its configuration. To be run in one transaction, as the owner of the watched tables.
-- "canceling statement due to lock timeout": somebody uses a watched table in a long transaction; run it again.

do ${dollarQuoted(`
begin
  perform set_config('deltad.before_' || name, current_setting(name), true) from unnest(array[${kept}]) name;
end
`)};
${PREAMBLE}
${texts.join("\n")}
-- The settings above are as they were.
do ${dollarQuoted(`
begin
  perform set_config(name, current_setting('deltad.before_' || name), true) from unnest(array[${kept}]) name;
end
`)};
`;
}

function unlessApplied(scripted: ScriptedStep): string {
  const { step } = scripted;
  const applied = "select exists (select from deltad.migration where name = $1 and checksum = $2)";
  return `do ${dollarQuoted(`
declare
  applied boolean := false;
begin
  if to_regclass('deltad.migration') is not null then
    execute ${quoteLiteral(applied)} into applied using ${quoteLiteral(step.name)}, ${quoteLiteral(checksum(step))};
  end if;
  if not applied then
    execute ${dollarQuoted(stepScript(scripted))};
  end if;
end
`)};
`;
}

const NO_WAY_BACK = `-- An upgrade of deltad's objects has no way back but to the beginning: deltad migrate uninstall.
select 1;
`;

const VERIFY = `select 1 / count(*) from deltad.migration;
`;

function inTransaction(text: string): string {
  return `begin;\n\n${text}\ncommit;\n`;
}

/** `YYYYMMDDHHMMSS`, with milliseconds behind it where 17 are asked for. */
function digits(at: Date, count: number): string {
  return at.toISOString().replaceAll(/\D/g, "").slice(0, count);
}
