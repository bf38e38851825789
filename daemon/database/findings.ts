/**
 * What may be wrong with a database, in one form wherever it is told: in the daemon's log while it is not ready, by `migrate` and
 * `verify`, and by `doctor`. Codes are for programs and stay what they are; sentences are for people and may change.
 */
import { ConfigError } from "../config/errors.ts";

/**
 * `error`: the daemon can't start, is not ready, or its numbers could be wrong. `warning`: it works, and something will cost or fail.
 * `notice`: good to know, nothing to mend.
 */
export type Severity = "error" | "warning" | "notice";

interface Kind {
  readonly severity: Severity;
  /** What it means, and what to do, for the catalogue: docs/findings.md is written from these. */
  readonly about: string;
}

const error = (about: string): Kind => ({ severity: "error", about });
const warning = (about: string): Kind => ({ severity: "warning", about });
const notice = (about: string): Kind => ({ severity: "notice", about });

/** Every code. */
export const FINDINGS = {
  server_too_old: error("The server is older than PostgreSQL 14."),
  server_standby: error("`DATABASE_URL` leads to a read-only replica. The daemon needs the primary."),
  pooler_transaction_mode: error(
    "`DATABASE_URL` leads through a pooler that gives each transaction another backend. The daemon needs a direct connection, or session mode.",
  ),
  database_newer: error(
    "A newer deltad has migrated the database. An older one would damage it: install that version.",
  ),
  database_copied: error(
    "The database is a copy of the one in which deltad was installed: a restored dump, a clone, or the result of `pg_upgrade`. Daemons stay away until `deltad adopt` says that it is one of its own.",
  ),
  objects_pending: error("deltad's own objects are missing, or are an older version's."),
  privileges_missing: error("The login of `DATABASE_URL` has not the daemon's rights."),
  table_missing: error("A table of the configuration is not in the database."),
  table_renamed: error("A watched table has another name now. Its rows are not recorded under it."),
  table_unsuitable: error(
    "What the configuration names can't be watched: a view, a foreign or temporary table, a partition by itself.",
  ),
  table_inherited: error("Other tables inherit from a watched table. Writes to those fire none of its triggers."),
  table_subscribed: error(
    "A subscription fills a watched table. Its worker fires no statement triggers, and `migrate apply` has not made the row trigger yet.",
  ),
  column_missing: error("The configuration names a column that the table has not."),
  column_gone: error(
    "A captured column was renamed or dropped. Writes go on without it, and nobody knows the numbers. Let the configuration follow and run `deltad migrate apply`, or give a renamed column its old name back.",
  ),
  column_gone_writes_fail: error(
    "A captured column was renamed or dropped where no event trigger tells of it: every write of its table fails. The statement lets writes pass, and locks no table; then let the configuration follow and run `deltad migrate apply`.",
  ),
  column_unsuitable: error(
    "A column's type is not what the configuration says, or can't be captured exactly; or by its collation it can't name rows.",
  ),
  key_not_unique: error("No unique index says that a source's key tells rows apart."),
  channel_index_missing: error(
    "No index over all rows finds a channel's rows, the newest first where only those are held, or its members: each load of a channel would read the whole table.",
  ),
  trigger_missing: error(
    "One of deltad's triggers is missing or is not as `migrate apply` makes it: rows change unrecorded.",
  ),
  trigger_disabled: error(
    "One of deltad's triggers does not fire, or not for every role. `pg_restore --disable-triggers` leaves them so.",
  ),
  rows_captured_twice: error(
    "The statement triggers and the row trigger of a table are both enabled, as `ENABLE TRIGGER ALL` leaves one that a subscription fills.",
  ),
  capture_lacking: error(
    "The configuration that was applied to the database captures less than this daemon's needs, or nothing is captured at all.",
  ),
  capture_off: error(
    "Who runs the database has switched the capture of a watched table off: its writes are not recorded, and daemons say stale. `deltad migrate on` brings it back.",
  ),
  capture_suspended: notice(
    "No daemon has read for so long, or so much, that capture suspended itself, lest the database fill up. The next daemon that starts brings it back by itself.",
  ),
  capture_returning: error(
    "Capture was switched on again, and transactions that were writing meanwhile have not ended: their rows are not recorded. Owners are read again when the last of them has.",
  ),
  function_different: error("A capture function is not as it was applied."),
  change_table_different: error("A change table lacks columns that were applied."),
  column_unreadable: error("The daemon may not read a column that metrics need."),
  rows_hidden: error("Row-level security hides rows of a watched table from the daemon."),
  writes_lacking: error(
    "What clients may write is not as the configuration says: a function is missing or different, or its role has not the rights that it needs.",
  ),
  column_unwritable: error(
    "The configuration lets clients write a column that nobody can write, or insert rows without one that must have a value.",
  ),
  guard_missing: warning(
    "The view that holds captured columns is not there: `DROP COLUMN` or `ALTER … TYPE` would succeed, and make later writes fail.",
  ),
  triggers_slower: notice(
    "Some partitions are captured row by row, since they came after the latest `migrate apply`, or a table that a subscription fills no more. Nothing is missed; `apply` makes bulk writes cheaper.",
  ),
  event_triggers_missing: warning(
    "This role may create event triggers, and there are none: DDL is noticed within a heartbeat instead of in its own transaction.",
  ),
  triggers_left: warning(
    "A table that is not watched has deltad's triggers, which record nothing and cost its writers time.",
  ),
  publication_carries: warning(
    "A publication carries deltad's own tables. A subscriber without them stops applying, and this server keeps WAL for it.",
  ),
  index_missing: warning(
    "No index serves the reading of one owner's rows, and each load reads the whole table; or the look-up of one member of a channel, which then reads them all.",
  ),
  queue_filling: warning(
    "The notification queue is half full: a session that listens is idle in a transaction. deltad does not ring meanwhile; writers of other software that do will fail once it is full.",
  ),
  prepared_transaction_old: warning(
    "A prepared transaction is waiting for its end. It keeps changes from being removed, and locks.",
  ),
  prepared_transactions_allowed: notice(
    "The server allows `PREPARE TRANSACTION`, which NOTIFY forbids: the daemon looks every 100 ms instead of being rung.",
  ),
  snapshot_old: warning(
    "An old transaction keeps dead rows of the whole database from being removed, those of change tables too.",
  ),
  time_zone_unknown: error("Rows of owners name time zones that this server does not know. Those owners are stale."),
  time_zone_data_different: warning(
    "The server's rules for a time zone differ from this machine's: one of the two is out of date, and days may begin at the wrong instant.",
  ),
  clock_different: warning(
    "The clocks of this machine and of the database differ. Tokens are judged by the one, days by the other.",
  ),
  change_table_large: warning("A change table is large: no daemon reads, or one reads too slowly."),
  temp_file_limited: warning(
    "`temp_file_limit` is lower than what a statement over a whole watched table needs: such a statement fails, since triggers see its rows in temporary files.",
  ),
  not_examined: notice("The role that asked may not look. Ask as the role that applies migrations, or as a superuser."),
  lease_missing: notice("No daemon reads this database at the moment."),
  lease_expired: warning(
    "A daemon has not been seen for over a minute. Changes are kept for it until the next one prunes.",
  ),
} as const satisfies Readonly<Record<string, Kind>>;

export type FindingCode = keyof typeof FINDINGS;

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What is so, in one sentence. */
  readonly meaning: string;
  /** What mends it, as it is to be run: SQL, or a command that begins with `deltad`. None where it takes a decision. */
  readonly statement: string | undefined;
}

/** @param meaning a sentence with its full stop */
export function finding(code: FindingCode, meaning: string, statement?: string): Finding {
  return { code, severity: FINDINGS[code].severity, meaning, statement };
}

export const APPLY = "deltad migrate apply";

/** One line for people. */
export function tellFinding({ code, meaning, statement }: Finding): string {
  return `${statement === undefined ? meaning : `${meaning.replace(/\.$/, "")}: ${asAdvice(statement)}.`} [${code}]`;
}

export function tellFindings(findings: readonly Finding[]): string {
  return findings.map(tellFinding).join(" ");
}

function asAdvice(statement: string): string {
  return statement.startsWith("deltad ") ? `run \`${statement}\`` : statement;
}

/** Findings that only the operator can mend. */
export class FindingsError extends ConfigError {
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super(tellFindings(findings));
    this.findings = findings;
  }
}
