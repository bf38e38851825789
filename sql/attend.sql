-- Says that a daemon is there, and how much may pile up once none is; null: as it was. Waits for no other daemon that says so: one whose
-- client has stopped reading may keep the row for long.
create or replace function deltad.attend(away interval default null, unread bigint default null) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from deltad.attendance) then
    insert into deltad.attendance default values on conflict do nothing;
  end if;
  update deltad.attendance a
     set seen_at = clock_timestamp(), change_seq = (select q.last_value from deltad.change_seq q),
         suspend_after = coalesce(away, a.suspend_after), suspend_rows = coalesce(unread, a.suspend_rows)
   where a.only_one in (select o.only_one from deltad.attendance o for update skip locked);
end
$$;
