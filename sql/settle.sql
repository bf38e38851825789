-- The last step of every apply: gives deltad's objects their owner, rights and comments where they have not got them; see
-- sql/unsettled.sql. Run by the watched tables' owner.
create or replace procedure deltad.settle(version text, configuration text)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  mending text;
  is_read boolean := true;
begin
  for mending in select u.statement from deltad.unsettled(version, configuration) u loop
    execute mending;
    is_read := is_read and mending like 'comment on %';
  end loop;
  -- Daemons notice that their functions are not what they were.
  if not is_read then
    perform deltad.reset_source(s.source) from deltad.source s;
  end if;
end
$$;
