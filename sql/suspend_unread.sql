-- Suspends capture where no daemon has been there for so long, or has missed so many changes, that what piles up would fill the disk for
-- nobody: a daemon that comes reads the tables afresh anyway. Asked by one writing transaction in a thousand, by bulk statements and by
-- who leaves writes out: see deltad.ring(). It waits for nobody and fails no write.
--
-- What it does is what deltad.switch_off() does, with one difference: the first daemon that comes brings capture back by itself, in the same
-- two steps. All of it is part of the writer's transaction: where that is rolled back, capture goes on, and the next one suspends it.
create or replace function deltad.suspend_unread() returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  known  record;
  -- A snapshot of some hours ago does not show the heartbeats since.
  moment constant timestamptz := case when current_setting('transaction_isolation') = 'read committed' then clock_timestamp()
                                      else transaction_timestamp() end;
  away   interval;
  called text;
begin
  select a.seen_at, a.change_seq, a.suspend_after, a.suspend_rows into known from deltad.attendance a;
  -- After a crash or a failover nobody has been there yet.
  away := moment - coalesce(known.seen_at, greatest(pg_postmaster_start_time(), pg_last_xact_replay_timestamp()));
  if (away >= coalesce(known.suspend_after, '24 hours') and known.suspend_after is distinct from '0'
      -- A minute: a daemon that is started again, or another one, is not away.
      or away >= interval '1 minute' and known.suspend_rows is distinct from 0
         and (select q.last_value from deltad.change_seq q) - coalesce(known.change_seq, 0) >= coalesce(known.suspend_rows, 10000000)) is not true then
    return;
  end if;
  begin
    lock table deltad.migration in share row exclusive mode nowait;
    for called in select s.source from deltad.source s where s.capture in ('on', 'returning') order by s.source loop
      perform deltad.switch_functions(called, false);
      update deltad.source s set capture = 'suspended', switched_at = clock_timestamp(), switched_by = null, awaited = null
       where s.source = called;
      perform deltad.reset_source(called);
    end loop;
  exception when others then
    raise log 'deltad: capture is not suspended: %', sqlerrm;
  end;
end
$$;
