-- Marks what has committed by now, unless that was done less than a minute, a twentieth of the retention, and a twentieth of the rows
-- ago. Marks later than now are those of a clock that was set back, and say nothing.
create or replace function deltad.make_mark(retention interval, max_kept bigint) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  now_seq constant bigint := (select last_value from deltad.change_seq);
begin
  delete from deltad.mark where made_at > clock_timestamp();
  insert into deltad.mark (snapshot, change_seq)
  select pg_current_snapshot(), now_seq
   where not exists (
     select from deltad.mark
      where made_at > clock_timestamp() - least(interval '1 minute', retention / 20)
        and change_seq > now_seq - greatest(max_kept / 20, 1));
end
$$;
