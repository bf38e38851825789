-- Moves a daemon's lease to where it has read, and sends the probe that must come back through its listener. False: the lease is
-- gone, and rows that it has not read may be as well.
--
-- Asking for the queue's usage also lets PostgreSQL shorten the queue, without which a full one stays full.
create or replace function deltad.heartbeat(id uuid, cursor pg_snapshot, probe text) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if pg_notification_queue_usage() < 0.5 then
    perform pg_notify('deltad_probe', probe);
  end if;
  perform deltad.attend();
  update deltad.reader r
     set cursor = heartbeat.cursor, seen_at = clock_timestamp()
   where r.id = heartbeat.id;
  return found;
end
$$;
