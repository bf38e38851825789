-- Whether a table is a partition, at any depth, of the table of that name. Names, because the generated functions that ask are
-- readable and survive a restore; catalogs, because the functions' owner has no right to look into the schema itself. Every name is
-- qualified, and operators too: it runs with the writer's search_path, as a SET of one costs more than the look.
create or replace function deltad.is_partition_of(partition oid, schema_name name, table_name name) returns boolean
language plpgsql stable
as $$
begin
  return exists (
    select from pg_catalog.pg_partition_ancestors(partition) a
      join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) a.relid
      join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
     where c.relname operator(pg_catalog.=) table_name
       and n.nspname operator(pg_catalog.=) schema_name
       and a.relid operator(pg_catalog.<>) partition
  );
end
$$;
