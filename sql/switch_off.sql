-- Switches off the capture of a watched table, or of all (null): its triggers return before they do anything. At once, without a lock on the
-- table, and whether a daemon runs or not. Gives the sources that it switched.
--
-- Off is never silently wrong. A transaction whose write goes unrecorded has seen this one commit, and with it a reset of the source; so
-- whichever cut shows that write shows the reset, which makes daemons look. They say stale until capture has come back.
--
-- Coming back is not as easy. Who was writing when the triggers' functions were put back may have called the old ones and commit later: daemons
-- would have read the table by then, and nothing would tell them of those rows. To keep writers off the table meanwhile is what nobody
-- wants who switched capture off. So it takes two steps, as in PgQ. deltad.switch_on() puts the functions back, and the source is
-- `returning`. Then deltad.return_capture() looks who holds the lock that a write takes on the table, and waits until each of those
-- transactions has ended: whoever takes it later finds the new functions. Only then is the source on again, with a reset in
-- the same transaction. All of it is written down in deltad.source, so that anybody can go on where another was killed: a daemon does.
--
-- The functions say themselves that they are off, in their text, and keep the rest of it: see sql/switched_off.sql.
create or replace function deltad.switch_off(watched text default null) returns text[]
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  called   text;
  switched text[] := '{}';
begin
  -- One at a time, and not while migrations are applied: PostgreSQL lets no two change a function at once.
  lock table deltad.migration in share row exclusive mode;
  foreach called in array deltad.sources_called(watched) loop
    continue when not deltad.switch_functions(called, false)
              and exists (select from deltad.source s where s.source = called and s.capture = 'off');
    update deltad.source s
       set capture = 'off', switched_at = clock_timestamp(), switched_by = session_user, awaited = null
     where s.source = called;
    perform deltad.reset_source(called);
    switched := switched || called;
  end loop;
  return switched;
end
$$;
