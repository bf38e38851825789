-- Puts deltad's triggers on a watched table and on each of its partitions: those that are missing or different, so that running it
-- again takes no lock. CREATE TRIGGER takes SHARE ROW EXCLUSIVE: it waits for writers, and they wait for it. Run by the table's owner.
create or replace procedure deltad.arm(watched regclass, capture text)
language plpgsql
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
  armed     record;
  key       constant name[] := deltad.partition_key(watched);
  by_row    constant text := 'row_' || substr(capture, length('capture_') + 1);
  owner     constant name := (select pg_get_userbyid(c.relowner) from pg_class c where c.oid = watched);
  was_whole boolean := true;
begin
  for armed in
    select * from deltad.armed_triggers(watched, capture) where not present
  loop
    was_whole := false;
    if armed.trigger_name not like 'zz\_%' then
      execute format(
        'create or replace trigger %I after %s for each statement execute function deltad.%I(%s)',
        armed.trigger_name,
        format(
          case armed.trigger_name
            when 'deltad_insert'   then 'insert on %s referencing new table as new_rows'
            when 'deltad_update'   then 'update on %s referencing old table as old_rows new table as new_rows'
            when 'deltad_delete'   then 'delete on %s referencing old table as old_rows'
            when 'deltad_truncate' then 'truncate on %s'
          end, armed.node),
        capture,
        case when key <> '{}' then quote_literal('tree') end);
    elsif armed.node = watched then
      -- PostgreSQL copies them to every partition, future ones included. Their names sort last: after what other triggers may change.
      execute format('drop trigger if exists %I on %s', armed.trigger_name, watched);
      if armed.trigger_name = 'zz_deltad_move' then
        execute format(
          'create trigger zz_deltad_move before update on %s for each row when (%s) execute function deltad.%I(%L)',
          watched,
          (select string_agg(format('old.%1$I is distinct from new.%1$I', k), ' or ') from unnest(key) k),
          by_row,
          array_to_string(key, ','));
      else
        execute format('create trigger zz_deltad_row after insert or update or delete on %s for each row execute function deltad.%I()',
                       watched, by_row);
      end if;
    end if;
  end loop;

  -- Each table by itself: a partition may differ from what is above it.
  for armed in
    select t.*, c.relkind = 'p' as is_partitioned
      from deltad.armed_triggers(watched, capture) t join pg_class c on c.oid = t.node
     where t.present and not t.armed
     -- First what captures, then what need not capture any more.
     order by t.trigger_name
  loop
    was_whole := false;
    execute format('alter table only %s %s trigger %I', armed.node,
                   case when armed.trigger_name = 'zz_deltad_row' and not armed.is_partitioned then 'disable' else 'enable always' end,
                   armed.trigger_name);
  end loop;
  -- PostgreSQL copies a row trigger to a partition only for who may execute its function. Without a right to the schema nobody can
  -- name it, and so put it on another table.
  if key <> '{}' and not has_function_privilege(owner, format('deltad.%I()', by_row), 'execute') then
    execute format('grant execute on function deltad.%I() to %I', by_row, owner);
  end if;
  if not was_whole then
    perform deltad.forget_uncaptured();
  end if;
end
$$;
alter procedure deltad.arm(regclass, text) owner to deltad_capture;
revoke all on procedure deltad.arm(regclass, text) from public;
