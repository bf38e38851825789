-- Nothing that committed before this transaction can be vouched for: triggers were missing, or took down less than they do now. A
-- client that has not seen this very transaction is not told what it missed.
create or replace function deltad.forget_uncaptured() returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
  select deltad.raise_floor(deltad.snapshot_below(
    (pg_current_xact_id()::text::numeric + 1)::text::xid8,
    array(select x from pg_snapshot_xip(pg_current_snapshot()) x where x <> pg_current_xact_id())))
$$;
