/**
 * Finds faults in the capture of the watched tables, right now: writes that go unrecorded, or that the daemon could not read.
 * While there is a finding nothing may be called live. Needs no rights beyond deltad_daemon's.
 */
import { captureBody, captureFunctionName, type CaptureLimits, rowBody, rowFunctionName } from "./capture-function.ts";
import type { Queryable } from "../database/session.ts";
import type { WatchedTable } from "../plan/watched-table.ts";

interface Finding {
  readonly name: string;
  readonly found: boolean;
  readonly current: boolean;
  readonly columns: boolean;
  /** `trigger on table`. */
  readonly missing: readonly string[];
  readonly disabled: readonly string[];
  /** Columns that the daemon may not read. */
  readonly unreadable: readonly string[];
  readonly hidden: boolean;
}

/** Sentences that say what to do; none: every write is captured. */
export async function checkCapture(
  session: Queryable,
  tables: readonly WatchedTable[],
  limits: CaptureLimits,
): Promise<string[]> {
  const watched = tables.map((table) => ({
    source: table.source,
    schema: table.schema,
    table: table.table,
    columns: Object.fromEntries(table.columns.map((column) => [column.name, column.type])),
    capture: captureFunctionName(table),
    functions: {
      [captureFunctionName(table)]: captureBody(table, limits),
      [rowFunctionName(table)]: rowBody(table, limits),
    },
  }));
  const findings = await session.query<Finding>(FINDINGS, [JSON.stringify(watched)]);
  return findings.flatMap(sentences);
}

const APPLY = "run `deltad migrate apply`";

function sentences(finding: Finding): string[] {
  const { name } = finding;
  if (!finding.found)
    return [`The watched table ${name} does not exist: create it, or take it out of the configuration.`];
  return [
    ...finding.missing.map((trigger) => `The trigger ${trigger} is missing or different: ${APPLY}.`),
    ...finding.disabled.map((trigger) => `The trigger ${trigger} is not enabled always: ${APPLY}.`),
    ...(finding.current ? [] : [`The capture functions of ${name} are not the configuration's: ${APPLY}.`]),
    ...(finding.columns ? [] : [`The change table of ${name} has not the configuration's columns: ${APPLY}.`]),
    ...finding.unreadable.map((column) => `The role deltad_daemon may not read ${name}, column ${column}: ${APPLY}.`),
    ...(finding.hidden
      ? [
          `Row-level security hides rows of ${name} from the daemon: create policy deltad_daemon on ${name} for select to deltad_daemon using (true).`,
        ]
      : []),
  ];
}

const FINDINGS = `
select format('%I.%I', w.schema, w."table") as name,
       c.oid is not null as found,
       not exists (select from json_each_text(w.functions) wanted
                    where not exists (select from pg_proc p
                                       where p.pronamespace = deltad.oid and p.proname = wanted.key and p.prosecdef
                                         and p.proowner = to_regrole('deltad_capture') and p.prosrc = wanted.value)) as current,
       not exists (select from (select key, value::regtype::oid as type from json_each_text(w.columns)) wanted
                     full join (select a.attname, a.atttypid from pg_attribute a join pg_class change on change.oid = a.attrelid
                                 where change.relnamespace = deltad.oid and change.relname = 'change_' || w.source
                                   and a.attnum > 3 and not a.attisdropped) present
                       on present.attname = wanted.key
                    where present.atttypid is distinct from wanted.type) as columns,
       array(select format('%s on %s', t.trigger_name, t.node)
               from deltad.armed_triggers(c.oid, w.capture) t where t.needed and not t.present) as missing,
       array(select format('%s on %s', t.trigger_name, t.node)
               from deltad.armed_triggers(c.oid, w.capture) t where t.needed and t.present and not t.enabled) as disabled,
       array(select quote_ident(key) from json_object_keys(w.columns) key
              where not has_schema_privilege('deltad_daemon', n.oid, 'usage')
                 or has_column_privilege('deltad_daemon', c.oid, key, 'select') is not true) as unreadable,
       coalesce(row_security_active(c.oid), false)
         and not exists (select from pg_policy where polrelid = c.oid and polpermissive and polcmd in ('r', '*')
                            and (polroles = '{0}' or to_regrole('deltad_daemon') = any (polroles))
                            and pg_get_expr(polqual, polrelid) = 'true') as hidden
  from rows from (json_to_recordset($1) as (source text, schema text, "table" text, columns json, capture text, functions json))
       with ordinality as w(source, schema, "table", columns, capture, functions, position)
  left join pg_namespace n on n.nspname = w.schema
  left join pg_class c on c.relnamespace = n.oid and c.relname = w."table"
  left join pg_namespace deltad on deltad.nspname = 'deltad'
 order by w.position`;
