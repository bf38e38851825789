-- Removes changes that every living daemon has read, at most max_rows of them (0 or more; max_rows: call again). Without a living
-- daemon that is all of them. Returns 0 at once while another session prunes. Waits for nobody, and nobody waits for it.
create or replace function deltad.prune(max_rows integer) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  change_table name;
  seen         pg_snapshot;
  removed      bigint := 0;
begin
  -- An older snapshot would miss a daemon that has registered since.
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'deltad.prune needs READ COMMITTED';
  end if;
  if not pg_try_advisory_xact_lock(1684368500, 2) then
    return 0;
  end if;

  perform deltad.expire_readers();
  seen := deltad.seen_by_all();
  for change_table in select deltad.change_tables() loop
    exit when removed >= max_rows;
    removed := removed + deltad.prune_table(change_table, seen, max_rows - removed);
  end loop;
  return removed;
end
$$;
alter function deltad.prune(integer) owner to deltad_capture;
revoke all on function deltad.prune(integer) from public;
grant execute on function deltad.prune(integer) to deltad_daemon;
