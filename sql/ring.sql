-- Wakes the daemon, if it sleeps. Called by the capture functions after they have written their rows.
--
-- The bell is an advisory lock. A daemon that is awake leaves it alone: the writer gets it in shared mode, keeps it until its rows
-- are visible, and notifies nobody; the daemon cannot fall asleep meanwhile. A daemon that sleeps holds it: the writer notifies.
-- No writer ever waits here.
--
-- A NOTIFY is left out
--   where deltad.notify is off, e.g.  alter role importer set deltad.notify = off;
--   where transactions may be prepared, which NOTIFY forbids, unless this writer's tables are known not to be written so
--     (writers_prepare => false) or deltad.notify is on;
--   while the notification queue is half full: with a full one the writer's COMMIT would fail.
-- The daemon reads at every heartbeat as well, so that it only learns later.
create or replace function deltad.ring(writers_prepare boolean default true) returns void
language plpgsql
as $$
declare
  notify text;
begin
  if pg_catalog.pg_try_advisory_xact_lock_shared(1684368500, 1) then
    return;
  end if;
  notify := coalesce(pg_catalog.current_setting('deltad.notify', true), '');
  if notify = 'off' or pg_catalog.pg_notification_queue_usage() >= 0.5 then
    return;
  end if;
  if notify <> 'on' and writers_prepare and pg_catalog.current_setting('max_prepared_transactions') <> '0' then
    return;
  end if;
  perform pg_catalog.pg_notify('deltad_bell', '');
end
$$;
alter function deltad.ring(boolean) owner to deltad_capture;
revoke all on function deltad.ring(boolean) from public;
