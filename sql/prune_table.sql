-- Removes at most max_rows changes that `seen` sees from one change table, oldest first; returns how many.
--
-- While somebody holds a transaction open, removed rows stay in table and index as dead ones. Starting again at the oldest row would
-- walk over all of them each time, so deltad.pruned remembers a snapshot whose rows are gone, and what is left to remove is
--   rows at or above its xmax, and
--   rows of transactions that were still in progress in it;
-- both are conditions of the index. If max_rows ends the work early, the mark is put at the last transaction touched.
create or replace function deltad.prune_table(change_table name, seen pg_snapshot, max_rows bigint) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  done     pg_snapshot;
  late     xid8[];
  running  constant xid8[] := array(select pg_snapshot_xip(seen));
  removed  bigint;
  more     bigint;
  last_xid xid8;
begin
  -- A mark from another life of the data, whose transaction ids lie in the future, counts for nothing.
  select upto into done from deltad.pruned p
   where p.change_table = prune_table.change_table
     and pg_snapshot_xmax(upto) <= pg_snapshot_xmax(pg_current_snapshot());
  done := coalesce(done, '1:1:');

  late := array(select x from pg_snapshot_xip(done) x where pg_visible_in_snapshot(x, seen));
  execute format(
    'delete from deltad.%1$I where ctid = any (array(
       select ctid from deltad.%1$I where change_xid = any ($1) limit $2))', change_table)
    using late, max_rows;
  get diagnostics removed = row_count;

  if removed = max_rows then
    return removed;
  end if;

  execute format(
    'with removed as (
       delete from deltad.%1$I where ctid = any (array(
         select ctid from deltad.%1$I
          where change_xid >= $1 and change_xid < $2 and change_xid <> all ($3)
          order by change_xid limit $4))
       returning change_xid)
     select count(*), (select change_xid from removed order by change_xid desc limit 1) from removed', change_table)
    into more, last_xid
    using pg_snapshot_xmax(done), pg_snapshot_xmax(seen), running, max_rows - removed;

  if removed + more > 0 then
    if removed + more < max_rows then
      done := seen;
    else
      done := deltad.snapshot_below(last_xid, running);
    end if;
    insert into deltad.pruned values (change_table, done)
    on conflict on constraint pruned_pkey do update set upto = excluded.upto;
  end if;
  return removed + more;
end
$$;
