-- Removes what became of operations of 30 days ago and longer, a slice at a time, and clients that have done nothing for a year. Called by
-- deltad.prune(). Oldest first, as they were told: to look at no more of those that are kept.
create or replace function deltad.prune_operations() returns void
language sql security definer
set search_path = pg_catalog, pg_temp
as $$
  delete from deltad.operation where ctid = any (array(
    select o.ctid from (select ctid, done_at from deltad.operation order by change_xid limit 1000) o
     where o.done_at < clock_timestamp() - interval '30 days'));
  delete from deltad.operator_client where ctid = any (array(
    select ctid from deltad.operator_client where used_on < current_date - 366 limit 1000));
$$;
