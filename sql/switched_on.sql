-- The body of a trigger function without what deltad.switched_off() has put before it.
create or replace function deltad.switched_on(body text) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select regexp_replace(body, E'\nbegin\n  return new;  -- capture is off\n', E'\nbegin\n')
$$;
