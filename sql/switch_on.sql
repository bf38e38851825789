-- Puts back what the triggers of a watched table do, or of all (null); see sql/switch_off.sql. Gives the sources that it switched: they are
-- `returning` until deltad.return_capture() says in a later transaction that nobody is waited for.
create or replace function deltad.switch_on(watched text default null) returns text[]
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  called   text;
  switched text[] := '{}';
begin
  lock table deltad.migration in share row exclusive mode;
  foreach called in array deltad.sources_called(watched) loop
    continue when not deltad.switch_functions(called, true)
              and exists (select from deltad.source s where s.source = called and s.capture in ('on', 'returning'));
    -- Columns may have gone meanwhile, and no write may fail by them.
    perform deltad.follow_columns(called);
    update deltad.source s
       set capture = 'returning', switched_at = clock_timestamp(), switched_by = session_user, awaited = null
     where s.source = called;
    switched := switched || called;
  end loop;
  return switched;
end
$$;
