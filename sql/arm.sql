-- Puts deltad's triggers on a watched table and on each of its partitions: those that are missing or different, so that running it
-- again takes no lock. CREATE TRIGGER takes SHARE ROW EXCLUSIVE: it waits for writers, and they wait for it. Run by the table's owner.
create or replace procedure deltad.arm(watched regclass, capture text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
  armed record;
  key   constant name[] := deltad.partition_key(watched);
  was_whole boolean := true;
begin
  for armed in
    select * from deltad.armed_triggers(watched, capture) where not present
  loop
    was_whole := false;
    if armed.trigger_name <> 'zz_deltad_move' then
      execute format(
        'create or replace trigger %I after %s for each statement execute function deltad.%I()',
        armed.trigger_name,
        format(
          case armed.trigger_name
            when 'deltad_insert'   then 'insert on %s referencing new table as new_rows'
            when 'deltad_update'   then 'update on %s referencing old table as old_rows new table as new_rows'
            when 'deltad_delete'   then 'delete on %s referencing old table as old_rows'
            when 'deltad_truncate' then 'truncate on %s'
          end, armed.node),
        capture);
    elsif armed.node = watched then
      -- PostgreSQL copies it to every partition, future ones included. Its name sorts last: after what other triggers may change.
      execute format('drop trigger if exists zz_deltad_move on %s', watched);
      execute format(
        'create trigger zz_deltad_move before update on %s for each row when (%s) execute function deltad.%I(%L)',
        watched,
        (select string_agg(format('old.%1$I is distinct from new.%1$I', k), ' or ') from unnest(key) k),
        capture,
        array_to_string(key, ','));
    end if;
  end loop;

  for armed in
    select * from deltad.armed_triggers(watched, capture) where present and not enabled
  loop
    was_whole := false;
    execute format('alter table %s enable always trigger %I', armed.node, armed.trigger_name);
  end loop;
  if not was_whole then
    perform deltad.forget_uncaptured();
  end if;
end
$$;
alter procedure deltad.arm(regclass, text) owner to deltad_capture;
revoke all on procedure deltad.arm(regclass, text) from public;
