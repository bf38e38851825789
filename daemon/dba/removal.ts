/**
 * Takes every trace of deltad out of a database: what it made, what it put on the application's tables, what it granted, its roles.
 *
 * One query over PostgreSQL's catalogs says which statements that are. They are shown by `migrate uninstall --plan`, run by
 * `migrate uninstall`, and run by the exported "down" migrations, which ask the same query at their time. Nothing is dropped with
 * CASCADE: where something of the application's depends on deltad's objects, removal fails and names it. Grants to other roles are
 * not touched, whether they were there before or not.
 */
import { dollarQuoted } from "../database/identifier.ts";

/**
 * Rows `position, statement`, in the order in which they run. None where nothing of deltad's is there. Of tables the triggers go first,
 * in the order of their names, so that two removals wait for each other instead of deadlocking.
 */
export const REMOVAL = `
with own as (
  select n.oid, n.nspowner from pg_namespace n where n.nspname = 'deltad'
), role as (
  -- The owner of the schema, and who was granted its use: by deltad those whose names begin so, by others whom they like.
  select r.oid, r.rolname,
         exists (select from pg_shdepend d
                  where d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid and d.dbid <> 0
                    and d.dbid <> (select oid from pg_database where datname = current_database())) as used_elsewhere
    from pg_roles r
   where r.rolname ~ '^deltad_(capture|daemon|writer)(_|$)'
     and (r.oid in (select nspowner from own)
          or r.oid in (select a.grantee from pg_namespace n, aclexplode(n.nspacl) a where n.oid in (select oid from own)))
), routine as (
  select p.oid, p.oid::regprocedure::text as called
    from pg_proc p where p.pronamespace in (select oid from own)
), relation as (
  select c.oid, c.relkind, format('%I.%I', 'deltad', c.relname) as called
    from pg_class c
   where c.relnamespace in (select oid from own)
     and not exists (select from pg_depend d
                      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i') and c.relkind = 'S')
), step (place, name, statement) as (
  select 1, e.evtname::text, format('drop event trigger %I', e.evtname)
    from pg_event_trigger e where e.evtfoid in (select oid from routine)
  union all
  select 2, format('%I.%I %I', n.nspname, c.relname, t.tgname), format('drop trigger %I on %I.%I', t.tgname, n.nspname, c.relname)
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    join pg_namespace n on n.oid = c.relnamespace
   where t.tgfoid in (select oid from routine) and t.tgparentid = 0 and not t.tgisinternal
  union all
  select 3, '', 'drop view ' || string_agg(called, ', ' order by called) from relation where relkind = 'v' having count(*) > 0
  union all
  select 4, '', 'drop routine ' || string_agg(called, ', ' order by called) from routine having count(*) > 0
  union all
  select 5, '', 'drop table ' || string_agg(called, ', ' order by called) from relation
   where relkind in ('r', 'p') and not exists (select from pg_inherits i where i.inhrelid = relation.oid) having count(*) > 0
  union all
  select 6, '', 'drop sequence ' || string_agg(called, ', ' order by called) from relation where relkind = 'S' having count(*) > 0
  union all
  select 7, '', 'drop schema deltad' from own
  union all
  -- What a role was granted, on whatever, is taken away by who may act as the role.
  select 8, role.rolname, format('grant %I to %I', role.rolname, current_user)
    from role where not pg_has_role(role.oid, 'usage')
  union all
  select 9, '', 'drop owned by ' || string_agg(quote_ident(rolname), ', ' order by rolname) from role having count(*) > 0
  union all
  select 10, '', 'drop role ' || string_agg(quote_ident(rolname), ', ' order by rolname) from role where not used_elsewhere having count(*) > 0
  union all
  select 11, role.rolname, format('revoke %I from %I', role.rolname, current_user)
    from role where used_elsewhere and not pg_has_role(role.oid, 'usage')
)
select row_number() over (order by place, name)::int as position, statement from step order by position`;

/** Whether a daemon reads this database: it has renewed its lease within a minute. For a database that has deltad.reader. */
export const LIVING_DAEMONS = `select application_name as application, backend_pid as pid
  from deltad.reader where seen_at > clock_timestamp() - interval '60 seconds' order by 1, 2`;

/**
 * The removal as one statement without transaction control, for other tools: it fails as a whole while a daemon reads.
 * To be run in a transaction, as the role that applied the migrations.
 */
export const REMOVAL_SCRIPT = `do ${dollarQuoted(`
declare
  removal text;
  living  text;
begin
  if to_regclass('deltad.reader') is not null then
    lock table deltad.reader in access exclusive mode;
    select string_agg(format('%s (session %s)', d.application, d.pid), ', ') into living
      from (${LIVING_DAEMONS}) d;
    if living is not null then
      raise exception 'daemons read this database: %', living using hint = 'Stop them first.';
    end if;
  end if;
  foreach removal in array array(select r.statement from (${REMOVAL}) r order by r.position) loop
    execute removal;
  end loop;
end
`)};
`;
