-- Has what suspended itself come back, and takes the second step of coming back, see sql/switch_off.sql. Where nobody is left who may still write unrecorded, a source that is returning is on,
-- and its owners are read again at the very cut at which this commits. Says who is left, for people; null: nobody, all that was
-- returning is on. To be called again, in another transaction, until then.
create or replace function deltad.return_capture() returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  coming    record;
  writing   text[];
  left_over text[];
  all_left  text[] := '{}';
  is_first  boolean := false;
  is_back   boolean := false;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'deltad.return_capture needs READ COMMITTED';
  end if;
  -- Also for what it proves: a transaction tells the other sessions of the functions that it has changed before it gives its locks back.
  lock table deltad.migration in share row exclusive mode;
  perform deltad.attend();
  -- What suspended itself: the first step, and the second one in the next transaction.
  for coming in select s.source from deltad.source s where s.capture = 'suspended' order by s.source loop
    perform deltad.switch_functions(coming.source, true);
    perform deltad.follow_columns(coming.source);
    update deltad.source s set capture = 'returning', switched_at = clock_timestamp(), awaited = null where s.source = coming.source;
    is_first := true;
  end loop;
  if is_first then
    perform deltad.discard_unread();
    return 'whoever has yet to notice';
  end if;
  for coming in select s.source, s.functions, s.awaited from deltad.source s where s.capture = 'returning' order by s.source loop
    writing := array(
      select distinct l.virtualtransaction
        from pg_locks l
       where l.locktype = 'relation' and l.mode = 'RowExclusiveLock' and l.granted
         and l.database = (select d.oid from pg_database d where d.datname = current_database())
         and l.relation in (select t.tgrelid
                              from pg_trigger t
                              join pg_proc p on p.oid = t.tgfoid
                             where p.pronamespace = 'deltad'::regnamespace and coming.functions ? p.proname::text));
    left_over := writing;
    if coming.awaited is not null then
      left_over := array(select unnest(coming.awaited) intersect select unnest(writing));
      -- One that has ended as a session's may have been prepared instead, under another name.
      if exists (select from unnest(coming.awaited) w where w <> all (writing) and not starts_with(w, '-1/')) then
        left_over := array(select unnest(left_over) union select w from unnest(writing) w where starts_with(w, '-1/'));
      end if;
    end if;
    if left_over = '{}' then
      update deltad.source s set capture = 'on', awaited = null where s.source = coming.source;
      perform deltad.reset_source(coming.source);
      is_back := true;
    else
      update deltad.source s set awaited = left_over where s.source = coming.source and s.awaited is distinct from left_over;
      all_left := all_left || left_over;
    end if;
  end loop;
  if is_back then
    perform deltad.forget_uncaptured();
  end if;
  if all_left = '{}' then
    return null;
  end if;
  return coalesce(
    (select string_agg(distinct coalesce('session ' || l.pid, 'a prepared transaction'), ', ')
       from pg_locks l where l.virtualtransaction = any (all_left)),
    'a session that has just ended its transaction');
end
$$;
