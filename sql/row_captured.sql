-- A condition, as SQL, on the rows of a table of a partition tree: their partition has deltad's row trigger zz_deltad_row enabled, which
-- keeps their images itself. Statement triggers leave those rows out. Null where there is no such partition.
--
-- Nothing about a partition can change between the row trigger and the statement trigger that asks: DDL waits for the writer's lock.
create or replace function deltad.row_captured(node oid) returns text
language plpgsql stable
as $$
begin
  return (
    select string_agg(format('(%s)', pg_get_partition_constraintdef(leaf.relid)), ' or ')
      from pg_partition_tree(node) leaf
      join pg_trigger t on t.tgrelid = leaf.relid and t.tgname = 'zz_deltad_row'
     where leaf.isleaf
       and t.tgenabled in ('A', case current_setting('session_replication_role') when 'replica' then 'R' else 'O' end)
  );
end
$$;
alter function deltad.row_captured(oid) owner to deltad_capture;
revoke all on function deltad.row_captured(oid) from public;
