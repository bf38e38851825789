-- Removes changes that every living daemon has read and that are older than the retention or have max_kept newer ones behind them,
-- whichever is less: at most max_rows of them (0 or more; max_rows: call again). Without a retention, and without a living daemon, that
-- is all of them. Returns null at once while another session prunes. Waits for nobody, and nobody waits for it.
--
-- By DELETE, and not as a ring of partitions that TRUNCATE empties. Beside each other (PostgreSQL 18, four slots, 500 and 1,500 updates per
-- second, on a busy machine) a ring stays at 6 MB under an old snapshot, where dead rows grow by 120 bytes an image, to 24 MB after 200,000.
-- But reads are no faster (an empty one 0.25 ms in both, since the dead lie behind the cursor), writes were not cheaper (mostly a
-- little dearer), and TRUNCATE needs its slot for itself: it took 28 ms to 5 s, and had to be put off while a dump ran or a writer of
-- that slot stayed open.
create or replace function deltad.prune(max_rows integer, retention interval default '0', max_kept bigint default 0) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  change_table name;
  horizon      pg_snapshot;
  removed      bigint := 0;
begin
  -- An older snapshot would miss a daemon that has registered since.
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'deltad.prune needs READ COMMITTED';
  end if;
  begin
    lock table deltad.lease_lock in share row exclusive mode nowait;
  exception when lock_not_available then
    return null;
  end;

  perform deltad.expire_readers();
  if to_regclass('deltad.operation') is not null then
    execute 'select deltad.prune_operations()';
  end if;
  if retention > interval '0' and max_kept > 0 then
    perform deltad.make_mark(retention, max_kept);
  end if;
  horizon := deltad.horizon(retention, max_kept);
  if horizon is null then
    return 0;
  end if;
  for change_table in select deltad.change_tables() loop
    exit when removed >= max_rows;
    removed := removed + deltad.prune_table(change_table, horizon, max_rows - removed);
  end loop;
  if removed > 0 then
    perform deltad.raise_floor(horizon);
  end if;
  return removed;
end
$$;
