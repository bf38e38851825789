-- Has the trigger functions of a source return before they do anything, or has them work again. Whether it changed any.
create or replace function deltad.switch_functions(source text, is_on boolean) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  function record;
  changed  boolean := false;
begin
  for function in
    select p.oid, p.proname, p.prosrc,
           case when is_on then deltad.switched_on(p.prosrc) else deltad.switched_off(p.prosrc) end as wanted
      from deltad.source s
     cross join lateral jsonb_object_keys(s.functions) f(name)
      join pg_proc p on p.proname = f.name and p.pronamespace = 'deltad'::regnamespace and p.pronargs = 0
     where s.source = switch_functions.source
     order by p.proname
  loop
    continue when function.wanted = function.prosrc;
    -- To a REPEATABLE READ transaction the text may be an old one; what this function gives never is.
    if position(function.prosrc in pg_get_functiondef(function.oid)) = 0 then
      raise exception 'deltad.% has changed since this transaction began', function.proname;
    end if;
    execute format('create or replace function deltad.%I() returns trigger language plpgsql security definer as %L', function.proname, function.wanted);
    changed := true;
  end loop;
  return changed;
end
$$;
