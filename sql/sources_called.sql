-- The sources of a name as people write it: a source's own, or that of the table it watches, with or without its schema; all of them for null.
create or replace function deltad.sources_called(name text) returns text[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  found constant text[] := array(
    select s.source from deltad.source s
     where sources_called.name is null
        or sources_called.name in (s.source, s.table_name, quote_ident(s.table_name), s.schema_name || '.' || s.table_name,
                                   format('%I.%I', s.schema_name, s.table_name))
     order by s.source);
begin
  if cardinality(found) > 1 and name is not null then
    raise exception 'more than one watched table is called %', name using hint = 'Name it with its schema.';
  elsif found = '{}' then
    raise exception 'no watched table is called %', coalesce(name, 'anything')
      using hint = 'Watched are: ' || coalesce((select string_agg(format('%I.%I', s.schema_name, s.table_name), ', ' order by s.source) from deltad.source s), 'none');
  end if;
  return found;
end
$$;
