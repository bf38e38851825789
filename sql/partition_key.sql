-- The columns on which the partitioning of a table and of its partitions depends, those inside expressions included, in order.
-- Empty for a table that is not partitioned.
create or replace function deltad.partition_key(watched regclass) returns name[]
language sql stable
as $$
  select array(
    select distinct a.attname
      from pg_partition_tree(watched) node
      join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = node.relid and d.objsubid > 0
                      and d.refclassid = 'pg_class'::regclass and d.refobjid = node.relid and d.refobjsubid = 0
                      and d.deptype = 'i'
      join pg_attribute a on a.attrelid = node.relid and a.attnum = d.objsubid
     where not node.isleaf
     order by a.attname)
$$;
