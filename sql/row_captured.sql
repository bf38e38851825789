-- A condition, as SQL, on the rows of a table of a partition tree: their partition has deltad's row trigger zz_deltad_row enabled, which
-- keeps their images itself. Statement triggers leave those rows out. Null where there is no such partition. An only partition that is the
-- default one has no constraint.
--
-- Nothing about a partition can change between the row trigger and the statement trigger that asks: DDL waits for the writer's lock.
-- No search_path is set: the condition is to be written for that of its caller, who executes it, so that each of its names means there what
-- it means in the partition's constraint.
create or replace function deltad.row_captured(node oid) returns text
language plpgsql stable
as $$
begin
  return (
    select pg_catalog.string_agg(pg_catalog.format('(%s)', coalesce(pg_catalog.pg_get_partition_constraintdef(leaf.relid), 'true')), ' or ')
      from pg_catalog.pg_partition_tree(node) leaf
      join pg_catalog.pg_trigger t on t.tgrelid operator(pg_catalog.=) leaf.relid and t.tgname operator(pg_catalog.=) 'zz_deltad_row'
     where leaf.isleaf
       and (t.tgenabled operator(pg_catalog.=) 'A'
            or t.tgenabled operator(pg_catalog.=) (
                 case when pg_catalog.current_setting('session_replication_role') operator(pg_catalog.=) 'replica'
                   then 'R'::pg_catalog."char" else 'O'::pg_catalog."char" end))
  );
end
$$;
