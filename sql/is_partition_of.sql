-- Whether a table is a partition, at any depth, of the table of that name. Names, because the generated functions that ask are
-- readable and survive a restore; catalogs, because deltad_capture has no right to look into the schema itself.
create or replace function deltad.is_partition_of(partition oid, schema_name name, table_name name) returns boolean
language plpgsql stable
as $$
begin
  return exists (
    select from pg_partition_ancestors(partition) a
      join pg_class c on c.oid = a.relid
      join pg_namespace n on n.oid = c.relnamespace
     where c.relname = table_name and n.nspname = schema_name and a.relid <> partition
  );
end
$$;
alter function deltad.is_partition_of(oid, name, name) owner to deltad_capture;
revoke all on function deltad.is_partition_of(oid, name, name) from public;
