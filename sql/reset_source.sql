-- Has every daemon read all owners of a source again at the very cut at which this transaction commits: rows may have changed, or may
-- have been captured, otherwise than by triggers.
create or replace function deltad.reset_source(source text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into deltad.reset (source)
  select reset_source.source
   where not exists (
     select from deltad.reset known
      where known.change_xid = pg_current_xact_id() and known.source = reset_source.source
        and known.link is null and known.owner is null);
  if found then
    perform deltad.ring();
  end if;
end
$$;
