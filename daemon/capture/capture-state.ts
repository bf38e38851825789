/**
 * What the catalogs say of the capture of the watched tables. Asks nothing of deltad's own functions, which may be missing or of another
 * version, and needs no rights.
 */
import type { Queryable } from "../database/session.ts";
import { qualifiedName } from "../database/identifier.ts";
import type { WatchedTable } from "../plan/watched-table.ts";

export interface CaptureState {
  /** In the order of the configuration. */
  readonly tables: readonly TableState[];
  /** The bodies of deltad's trigger functions that have the rights and settings they must have. */
  readonly functions: Readonly<Record<string, string>>;
  /** What is there for no source of the configuration; names as SQL takes them. */
  readonly leftTriggers: readonly LeftTrigger[];
  readonly leftFunctions: readonly string[];
  readonly leftViews: readonly string[];
  /** The sources whose change tables are left. */
  readonly leftSources: readonly string[];
  /** Whether DDL tells of itself; also where this role may not have it so. */
  readonly tellsOfDdl: boolean;
}

export interface TableState {
  /** The watched table first, then its partitions at any depth. */
  readonly nodes: readonly TableNode[];
  /** Columns on which the partitioning depends, those inside of expressions included, in order. Empty for a table that is not partitioned. */
  readonly key: readonly string[];
  readonly hasChangeTable: boolean;
  /** Where the change table's columns are not those that are wanted; null for a column that is not there, or not wanted. */
  readonly differences: readonly {
    readonly name: string;
    readonly wanted: string | null;
    readonly present: string | null;
  }[];
  readonly hasGuard: boolean;
  /** Columns that the guard view holds fast, in order. */
  readonly guarded: readonly string[];
}

export interface TableNode {
  /** With its schema, as SQL takes it. */
  readonly name: string;
  readonly isLeaf: boolean;
  /** A subscription fills it, by its own name or by that of a table above it. */
  readonly isFed: boolean;
  readonly triggers: Readonly<Record<string, TriggerState>>;
}

export interface LeftTrigger {
  readonly name: string;
  readonly table: string;
  /** On which there are copies of it. */
  readonly partitions: readonly string[];
}

export interface TriggerState {
  readonly form: TriggerForm;
  readonly enabled: string;
}

/** What makes a trigger the one that is wanted. */
export type TriggerForm = readonly [
  functionName: string,
  /** pg_trigger.tgtype */
  type: number,
  oldTable: string,
  newTable: string,
  hasCondition: boolean,
  argument: string,
];

/** A database with nothing of deltad's, in which every watched table is an ordinary one. */
export function emptyState(tables: readonly WatchedTable[]): CaptureState {
  return {
    tables: tables.map(({ schema, table, columns }) => ({
      nodes: [{ name: qualifiedName(schema, table), isLeaf: true, isFed: false, triggers: {} }],
      key: [],
      hasChangeTable: false,
      differences: columns.map(({ name, type }) => ({ name, wanted: type, present: null })),
      hasGuard: false,
      guarded: [],
    })),
    functions: {},
    leftTriggers: [],
    leftFunctions: [],
    leftViews: [],
    leftSources: [],
    tellsOfDdl: false,
  };
}

/** A table that does not exist has no nodes. */
export async function readCaptureState(session: Queryable, tables: readonly WatchedTable[]): Promise<CaptureState> {
  const watched = tables.map(({ source, schema, table, columns }) => ({
    source,
    schema,
    table,
    columns: Object.fromEntries(columns.map(({ name, type }) => [name, type])),
  }));
  const [row] = await session.query<{ state: CaptureState }>(STATE, [JSON.stringify(watched)]);
  if (row === undefined) throw new Error("the catalogs returned nothing");
  return row.state;
}

const STATE = `
with deltad as (
  select oid from pg_catalog.pg_namespace where nspname = 'deltad'
), watched as materialized (
  select w.source, w.columns, w.position, c.oid as relid, c.relkind
    from rows from (json_to_recordset($1) as (source text, schema text, "table" text, columns json))
         with ordinality as w(source, schema, "table", columns, position)
    left join pg_namespace n on n.nspname = w.schema
    left join pg_class c on c.relnamespace = n.oid and c.relname = w."table" and c.relkind in ('r', 'p')
), node as materialized (
  select w.source, w.relid, 0 as level, true as isleaf from watched w where w.relkind = 'r'
  union all
  select w.source, t.relid, t.level, t.isleaf from watched w cross join lateral pg_partition_tree(w.relid) t where w.relkind = 'p'
), ours as materialized (
  select p.oid, p.proname, p.prosrc, p.prosecdef and p.proconfig is null as settled
    from pg_proc p
   where p.pronamespace = (select oid from deltad) and p.prorettype = 'trigger'::regtype and p.pronargs = 0
     and (p.proname like 'capture\\_%' or p.proname like 'row\\_%')
), wanted_function as (
  select f.name from watched w cross join lateral (values ('capture_insert_' || w.source), ('capture_update_' || w.source),
         ('capture_delete_' || w.source), ('capture_truncate_' || w.source), ('row_' || w.source)) f(name)
), change as (
  select w.source, c.oid
    from watched w join pg_class c on c.relnamespace = (select oid from deltad) and c.relname = 'change_' || w.source and c.relkind = 'r'
), table_state as (
  select w.position, json_build_object(
    'nodes', coalesce((
      select json_agg(json_build_object(
               'name', format('%I.%I', n.nspname, c.relname), 'isLeaf', node.isleaf,
               'isFed', exists (select from pg_subscription_rel fed
                                 where fed.srrelid = c.oid or fed.srrelid in (select relid from pg_partition_ancestors(c.oid))),
               'triggers', coalesce((
                 select json_object_agg(t.tgname, json_build_object(
                          'form', json_build_array(coalesce((select proname from ours where ours.oid = t.tgfoid), ''), t.tgtype,
                            coalesce(t.tgoldtable, ''), coalesce(t.tgnewtable, ''), t.tgqual is not null,
                            convert_from(rtrim(t.tgargs, '\\x00'), getdatabaseencoding())),
                          'enabled', t.tgenabled))
                   from pg_trigger t
                  where t.tgrelid = c.oid and (t.tgname like 'deltad\\_%' or t.tgname like 'zz\\_deltad\\_%')), '{}'))
               order by node.level, n.nspname, c.relname)
        from node join pg_class c on c.oid = node.relid join pg_namespace n on n.oid = c.relnamespace
       where node.source = w.source), '[]'),
    'key', array(
      select distinct a.attname
        from node
        join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = node.relid and d.objsubid > 0
                        and d.refclassid = 'pg_class'::regclass and d.refobjid = node.relid and d.refobjsubid = 0 and d.deptype = 'i'
        join pg_attribute a on a.attrelid = node.relid and a.attnum = d.objsubid
       where node.source = w.source and not node.isleaf
       order by a.attname),
    'hasChangeTable', exists (select from change where change.source = w.source),
    'differences', coalesce((
      select json_agg(json_build_object('name', coalesce(wanted.key, present.attname), 'wanted', wanted.value,
                                        'present', format_type(present.atttypid, null)) order by wanted.place, present.attnum)
        from (select key, value, row_number() over () as place from json_each_text(w.columns)) wanted
        full join (select a.attname, a.atttypid, a.attnum from change join pg_attribute a on a.attrelid = change.oid
                    where change.source = w.source and a.attnum > 3 and not a.attisdropped) present on present.attname = wanted.key
       where wanted.value::regtype is distinct from present.atttypid), '[]'),
    'hasGuard', exists (select from pg_class guard
                         where guard.relnamespace = (select oid from deltad) and guard.relname = 'guard_' || w.source and guard.relkind = 'v'),
    'guarded', array(
      select distinct a.attname
        from pg_class guard
        join pg_rewrite rule on rule.ev_class = guard.oid
        join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = rule.oid
                        and d.refclassid = 'pg_class'::regclass and d.refobjid = w.relid and d.refobjsubid > 0
        join pg_attribute a on a.attrelid = w.relid and a.attnum = d.refobjsubid
       where guard.relnamespace = (select oid from deltad) and guard.relname = 'guard_' || w.source
       order by a.attname)
  ) as state
  from watched w
), unwanted as (
  select ours.oid, ours.proname from ours where ours.proname not in (select name from wanted_function)
), ours_in_schema as (
  select c.relname, c.relkind from pg_class c where c.relnamespace = (select oid from deltad)
)
select json_build_object(
  'tables', (select coalesce(json_agg(state order by position), '[]') from table_state),
  'functions', (select coalesce(json_object_agg(proname, prosrc) filter (where settled), '{}') from ours),
  'leftTriggers', (
    select coalesce(json_agg(json_build_object(
             'name', quote_ident(t.tgname), 'table', format('%I.%I', n.nspname, c.relname),
             'partitions', array(select format('%I.%I', pn.nspname, p.relname)
                                   from pg_partition_tree(c.oid) part
                                   join pg_class p on p.oid = part.relid
                                   join pg_namespace pn on pn.oid = p.relnamespace
                                  where part.relid <> c.oid and t.tgtype & 1 = 1)) order by n.nspname, c.relname, t.tgname), '[]')
      from unwanted
      join pg_trigger t on t.tgfoid = unwanted.oid and t.tgparentid = 0
      join pg_class c on c.oid = t.tgrelid
      join pg_namespace n on n.oid = c.relnamespace
     -- Others are replaced.
     where c.oid not in (select node.relid from node)
        or t.tgname not in ('deltad_insert', 'deltad_update', 'deltad_delete', 'deltad_truncate', 'zz_deltad_move', 'zz_deltad_row')),
  'leftFunctions', array(select format('deltad.%I()', proname) from unwanted order by proname),
  'leftViews', array(select format('deltad.%I', relname) from ours_in_schema
                      where relkind = 'v' and relname like 'guard\\_%' and relname not in (select 'guard_' || w.source from watched w)
                      order by relname),
  'leftSources', array(select substr(relname, length('change_') + 1) from ours_in_schema
                        where relkind = 'r' and relname like 'change\\_%' and relname not in (select 'change_' || w.source from watched w)
                        order by relname),
  'tellsOfDdl', (select count(*) = 3 from pg_event_trigger
                  where evtenabled = 'A'
                    and (evtname = 'deltad_ddl' and 'DROP SUBSCRIPTION' = any (evttags)
                         or evtname = 'deltad_drop' and 'DROP TYPE' = any (evttags) or evtname = 'deltad_rewrite'))
                or not (select rolsuper from pg_roles where rolname = current_user)) as state`;
