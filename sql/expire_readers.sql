-- Ends the leases of daemons that have not been seen for 60 s, twelve of their heartbeats. One whose heartbeat is being written at
-- this moment is not dead, and is not waited for.
create or replace function deltad.expire_readers() returns void
language sql
as $$
  delete from deltad.reader
   where id in (select id from deltad.reader
                 where seen_at < clock_timestamp() - interval '60 seconds'
                   for update skip locked)
$$;
