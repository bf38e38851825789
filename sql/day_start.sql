-- D(d): the earliest instant whose date in the zone is d or later. A day that the zone skipped (Apia, 2011-12-30) starts where the
-- next one does. Raises 22023 for a zone that PostgreSQL does not know.
--
-- `d::timestamp at time zone tz` alone gives the second of two midnights where clocks go back at 01:00 (Havana, the Azores), so the
-- half hours before it are tried as well. Where none of them starts the day (odd POSIX zones), every minute of 26 hours to both sides.
create or replace function deltad.day_start(d date, tz text) returns timestamptz
language sql stable
as $$
  select coalesce(
    (select min(c)
       from (select (d::timestamp at time zone tz) - make_interval(mins => 30 * k) as c from generate_series(0, 6) k) near
      where (c at time zone tz)::date >= d and ((c - interval '1 microsecond') at time zone tz)::date < d),
    (select min(c)
       from (select (d::timestamp at time zone tz) + make_interval(mins => k) as c from generate_series(-1560, 1560) k) far
      where (c at time zone tz)::date >= d)
  )
$$;
