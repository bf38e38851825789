-- What a trigger does instead of keeping images where deltad.capture is off and the writer may have it so:
--
--     grant execute on function deltad.skip_capture(text) to importer;
--     alter role importer set deltad.capture = off;     -- or for a transaction: set local deltad.capture = off
--
-- All owners of the source are read again at the cut at which the transaction commits, so that their numbers are right and only the events of
-- its rows are not told. Whoever else sets it has set nothing: capture goes on. The right to execute this is the right to set it; who calls it by
-- himself may not write what it writes.
create or replace function deltad.skip_capture(source text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  -- It counts as a change where nobody reads: see sql/suspend_unread.sql.
  perform nextval('deltad.change_seq');
  perform deltad.reset_source(source);
end
$$;
