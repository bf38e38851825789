-- Wakes the daemon, if it sleeps. Called by the capture functions after they have written their rows.
--
-- The bell is an advisory lock. A daemon that is awake leaves it alone: the writer gets it in shared mode, keeps it until its rows
-- are visible, and notifies nobody; the daemon cannot fall asleep meanwhile. A daemon that sleeps holds it: the writer notifies.
-- No writer ever waits here.
--
-- A NOTIFY is left out
--   where deltad.notify is off, e.g.  alter role importer set deltad.notify = off;
--   where transactions may be prepared, which NOTIFY forbids, unless this writer's tables are known not to be written so
--     (writers_prepare => false) or deltad.notify is on; the worker of a subscription (its session_replication_role is replica) may
--     prepare what others have prepared elsewhere;
--   while the notification queue is half full: with a full one the writer's COMMIT would fail.
-- The daemon reads at every heartbeat as well, so that it only learns later.
-- Every name is qualified, and operators too: it runs with the writer's search_path.
create or replace function deltad.ring(writers_prepare boolean default true) returns void
language plpgsql
as $$
declare
  notify pg_catalog.text;
begin
  if pg_catalog.pg_try_advisory_xact_lock_shared(1684368500, 1) then
    -- No daemon sleeps: triggers come here all the same once in so many transactions.
    perform deltad.suspend_unread();
    return;
  end if;
  notify := coalesce(pg_catalog.current_setting('deltad.notify', true), '');
  if notify operator(pg_catalog.=) 'off' or pg_catalog.pg_notification_queue_usage() operator(pg_catalog.>=) 0.5 then
    return;
  end if;
  if notify operator(pg_catalog.<>) 'on'
     and (writers_prepare or pg_catalog.current_setting('session_replication_role') operator(pg_catalog.=) 'replica')
     and pg_catalog.current_setting('max_prepared_transactions') operator(pg_catalog.<>) '0' then
    return;
  end if;
  perform pg_catalog.pg_notify('deltad_bell', '');
end
$$;
