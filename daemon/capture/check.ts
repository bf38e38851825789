/**
 * Finds faults in the capture of the watched tables, right now: writes that go unrecorded, or that the daemon could not read.
 * While there is a finding nothing may be called live. Needs no rights beyond those of the role of daemons.
 *
 * What is there is held against deltad.source, in which `migrate apply` writes what it installed; and that against what this daemon
 * needs. More may be captured than it needs: the next configuration is applied while daemons with this one still run.
 */
import { createHash } from "node:crypto";
import { captureFunctions } from "./capture-function.ts";
import { APPLY, type Finding, type FindingCode, finding } from "../database/findings.ts";
import { type CaptureLimits, linksOf } from "./generated-sql.ts";
import { quoteLiteral } from "../database/identifier.ts";
import { unreachable } from "../config/unreachable.ts";
import type { Queryable } from "../database/session.ts";
import { keyColumns, linkName, type WatchedTable } from "../plan/watched-table.ts";

interface WatchedState {
  readonly source: string;
  readonly name: string;
  readonly found: boolean;
  /** Of the installed configuration. */
  readonly configuration: string;
  /** Whether anything is installed for capture. */
  readonly anything: boolean;
  /** Whether the installed configuration watches what this one does, and by the same functions. */
  readonly own: boolean;
  /** What the installed configuration does not capture of the table. */
  readonly lacking: readonly string[];
  readonly current: boolean;
  readonly columns: boolean;
  /** Captured columns that the table has no more. */
  readonly gone: readonly string[];
  /** `trigger on table`. */
  readonly missing: readonly string[];
  readonly disabled: readonly string[];
  /** Tables that a subscription fills and no row trigger captures. */
  readonly subscribed: readonly string[];
  /** It is no partitioned table, and both its statement triggers and its row trigger are enabled. */
  readonly twice: boolean;
  /** Of daemons, as SQL takes it. */
  readonly role: string;
  /** As deltad.source has it; `off` also where the functions alone say so. */
  readonly capture: "on" | "off" | "suspended" | "returning";
  /** By whom and when it was switched, for people. */
  readonly switched: string;
  /** Who may still write unrecorded, for people. */
  readonly awaited: string;
  /** Columns that the daemon may not read. */
  readonly unreadable: readonly string[];
  readonly hidden: boolean;
}

/** None: every write is captured, and the daemon can read it. */
export async function checkCapture(
  session: Queryable,
  tables: readonly WatchedTable[],
  limits: CaptureLimits,
): Promise<Finding[]> {
  return (await readStates(session, tables, limits)).flatMap((state) => [
    ...switchedOff(state),
    ...uncaptured(state),
    ...unreadable(state),
  ]);
}

/** Those of {@link checkCapture} about writes that go unrecorded where nobody has switched capture off. */
export async function captureFaults(
  session: Queryable,
  tables: readonly WatchedTable[],
  limits: CaptureLimits,
): Promise<Finding[]> {
  return (await readStates(session, tables, limits)).flatMap(uncaptured);
}

/** Whether it is about columns that were renamed or dropped since they are captured. */
export function isOfGoneColumns({ code }: Finding): boolean {
  return code === "column_gone" || code === "column_gone_writes_fail";
}

/** Whether it is about capture that comes back by itself: see sql/return_capture.sql. */
export function isOfReturning({ code }: Finding): boolean {
  return code === "capture_returning" || code === "capture_suspended";
}

function readStates(
  session: Queryable,
  tables: readonly WatchedTable[],
  limits: CaptureLimits,
): Promise<WatchedState[]> {
  const watched = tables.map((table) => ({
    source: table.source,
    schema: table.schema,
    table: table.table,
    key: keyColumns(table).join(", "),
    links: linksOf(table).map(linkName),
    columns: Object.fromEntries(table.columns.map((column) => [column.name, column.type])),
    functions: Object.fromEntries([...captureFunctions(table, limits)].map(([name, body]) => [name, sha256(body)])),
    twoPhase: limits.twoPhase,
  }));
  return session.query<WatchedState>(STATES, [JSON.stringify(watched)]);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function switchedOff({ name, capture, switched, awaited }: WatchedState): Finding[] {
  switch (capture) {
    case "on":
      return [];
    case "off":
      return [
        finding("capture_off", `The capture of ${name} is switched off${switched}.`, `deltad migrate on ${name}`),
      ];
    case "suspended":
      return [
        finding(
          "capture_suspended",
          `The capture of ${name} suspended itself${switched}, since no daemon read: the next one brings it back.`,
        ),
      ];
    case "returning":
      return [
        finding(
          "capture_returning",
          `The capture of ${name} was switched on${switched}, and ${awaited} may still write unrecorded.`,
        ),
      ];
    default:
      return unreachable(capture);
  }
}

function uncaptured(state: WatchedState): Finding[] {
  const { name, found, anything, configuration, lacking, own, missing, disabled, subscribed, twice, current, columns } =
    state;
  if (!found) {
    const meaning = `The watched table ${name} does not exist: create it, or take it out of the configuration.`;
    return [finding("table_missing", meaning)];
  }
  const gone = goneFinding(state);
  if (gone.length > 0) return gone;
  if (!anything) return [finding("capture_lacking", `Nothing captures ${name}.`, APPLY)];
  const installed = `the installed configuration "${configuration}"`;
  if (lacking.length > 0) {
    const ways = `run \`${APPLY}\` with this configuration, or start the daemon with the installed one.`;
    return lacking.map((what) =>
      finding("capture_lacking", `${what} of ${name} is not captured by ${installed}: ${ways}`),
    );
  }
  // Whoever applied this configuration here would take away what another one needs.
  const damage = (code: FindingCode, what: string): Finding =>
    own ? finding(code, `${what}.`, APPLY) : finding(code, `${what}: run \`${APPLY}\` with ${installed}.`);
  return [
    ...missing.map((trigger) => damage("trigger_missing", `The trigger ${trigger} is missing or different`)),
    ...disabled.map((trigger) => damage("trigger_disabled", `The trigger ${trigger} is not enabled always`)),
    ...subscribed.map((table) =>
      damage("table_subscribed", `A subscription fills ${table}, where no row trigger captures what it writes`),
    ),
    ...(twice ? [damage("rows_captured_twice", `Each row of ${name} is captured by two triggers`)] : []),
    ...(current ? [] : [damage("function_different", `The capture functions of ${name} are not as they were applied`)]),
    ...(columns ? [] : [damage("change_table_different", `The change table of ${name} lacks columns`)]),
  ];
}

/** Functions that are the configuration's still name the columns: see sql/follow_columns.sql. */
function goneFinding({ source, name, gone, current, capture }: WatchedState): Finding[] {
  if (gone.length === 0) return [];
  const which = `its captured ${gone.length > 1 ? "columns" : "column"} ${gone.join(", ")} ${gone.length > 1 ? "are" : "is"} renamed or dropped`;
  const follow = "Let the configuration follow, then run `deltad migrate apply`";
  return current && (capture === "on" || capture === "returning")
    ? [
        finding(
          "column_gone_writes_fail",
          `Every write to ${name} fails: ${which}. ${follow}; to let writes pass until then.`,
          `select deltad.follow_columns(${quoteLiteral(source)})`,
        ),
      ]
    : [finding("column_gone", `Writes to ${name} go on without what they write there: ${which}. ${follow}.`)];
}

function unreadable({ name, found, gone, role, unreadable: columns, hidden }: WatchedState): Finding[] {
  if (!found || gone.length > 0) return [];
  const policy = `create policy deltad_daemon on ${name} for select to ${role} using (true)`;
  return [
    ...columns.map((column) =>
      finding("column_unreadable", `The role ${role} may not read ${name}, column ${column}.`, APPLY),
    ),
    ...(hidden ? [finding("rows_hidden", `Row-level security hides rows of ${name} from the daemon.`, policy)] : []),
  ];
}

const STATES = `
select w.source, format('%I.%I', w.schema, w."table") as name,
       c.oid is not null as found,
       coalesce(quote_ident(daemon.name), 'of daemons') as role,
       case when off.any and s.capture <> 'suspended' then 'off' else coalesce(s.capture, 'on') end as capture,
       concat(' by ' || s.switched_by, to_char(s.switched_at at time zone 'UTC', ' at YYYY-MM-DD HH24:MI:SS "UTC"')) as switched,
       coalesce((select string_agg(distinct coalesce('session ' || l.pid, 'a prepared transaction'), ', ')
                   from pg_locks l where l.virtualtransaction = any (s.awaited)), 'who wrote before') as awaited,
       coalesce((select i.configuration from deltad.install i), '') as configuration,
       exists (select from deltad.source) as anything,
       (select count(*) from deltad.source) = json_array_length($1::json) and s.functions is not distinct from w.functions::jsonb as own,
       array(select 'Column ' || quote_ident(wanted.key) from json_each_text(w.columns) wanted
              where (s.columns ->> wanted.key)::regtype is distinct from wanted.value::regtype and s.source is not null
             union all
             select 'Any row' where s.source is null or (s.schema_name, s.table_name) <> (w.schema, w."table")
             union all
             select 'Each row by its key and owner' where s.source is not null
                and (s.key_column <> w.key or not coalesce(s.limits -> 'links', jsonb_build_array(s.owner_column)) @> w.links::jsonb)
             union all
             select 'By NOTIFY (twoPhase: false) a write'
              where not w."twoPhase" and (s.limits ->> 'twoPhase')::boolean and current_setting('max_prepared_transactions') <> '0') as lacking,
       not exists (select from jsonb_each_text(s.functions) applied
                    where not exists (select from pg_proc p
                                       where p.pronamespace = deltad.oid and p.proname = applied.key and p.prosecdef
                                         and p.proowner = deltad.nspowner
                                         and encode(sha256(convert_to(deltad.switched_on(p.prosrc), 'UTF8')), 'hex') = applied.value)) as current,
       not exists (select from json_each_text(w.columns) wanted
                    where not exists (select from pg_attribute a join pg_class change on change.oid = a.attrelid
                                       where change.relnamespace = deltad.oid and change.relname = 'change_' || w.source
                                         and a.attnum > 3 and not a.attisdropped
                                         and a.attname = wanted.key and a.atttypid = wanted.value::regtype)) as columns,
       armed.missing, armed.disabled, armed.subscribed,
       c.relkind = 'r' and exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'zz_deltad_row' and t.tgenabled <> 'D')
         and exists (select from pg_trigger t
                      where t.tgrelid = c.oid and t.tgname in ('deltad_insert', 'deltad_update', 'deltad_delete') and t.tgenabled <> 'D')
         as twice,
       array(select quote_ident(key) from json_object_keys(w.columns) key
              where c.oid is not null
                and not exists (select from pg_attribute a
                                 where a.attrelid = c.oid and a.attname = key and a.attnum > 0 and not a.attisdropped)
                and exists (select from pg_attribute a join pg_class change on change.oid = a.attrelid
                             where change.relnamespace = deltad.oid and change.relname = 'change_' || w.source and a.attname = key)) as gone,
       array(select quote_ident(key)
               from json_object_keys(w.columns) key
               left join pg_attribute a on a.attrelid = c.oid and a.attname = key and not a.attisdropped
              where has_schema_privilege(daemon.oid, n.oid, 'usage') is not true
                 or has_column_privilege(daemon.oid, c.oid, a.attnum, 'select') is not true) as unreadable,
       coalesce(row_security_active(c.oid), false)
         and not exists (select from pg_policy where polrelid = c.oid and polpermissive and polcmd in ('r', '*')
                            and (polroles = '{0}' or daemon.oid = any (polroles))
                            and pg_get_expr(polqual, polrelid) = 'true') as hidden
  from rows from (json_to_recordset($1::json) as (source text, schema name, "table" name, key name, links json, columns json, functions json, "twoPhase" boolean))
       with ordinality as w(source, schema, "table", key, links, columns, functions, "twoPhase", position)
  left join deltad.source s on s.source = w.source
  left join pg_namespace n on n.nspname = w.schema
  left join pg_class c on c.relnamespace = n.oid and c.relname = w."table"
  left join pg_namespace deltad on deltad.nspname = 'deltad'
 cross join lateral (
   select coalesce(array_agg(t.called) filter (where not t.fed and not t.present), '{}') as missing,
          coalesce(array_agg(t.called) filter (where not t.fed and t.present), '{}') as disabled,
          coalesce(array_agg(t.node) filter (where t.fed), '{}') as subscribed
     from (select format('%s on %s', a.trigger_name, a.node) as called, a.node::text as node, a.present,
                  a.trigger_name = 'zz_deltad_row' and exists (
                    select from pg_subscription_rel s
                     where s.srrelid = a.node or s.srrelid in (select p.relid from pg_partition_ancestors(a.node) p)) as fed
             from deltad.armed_triggers(c.oid, w.source) a
            where a.needed and not (a.present and a.enabled)) t) armed
 cross join lateral (
   select coalesce(bool_or(deltad.switched_on(p.prosrc) <> p.prosrc), false) as any
     from jsonb_object_keys(s.functions) f(name) join pg_proc p on p.pronamespace = deltad.oid and p.proname = f.name) off
  left join (select i.daemon_role as name, to_regrole(quote_ident(i.daemon_role))::oid as oid from deltad.install i) daemon on true
 order by w.position`;
