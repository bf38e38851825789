-- The columns of a watched table that its guard, the view deltad.guard_<source>, holds fast, in order; see deltad.guard_columns().
create or replace function deltad.guarded_columns(source text, watched regclass) returns name[]
language sql stable
as $$
  select array(
    select distinct a.attname
      from pg_class guard
      join pg_rewrite rule on rule.ev_class = guard.oid
      join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = rule.oid
                      and d.refclassid = 'pg_class'::regclass and d.refobjid = watched and d.refobjsubid > 0
      join pg_attribute a on a.attrelid = watched and a.attnum = d.refobjsubid
     where guard.relnamespace = (select oid from pg_namespace where nspname = 'deltad')
       and guard.relname = 'guard_' || source
     order by a.attname)
$$;
alter function deltad.guarded_columns(text, regclass) owner to deltad_capture;
revoke all on function deltad.guarded_columns(text, regclass) from public;
