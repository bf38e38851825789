-- What undoes the rights that clients' writing has to tables, and its functions, as statements. Who applies becomes a member of the role first:
-- only as that may the functions be replaced.
create or replace function deltad.writing_to_take_back() returns table (function_name name, statement text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  modern constant boolean := current_setting('server_version_num')::int >= 160000;
begin
  return query
    with writer as (
      select distinct r.oid, r.rolname
        from pg_proc p join pg_roles r on r.oid = p.proowner
       where p.pronamespace = 'deltad'::regnamespace and p.proname like 'write\_%' and starts_with(r.rolname::text, 'deltad_writer_')
    )
    select null::name, format('grant %I to %I', w.rolname, current_user) || case when modern then ' with inherit true, set true' else '' end
      from writer w
     where not (select r.rolsuper from pg_roles r where r.rolname = current_user)
       and not (pg_has_role(w.oid, 'usage') and pg_has_role(w.oid, case when modern then 'set' else 'member' end))
    union all
    select null, format('revoke all on table %I.%I from %I', t.schema_name, t.table_name, w.rolname)
      from writer w
     cross join (select distinct d.schema_name, d.table_name from deltad.written d) t
     where to_regclass(format('%I.%I', t.schema_name, t.table_name)) is not null
    union all
    select distinct null::name, format('revoke all on sequence %I.%I from %I', sn.nspname, s.relname, w.rolname)
      from writer w
     cross join deltad.written d
      join pg_depend o on o.classid = 'pg_class'::regclass and o.refclassid = 'pg_class'::regclass and o.deptype = 'a'
                      and o.refobjid = to_regclass(format('%I.%I', d.schema_name, d.table_name))
      join pg_class s on s.oid = o.objid and s.relkind = 'S'
      join pg_namespace sn on sn.oid = s.relnamespace
    union all
    select p.proname, format('drop function %s', p.oid::regprocedure)
      from pg_proc p where p.pronamespace = 'deltad'::regnamespace and p.proname like 'write\_%';
end
$$;
