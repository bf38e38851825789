-- Removes what deltad made for sources that are not among these: triggers, their functions, guard, change table.
create or replace procedure deltad.unwatch_others(sources text[])
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
  source   text;
  function name;
begin
  for source in
    select substr(relname, length('change_') + 1)
      from pg_class
     where relnamespace = (select oid from pg_namespace where nspname = 'deltad') and relkind = 'r' and relname like 'change\_%'
  loop
    continue when source = any (sources);
    for function in
      select p.proname from pg_proc p
       where p.pronamespace = (select oid from pg_namespace where nspname = 'deltad') and p.pronargs = 0
         and p.proname in ('capture_insert_' || source, 'capture_update_' || source, 'capture_delete_' || source,
                           'capture_truncate_' || source, 'row_' || source)
    loop
      execute format('drop function deltad.%I() cascade', function);
    end loop;
    execute format('drop view if exists deltad.%I', 'guard_' || source);
    execute format('drop table deltad.%I', 'change_' || source);
    delete from deltad.pruned where change_table = 'change_' || source;
    execute 'delete from deltad.source where source = $1' using source;
  end loop;
end
$$;
