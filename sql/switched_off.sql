-- The body of a trigger function that returns before it does anything, and keeps the rest of its text: as daemon/capture/generated-sql.ts
-- has it. What a BEFORE trigger returns is the row; elsewhere it counts for nothing, and is null for a statement.
create or replace function deltad.switched_off(body text) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select regexp_replace(deltad.switched_on(body), E'\nbegin\n', E'\nbegin\n  return new;  -- capture is off\n')
$$;
