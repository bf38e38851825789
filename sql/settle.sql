-- The last step of every apply: gives deltad's objects their owner, rights and comments where they have not got them; see
-- sql/unsettled.sql. Run by the watched tables' owner.
create or replace procedure deltad.settle(version text, configuration text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  mending text;
  -- Only what is said of objects has changed, and by which version: nothing that is done.
  is_said boolean := true;
begin
  for mending in select u.statement from deltad.unsettled(version, configuration) u loop
    execute mending;
    is_said := is_said and (mending like 'comment on %' or mending like 'update deltad.install set version = %');
  end loop;
  -- Daemons notice that their functions are not what they were.
  if not is_said then
    perform deltad.reset_source(s.source) from deltad.source s;
  end if;
end
$$;
