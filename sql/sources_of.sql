-- The sources that watch a table, a partition or an inheritance child of it: by the capture functions of the triggers on the tables above.
create or replace function deltad.sources_of(relation oid) returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    with recursive above as (
      select relation as relid
      union
      select i.inhparent from above join pg_inherits i on i.inhrelid = above.relid
    )
    select distinct substr(p.proname, length('capture_insert_') + 1)
      from above
      join pg_trigger t on t.tgrelid = above.relid and t.tgname = 'deltad_insert'
      join pg_proc p on p.oid = t.tgfoid
     where p.pronamespace = (select n.oid from pg_namespace n where n.nspname = 'deltad') and p.proname like 'capture\_insert\_%';
end
$$;
