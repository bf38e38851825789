-- Removes what deltad made for sources that are not among these: triggers, their functions, guard, change table.
create or replace procedure deltad.unwatch_others(sources text[])
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
  source text;
begin
  for source in
    select substr(relname, length('change_') + 1)
      from pg_class
     where relnamespace = (select oid from pg_namespace where nspname = 'deltad') and relkind = 'r' and relname like 'change\_%'
  loop
    continue when source = any (sources);
    execute format('drop function if exists deltad.%I() cascade', 'capture_' || source);
    execute format('drop function if exists deltad.%I() cascade', 'row_' || source);
    execute format('drop view if exists deltad.%I', 'guard_' || source);
    execute format('drop table deltad.%I', 'change_' || source);
    delete from deltad.pruned where change_table = 'change_' || source;
  end loop;
end
$$;
alter procedure deltad.unwatch_others(text[]) owner to deltad_capture;
revoke all on procedure deltad.unwatch_others(text[]) from public;
