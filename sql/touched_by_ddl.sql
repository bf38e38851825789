-- Whether this transaction's DDL on a table of a watched tree concerns capture: a partition or child came or went, deltad's triggers,
-- the table's name, or a captured column changed. What this transaction has written in the catalogs has its transaction id or one
-- of its subtransactions', which are later: an age of 0 or less.
create or replace function deltad.touched_by_ddl(source text, relation oid) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  change_table constant oid := to_regclass(format('deltad.%I', 'change_' || source));
begin
  return (
    with recursive above as (
      select relation as relid
      union
      select i.inhparent from above join pg_inherits i on i.inhrelid = above.relid
    ), top as (
      select relid from above where not exists (select from pg_inherits i where i.inhrelid = above.relid)
    ), captured as (
      select c.attname from pg_attribute c where c.attrelid = change_table and c.attnum > 3 and not c.attisdropped
    ), tree as (
      select relid from top
      union
      select i.inhrelid from tree join pg_inherits i on i.inhparent = tree.relid
    )
    select exists (select from tree join pg_inherits i on i.inhrelid = tree.relid where age(i.xmin) <= 0)
        or exists (select from tree join pg_trigger t on t.tgrelid = tree.relid
                    where (t.tgname like 'deltad\_%' or t.tgname like 'zz\_deltad\_%') and age(t.xmin) <= 0)
        or exists (select from top join pg_class c on c.oid = top.relid join pg_type t on t.oid = c.reltype where age(t.xmin) <= 0)
        or exists (select from top cross join captured
                     left join pg_attribute a on a.attrelid = top.relid and a.attname = captured.attname
                    where a.attname is null or age(a.xmin) <= 0)
        -- A partition that was detached is an ordinary table now, and its parent's catalog rows don't say so.
        or exists (select from top join pg_class p on p.oid = top.relid and p.relkind = 'p', pg_class c
                    where c.relkind in ('r', 'p') and not c.relispartition and c.oid <> top.relid and age(c.xmin) <= 0)
  );
end
$$;
