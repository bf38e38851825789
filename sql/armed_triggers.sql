-- Which triggers a watched table and each of its partitions must have, and whether they are there as they must be: `present`, and
-- `enabled` always, also where session_replication_role is replica. deltad.arm() creates what is missing; the daemon's check asks
-- the same question, and calls nothing live while the answer is no.
--
-- A statement that names a partition fires that partition's statement triggers and not its parent's, so every table of the tree has
-- all four; a statement fires those of one table only, so no row is seen twice. A row that moves to another partition is told by a
-- row trigger: MERGE gives statement triggers nothing for it, or only its new image.
create or replace function deltad.armed_triggers(watched regclass, capture text)
returns table (node regclass, trigger_name name, present boolean, enabled boolean)
language sql stable
as $$
  with nodes as (
    select watched as node
    union
    select relid from pg_partition_tree(watched)
  ), wanted as (
    select node, w.*, '' as arguments
      from nodes, (values
        -- trigger_name, old_table, new_table; bits of pg_trigger.tgtype: 1 row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate
        ('deltad_insert'::name, 4, null::name, 'new_rows'::name),
        ('deltad_update', 16, 'old_rows', 'new_rows'),
        ('deltad_delete', 8, 'old_rows', null),
        ('deltad_truncate', 32, null, null)) w(trigger_name, kind, old_table, new_table)
    union all
    select node, 'zz_deltad_move', 1 + 2 + 16, null, null, array_to_string(deltad.partition_key(watched), ',')
      from nodes
     where deltad.partition_key(watched) <> '{}'
  )
  select w.node, w.trigger_name, t.oid is not null, coalesce(t.tgenabled = 'A', false)
    from wanted w
    left join pg_trigger t
      on t.tgrelid = w.node and t.tgname = w.trigger_name
     and t.tgfoid = (select p.oid from pg_proc p where p.pronamespace = (select n.oid from pg_namespace n where n.nspname = 'deltad') and p.proname = capture)
     and t.tgtype = w.kind
     and t.tgoldtable is not distinct from w.old_table
     and t.tgnewtable is not distinct from w.new_table
     and (t.tgqual is null) = (w.arguments = '')
     and t.tgargs = case w.arguments when '' then '' else convert_to(w.arguments, getdatabaseencoding()) || '\x00' end
   order by w.node::text, w.trigger_name
$$;
alter function deltad.armed_triggers(regclass, text) owner to deltad_capture;
revoke all on function deltad.armed_triggers(regclass, text) from public;
grant execute on function deltad.armed_triggers(regclass, text) to deltad_daemon;
