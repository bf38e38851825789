-- Begins a daemon's lease and returns its first cursor: changes that this snapshot does not see stay until the daemon has read them.
--
-- Pruning and registering exclude each other (deltad.lease_lock): a prune that has not seen this lease could remove what its
-- cursor has not. The cursor is taken after that lock, which needs READ COMMITTED.
--
-- away and unread: how long no daemon may be there, and how many changes it may miss, before capture suspends itself; null: as it is.
create or replace function deltad.register_reader(id uuid, away interval default null, unread bigint default null) returns pg_snapshot
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  change_table name;
  start        pg_snapshot;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'deltad.register_reader needs READ COMMITTED';
  end if;
  lock table deltad.lease_lock in share row exclusive mode;
  perform deltad.expire_readers();
  perform deltad.attend(away, unread);

  -- A restore into another cluster, where transaction ids start again, leaves rows that lie in this cluster's future. They would be
  -- unread for ever. Every id that this very statement can see is below its own xmax, so no living writer's row is meant.
  for change_table in select deltad.change_tables() loop
    execute format('delete from deltad.%I where change_xid >= pg_snapshot_xmax(pg_current_snapshot())', change_table);
  end loop;

  delete from deltad.mark where pg_snapshot_xmax(snapshot) > pg_snapshot_xmax(pg_current_snapshot());
  delete from deltad.floor where pg_snapshot_xmax(upto) > pg_snapshot_xmax(pg_current_snapshot());

  -- Nobody else reads: prune everything once from the beginning, whatever was said about how far it was done.
  if not exists (select from deltad.reader) then
    delete from deltad.pruned;
  end if;

  insert into deltad.reader (id, cursor) values (register_reader.id, pg_current_snapshot()) returning cursor into start;
  return start;
end
$$;
