-- Holds the captured columns of a watched table fast: the view deltad.guard_<source> depends on them, so that DROP COLUMN, ALTER
-- COLUMN … TYPE and DROP TABLE fail at once, in the hands of who does it, instead of making later writes fail in the trigger. Nobody
-- reads the view; its owner has no right to the table.
--
-- To change a type all the same:  drop view deltad.guard_<source>;  the change;  deltad migrate apply, which puts the guard back.
-- To drop a column: take it out of deltad's configuration, apply, drop it.
create or replace procedure deltad.guard_columns(source text, watched regclass, columns name[])
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
  if deltad.guarded_columns(source, watched) = array(select c from unnest(columns) c order by c) then
    return;
  end if;
  execute format('drop view if exists deltad.%I', 'guard_' || source);
  execute format('create view deltad.%I as select %s from %s',
                 'guard_' || source, (select string_agg(format('%I', c), ', ') from unnest(columns) c), watched);
  execute format('alter view deltad.%I owner to deltad_capture', 'guard_' || source);
end
$$;
alter procedure deltad.guard_columns(text, regclass, name[]) owner to deltad_capture;
revoke all on procedure deltad.guard_columns(text, regclass, name[]) from public;
