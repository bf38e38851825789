-- The snapshot that sees every transaction before `bound` but those `in_progress`.
create or replace function deltad.snapshot_below(bound xid8, in_progress xid8[]) returns pg_snapshot
language sql immutable
as $$
  select (coalesce(min_xid, bound)::text || ':' || bound::text || ':' || array_to_string(xids, ','))::pg_snapshot
    from (select xids[1] as min_xid, xids
            from (select array(select distinct x from unnest(in_progress) x where x < bound order by x) as xids) sorted) s
$$;
