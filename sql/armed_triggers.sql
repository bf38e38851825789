-- The triggers that a watched table and each of its partitions have, or should have. `migrate apply` makes all of them `armed`; the
-- daemon's check calls nothing live while one that is `needed` is not `present` or not `enabled`.
--
-- A statement that names a partition fires that partition's statement triggers and not its parent's, so every table of the tree has
-- all four; a statement fires those of one table only, so no row is seen twice. A row that moves to another partition is told by a
-- row trigger, zz_deltad_move: MERGE gives statement triggers nothing for it, or only its new image.
--
-- PostgreSQL does not copy statement triggers to a partition that is created or attached later. It does copy zz_deltad_row, which
-- keeps the images of each row, and apply disables that one where a partition has statement triggers of its own. So a partition is
-- captured from its first row on, and needs no statement triggers, nor do the tables above it, while its zz_deltad_row is enabled.
-- Statement triggers leave out what zz_deltad_row keeps; see sql/row_captured.sql.
--
-- The worker of a subscription fires row triggers and TRUNCATE's only. A table that one fills, by its own name or by that of a table above
-- it, is captured by zz_deltad_row, also where it is no partition; its other statement triggers are disabled.
create or replace function deltad.armed_triggers(watched regclass, source text)
returns table (node regclass, trigger_name name, needed boolean, present boolean, enabled boolean, armed boolean)
language sql stable
set search_path = pg_catalog, pg_temp
set jit = off -- compiling it takes a hundred times as long as running it
as $$
  with recursive members as (
    select watched as node, null::regclass as parent, true as isleaf
     where not exists (select from pg_partition_tree(watched))
    union all
    select relid, parentrelid, isleaf from pg_partition_tree(watched)
  ), nodes as (
    select node, parent, isleaf,
           isleaf and exists (select from pg_subscription_rel s
                               where s.srrelid = node or s.srrelid in (select a.relid from pg_partition_ancestors(node) a)) as fed
      from members
  ), tree as (
    select array_to_string(deltad.partition_key(watched), ',') as key
  ), functions as (
    select p.oid, p.proname
      from pg_proc p
     where p.pronamespace = (select n.oid from pg_namespace n where n.nspname = 'deltad') and p.pronargs = 0
  ), wanted as (
    select node, parent, isleaf, fed, w.*, replace(trigger_name, 'deltad_', 'capture_') || '_' || source as function,
           case tree.key when '' then '' else 'tree' end as arguments, true as by_statement, false as has_condition,
           case when fed and w.trigger_name <> 'deltad_truncate' then 'D' else 'A' end::"char" as state
      from nodes, tree, (values
        -- trigger_name, kind, old_table, new_table; bits of pg_trigger.tgtype: 1 row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate
        ('deltad_insert'::name, 4, null::name, 'new_rows'::name),
        ('deltad_update', 16, 'old_rows', 'new_rows'),
        ('deltad_delete', 8, 'old_rows', null),
        ('deltad_truncate', 32, null, null)) w(trigger_name, kind, old_table, new_table)
    union all
    select node, parent, isleaf, fed, 'zz_deltad_move', 1 + 2 + 16, null, null, 'row_' || source, tree.key, false, true, 'A'
      from nodes, tree
     where tree.key <> ''
    union all
    select node, parent, isleaf, fed, 'zz_deltad_row', 1 + 4 + 8 + 16, null, null, 'row_' || source, '', false, false,
           case when isleaf and not fed then 'D' else 'A' end::"char"
      from nodes, tree
     where tree.key <> '' or fed
        or exists (select from pg_trigger t where t.tgrelid = node and t.tgname = 'zz_deltad_row')
  ), found as (
    select w.*, t.tgenabled,
           t.tgargs = case w.arguments when '' then '' else convert_to(w.arguments, getdatabaseencoding()) || '\x00' end as is_right,
           string_to_array(convert_from(rtrim(t.tgargs, '\x00'), getdatabaseencoding()), ',') as columns
      from wanted w
      left join pg_trigger t
        on t.tgrelid = w.node and t.tgname = w.trigger_name
       and t.tgfoid = (select f.oid from functions f where f.proname = w.function)
       and t.tgtype = w.kind
       and t.tgoldtable is not distinct from w.old_table
       and t.tgnewtable is not distinct from w.new_table
       and (t.tgqual is not null) = w.has_condition
  ), leaves as (
    select f.node, f.parent,
           bool_and(f.is_right and f.tgenabled = 'A') filter (where f.by_statement) is true as by_statement,
           bool_or(f.tgenabled = 'A') filter (where f.trigger_name = 'zz_deltad_row') is true as by_row
      from found f
     where f.isleaf
     group by f.node, f.parent
  ), relied_on as (
    -- Tables whose statement triggers somebody's rows depend on.
    select node, parent from leaves where not by_row
    union
    select nodes.node, nodes.parent from relied_on join nodes on nodes.node = relied_on.parent
  ), moves as (
    -- What zz_deltad_move must look at: a move from or to a table that row triggers keep is kept by them.
    select array(select distinct a.attname::text
                   from relied_on
                   join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = relied_on.node and d.objsubid > 0
                                   and d.refclassid = 'pg_class'::regclass and d.refobjid = relied_on.node and d.refobjsubid = 0
                                   and d.deptype = 'i'
                   join pg_attribute a on a.attrelid = relied_on.node and a.attnum = d.objsubid
                   join pg_class c on c.oid = relied_on.node and c.relkind = 'p') as key
  )
  select f.node, f.trigger_name,
         case f.trigger_name
           when 'zz_deltad_row' then (select tree.key from tree) <> '' or f.fed
           when 'zz_deltad_move' then (f.tgenabled = 'A' and (select m.key from moves m) <@ f.columns) is not true
           when 'deltad_truncate' then f.node = watched or f.node in (select r.node from relied_on r)
           else f.node = watched and not f.isleaf or f.node in (select r.node from relied_on r)
         end,
         f.is_right is true,
         (f.tgenabled = 'A') is true
           or f.trigger_name = 'zz_deltad_row' and f.tgenabled is not null and exists (select from leaves l where l.node = f.node and l.by_statement)
              and not f.fed,
         (f.is_right and f.tgenabled = f.state
          and (f.trigger_name <> 'zz_deltad_row' or (select tree.key from tree) <> '' or f.fed)) is true
    from found f
   order by f.node::text, f.trigger_name
$$;
