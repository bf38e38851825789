-- Empties the change tables at once where no daemon has a lease: what piled up before capture was suspended. TRUNCATE gives the disk its
-- room back. A table that a writer of before still holds is left to deltad.prune(); nobody waits.
create or replace function deltad.discard_unread() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  change_table name;
begin
  begin
    lock table deltad.lease_lock in share row exclusive mode nowait;
  exception when lock_not_available then
    return;
  end;
  perform deltad.expire_readers();
  if exists (select from deltad.reader) then
    return;
  end if;
  for change_table in select deltad.change_tables() loop
    begin
      execute format('lock table deltad.%I in access exclusive mode nowait', change_table);
      execute format('truncate deltad.%I', change_table);
    exception when lock_not_available then
      null;
    end;
  end loop;
  -- No client is told what it missed before this.
  perform deltad.forget_uncaptured();
end
$$;
