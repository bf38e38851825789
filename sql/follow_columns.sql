-- Has the trigger functions of a source go on without captured columns that are gone from its table: no write may fail by them. A column that
-- was renamed is captured by its new name, into the change table's old column; where nobody says the new name, or the column was dropped,
-- NULL is captured. Daemons say stale until `deltad migrate apply` has put the configuration's functions back, or a renamed column has its
-- old name again. Gives the names that were gone.
--
-- By text: a captured column is r."name":: in a function (or old, or new), and nothing else is; see daemon/capture/generated-sql.ts. In the texts
-- that a function executes, quotes and backslashes of a name are doubled.
create or replace function deltad.follow_columns(source text, renamed name default null) returns text[]
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  relation constant oid := (
    select t.tgrelid
      from pg_trigger t
      join pg_proc p on p.oid = t.tgfoid and p.proname = 'capture_insert_' || source
      join pg_namespace n on n.oid = p.pronamespace and n.nspname = 'deltad'
      join pg_class c on c.oid = t.tgrelid and not c.relispartition
     where t.tgname = 'deltad_insert'
     limit 1);
  present  constant text[] := array(select a.attname from pg_attribute a where a.attrelid = relation and a.attnum > 0 and not a.attisdropped);
  function record;
  gone     text[];
  all_gone text[] := '{}';
  body     text;
  lost     text;
begin
  for function in
    select p.proname, p.prosrc
      from pg_proc p
      join pg_namespace n on n.oid = p.pronamespace and n.nspname = 'deltad'
     where relation is not null and p.pronargs = 0
       and p.proname in ('capture_insert_' || source, 'capture_update_' || source, 'capture_delete_' || source, 'row_' || source)
  loop
    gone := array(
      select distinct captured.name
        from regexp_matches(function.prosrc, '(?:r|old|new)\."((?:[^"]|"")+)"::', 'g') token,
             lateral (select replace(token[1], '""', '"') as name) captured
       where captured.name <> all (present)
         and replace(replace(captured.name, '''''', ''''), '\\', '\') <> all (present));
    body := function.prosrc;
    foreach lost in array gone loop
      if cardinality(gone) = 1 and lost || renamed !~ '[''\\"]' then
        body := replace(body, format('."%s"::', lost), format('."%s"::', renamed));
      else
        lost := replace(lost, '"', '""');
        body := replace(body, format('r."%s"::', lost), 'null::');
        body := replace(body, format('old."%s"::', lost), 'null::');
        body := replace(body, format('new."%s"::', lost), 'null::');
      end if;
    end loop;
    if body <> function.prosrc then
      execute format('create or replace function deltad.%I() returns trigger language plpgsql security definer as %L', function.proname, body);
      all_gone := array(select distinct name from unnest(all_gone || gone) name order by name);
    end if;
  end loop;
  if all_gone <> '{}' then
    perform deltad.forget_uncaptured();
    perform deltad.reset_source(source);
  end if;
  return all_gone;
end
$$;
