-- The snapshot of what every living reader has seen: the intersection of all leases and now. A transaction is seen by all if it is
-- below the smallest xmax and in progress for none.
create or replace function deltad.seen_by_all() returns pg_snapshot
language plpgsql stable
as $$
begin
  return (
    with cursors as materialized (
      select cursor from deltad.reader union all select pg_current_snapshot()
    )
    select deltad.snapshot_below(
      (select pg_snapshot_xmax(cursor) as xmax from cursors order by xmax limit 1),
      array(select pg_snapshot_xip(cursor) from cursors)
    )
  );
end
$$;
