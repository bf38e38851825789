-- Writes down in deltad.source what of a table is captured, and by which text of its trigger functions: the daemons' check holds it
-- against what is there.
create or replace procedure deltad.register_source(
  source text, schema_name name, table_name name, key_column name, owner_column name, functions name[], limits jsonb
)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into deltad.source as s (source, schema_name, table_name, key_column, owner_column, columns, functions, limits)
  select register_source.source, register_source.schema_name, register_source.table_name,
         register_source.key_column, register_source.owner_column,
         (select jsonb_object_agg(a.attname, format_type(a.atttypid, null))
            from pg_attribute a
           where a.attrelid = to_regclass(format('deltad.%I', 'change_' || register_source.source))
             and a.attnum > 3 and not a.attisdropped),
         (select jsonb_object_agg(p.proname, encode(sha256(convert_to(deltad.switched_on(p.prosrc), 'UTF8')), 'hex'))
            from pg_proc p
           where p.pronamespace = 'deltad'::regnamespace and p.proname = any (register_source.functions)),
         register_source.limits
  on conflict on constraint source_pkey do update
    set schema_name = excluded.schema_name, table_name = excluded.table_name, key_column = excluded.key_column,
        owner_column = excluded.owner_column, columns = excluded.columns, functions = excluded.functions, limits = excluded.limits;
end
$$;
