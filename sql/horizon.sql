-- The snapshot whose changes may go: every living daemon has read them, and they are older than the retention or have max_kept changes
-- behind them. Null where nothing may go yet.
--
-- Rows are counted by the distance of deltad.change_seq, which also numbers what was rolled back: it costs nothing, and errs towards
-- keeping less.
create or replace function deltad.horizon(retention interval, max_kept bigint) returns pg_snapshot
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  seen constant pg_snapshot := deltad.seen_by_all();
  old  record;
begin
  if retention <= interval '0' or max_kept <= 0 then
    return seen;
  end if;
  select made_at, snapshot into old from deltad.mark
   where made_at <= clock_timestamp() - retention
      or change_seq <= (select last_value from deltad.change_seq) - max_kept
   order by made_at desc limit 1;
  if not found then
    return null;
  end if;
  delete from deltad.mark where made_at < old.made_at;
  return deltad.snapshot_below(
    least(pg_snapshot_xmax(seen), pg_snapshot_xmax(old.snapshot)),
    array(select pg_snapshot_xip(seen) union select pg_snapshot_xip(old.snapshot)));
end
$$;
