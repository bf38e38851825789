-- The second configuration's document by hand, as test/support/oracle.sql is the demo's. $1: T in microseconds (bigint); $2: owners (uuid[]), NULL for all.
with clock as (
  select timestamptz 'epoch' + ($1::bigint / 1000000) * interval '1 second' + ($1::bigint % 1000000) * interval '1 microsecond' as t
),
owner as (
  select o.owner_key as id, o.money, o.tz, c.t, date_trunc('hour', c.t at time zone o.tz) as this_hour, (c.t at time zone o.tz)::date as today, date_trunc('month', c.t at time zone o.tz)::date as this_month,
         (c.t at time zone o.tz)::date - extract(isodow from c.t at time zone o.tz)::int + 1 as monday,
         (c.t at time zone o.tz)::date - extract(dow from c.t at time zone o.tz)::int as sunday
    from hangar.hangar_owners o cross join clock c
   where $2::uuid[] is null or o.owner_key = any($2::uuid[])
),
settled as (
  select s.host, s.cents, d.local::date as day, date_trunc('month', d.local)::date as month, date_trunc('hour', d.local) as hour
    from hangar.stays s join owner o on o.id = s.host
    cross join lateral (select case when s.settled_at >= '1900-01-02Z' and s.settled_at < '2199-12-31Z' then s.settled_at at time zone o.tz end as local) d
   where s.payment = 'settled'
),
valued as (
  select s.host, s.no, s.party, s.amount, date_trunc('month', s.settled_on) as month
    from owner o
    cross join lateral (
      select stay_no as no, host, case when settled_at >= '1900-01-02Z' and settled_at < '2199-12-31Z' then (settled_at at time zone o.tz)::date end as settled_on,
             case when guests <= 2 then 'couple' when guests between 3 and 8 then 'group' end as party,
             case when discount not in ('NaN', 'Infinity', '-Infinity') then cents::numeric * guests * (1 - discount) end as amount
        from hangar.stays where host = o.id) s
),
staying as (
  select s.host, s.hangar_no, s.arrives, s.leaves from hangar.stays s where s.state = 'checked in' and s.payment <> 'refunded'
),
compared as (
  select o.id, x.*
    from owner o
    cross join lateral (
      select coalesce(sum(cents) filter (where day between o.today - 27 and o.today), 0)::numeric as a,
             coalesce(sum(cents) filter (where day between o.today - 55 and o.today - 28), 0)::numeric as b,
             coalesce(sum(cents) filter (where day between (o.this_month - interval '1 month')::date and o.today), 0)::numeric as months,
             coalesce(sum(cents) filter (where hour between o.this_hour - interval '5 hours' and o.this_hour), 0)::numeric as hours,
             coalesce(sum(cents) filter (where hour between o.this_hour - interval '11 hours' and o.this_hour - interval '6 hours'), 0)::numeric as hours_before,
             -- Three months ago all of it, two months ago up to the same day, on a month's last day all of that too.
             coalesce(sum(cents) filter (
               where day >= (o.this_month - interval '3 months')::date and day < (o.this_month - interval '1 month')::date
                 and (month < (o.this_month - interval '2 months')::date or extract(day from day) <= extract(day from o.today)
                      or o.today + 1 = (o.this_month + interval '1 month')::date)), 0)::numeric as months_before,
             coalesce(sum(cents) filter (where month = o.this_month), 0)::numeric as month,
             coalesce(sum(cents) filter (where month = (o.this_month - interval '1 month')::date), 0)::numeric as month_before,
             coalesce(sum(cents) filter (where day between o.sunday and o.today), 0)::numeric as week,
             coalesce(sum(cents) filter (where day between o.sunday - 7 and o.today - 7), 0)::numeric as week_before,
             coalesce(sum(cents) filter (where day between make_date(extract(year from o.today)::int, 1, 1) and o.today), 0)::numeric as year,
             coalesce(sum(cents) filter (
               where extract(year from day) = extract(year from o.today) - 1
                 and (extract(month from day) < extract(month from o.today)
                      or (extract(month from day) = extract(month from o.today)
                          and (extract(day from day) <= extract(day from o.today) or extract(day from o.today + 1) = 1)))), 0)::numeric as year_before
        from settled where host = o.id) x
)
select o.id::text as owner,
  jsonb_build_object(
    'money', o.money,
    'cents', jsonb_strip_nulls(jsonb_build_object(
      'today', (select coalesce(sum(cents), 0)::text from settled where host = o.id and day = o.today),
      'hour', (select coalesce(sum(cents), 0)::text from settled where host = o.id and hour = o.this_hour),
      'growthHours', case when f.hours_before > 0
        then sign(f.hours - f.hours_before) * div(2000 * abs(f.hours - f.hours_before) + f.hours_before, 2 * f.hours_before) / 10 end,
      'month', (select coalesce(sum(cents), 0)::text from settled where host = o.id and month = o.this_month),
      'perStay', (select round(avg(s.cents), 2)::text from hangar.stays s where s.host = o.id and s.state = 'checked in' and s.payment <> 'refunded'),
      'afterFee', (select round(coalesce(sum(cents), 0) * 0.875, 0)::text from settled where host = o.id),
      'growth', case when f.b > 0 then sign(f.a - f.b) * div(2000 * abs(f.a - f.b) + f.b, 2 * f.b) / 10 end,
      'growthMonths', case when f.months_before > 0
        then sign(f.months - f.months_before) * div(2000 * abs(f.months - f.months_before) + f.months_before, 2 * f.months_before) / 10 end,
      'growthWhole', case when f.month_before > 0
        then sign(f.month - f.month_before) * div(2000 * abs(f.month - f.month_before) + f.month_before, 2 * f.month_before) / 10 end,
      'growthWeek', case when f.week_before > 0
        then sign(f.week - f.week_before) * div(2000 * abs(f.week - f.week_before) + f.week_before, 2 * f.week_before) / 10 end,
      'growthYear', case when f.year_before > 0
        then sign(f.year - f.year_before) * div(2000 * abs(f.year - f.year_before) + f.year_before, 2 * f.year_before) / 10 end,
      'year', (select coalesce(sum(cents), 0)::text from settled where host = o.id and extract(year from day) = extract(year from o.today)))) ||
      jsonb_build_object(
        'ofGuests', (select coalesce(sum(round(amount, 1)), 0.0)::text from valued where host = o.id),
        'ofGuestsByMonth', (select coalesce(jsonb_object_agg(x.month, x.amount), '{}')
                              from (select to_char(month, 'YYYY-MM') as month, sum(round(amount, 1))::text as amount from valued
                                     where host = o.id and amount is not null and month between o.this_month - interval '2 months' and o.this_month group by month) x),
        'perStayByParty', (select coalesce(jsonb_object_agg(x.party, x.amount), '{}')
                             from (select party, round(avg(round(amount, 2)), 2)::text as amount from valued
                                    where host = o.id and party is not null and amount is not null group by party) x),
        'byPayment', (select coalesce(jsonb_object_agg(x.payment, x.cents), '{}')
                        from (select payment, sum(cents)::text as cents from hangar.stays where host = o.id group by payment) x),
        'byHour', (select coalesce(jsonb_object_agg(x.hour, x.cents), '{}')
                     from (select to_char(hour, 'YYYY-MM-DD"T"HH24') as hour, sum(cents)::text as cents from settled
                            where host = o.id and hour between o.this_hour - interval '23 hours' and o.this_hour group by hour) x),
        'byWeek', (select coalesce(jsonb_object_agg(x.week, x.cents), '{}')
                     from (select to_char(day - extract(isodow from day)::int + 1, 'YYYY-MM-DD') as week, sum(cents)::text as cents from settled
                            where host = o.id and day between o.monday - 14 and o.monday + 6 group by week) x),
        'byQuarter', (select coalesce(jsonb_object_agg(x.quarter, x.cents), '{}')
                        from (select extract(year from day) || '-Q' || extract(quarter from day) as quarter, sum(cents)::text as cents from settled
                               where host = o.id
                                 and 4 * extract(year from o.today) + extract(quarter from o.today) - 4 * extract(year from day) - extract(quarter from day) in (0, 1)
                               group by quarter) x),
        'perStayByState', (select coalesce(jsonb_object_agg(x.state, x.cents), '{}')
                             from (select state, round(avg(cents), 1)::text as cents from hangar.stays where host = o.id group by state) x),
        'byMonth', (select coalesce(jsonb_object_agg(x.month, x.cents), '{}')
                      from (select to_char(month, 'YYYY-MM') as month, sum(cents)::text as cents from settled
                             where host = o.id and month between (o.this_month - interval '2 months')::date and o.this_month group by month) x)),
    'extremes', jsonb_strip_nulls(jsonb_build_object(
      'largest', (select max(cents)::text from hangar.stays where host = o.id and payment = 'settled'),
      'smallestThisMonth', (select min(cents)::text from settled where host = o.id and month = o.this_month),
      'spread', (select (max(cents)::numeric - min(cents))::text from hangar.stays where host = o.id),
      'largestOfUsual', (select round((select max(round(amount, 1)) from valued where host = o.id) / nullif((select avg(cents) from hangar.stays where host = o.id), 0), 3)::text),
      'largestNow', (select max(s.cents)::text from hangar.stays s
                      where s.host = o.id and s.state = 'checked in' and s.payment <> 'refunded' and s.arrives <= o.t and (s.leaves is null or s.leaves > o.t)),
      'firstArrival', (select to_char(min(arrives) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') from hangar.stays
                        where host = o.id and arrives > '-infinity' and arrives <= '294276-12-31 23:59:59.999999+00'),
      'oldestDue', (select min(due_on)::text from hangar.stays where host = o.id and payment = 'open' and due_on < o.today and isfinite(due_on)),
      'lastCheck', (select to_char(max(c.at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                      from (select least(greatest(checked_at, '1899-12-30'), '2200-01-03') at time zone 'America/New_York' as at
                              from hangar.stays where host = o.id and guests > 2 and isfinite(checked_at)) c),
      'latestState', (select state from hangar.stays where host = o.id and payment <> 'refunded' and isfinite(booked_on) order by booked_on desc, stay_no desc limit 1),
      'oldestState', (select state from hangar.stays where host = o.id and payment <> 'refunded' and isfinite(booked_on) order by booked_on, stay_no limit 1),
      'latestParty', (select case when guests <= 2 then 'couple' when guests between 3 and 8 then 'group' end
                        from hangar.stays where host = o.id and isfinite(booked_on) order by booked_on desc, stay_no desc limit 1))) ||
      jsonb_build_object(
        'largestByDay', (select coalesce(jsonb_object_agg(x.day, x.amount), '{}')
                           from (select s.settled_on::text as day, max(round(s.amount, 1))::text as amount
                                   from (select (case when settled_at >= '1900-01-02Z' and settled_at < '2199-12-31Z' then settled_at at time zone o.tz end)::date as settled_on,
                                                case when discount <> 'NaN' then cents::numeric * guests * (1 - discount) end as amount
                                           from hangar.stays where host = o.id) s
                                  where s.settled_on between o.today - 4 and o.today and s.amount is not null group by s.settled_on) x),
        'lastBooked', (select coalesce(jsonb_object_agg(x.state, x.day), '{}')
                         from (select state, max(booked_on)::text as day from hangar.stays where host = o.id and isfinite(booked_on) group by state) x),
        'largestByParty', (select coalesce(jsonb_object_agg(json_build_array(x.party, x.week)::text, x.cents), '{}')
                             from (select case when guests <= 2 then 'couple' when guests between 3 and 8 then 'group' end as party,
                                          to_char(d.week, 'YYYY-MM-DD') as week, max(cents)::text as cents
                                     from hangar.stays s
                                     cross join lateral (select case when s.settled_at >= '1900-01-02Z' and s.settled_at < '2199-12-31Z'
                                       then date_trunc('week', s.settled_at at time zone o.tz)::date end as week) d
                                    where s.host = o.id and d.week between o.monday - 7 and o.monday and guests <= 8 group by 1, 2) x),
        'latestGuests', (select coalesce(jsonb_object_agg(x.payment, x.guests) filter (where x.guests is not null), '{}')
                           from (select distinct on (payment) payment, guests from hangar.stays
                                  where host = o.id and arrives > '-infinity' and arrives <= '294276-12-31 23:59:59.999999+00' order by payment, arrives desc, stay_no desc) x),
        'oldestPerGuest', (select coalesce(jsonb_object_agg(x.payment, round(x.amount, 1)::text) filter (where x.amount is not null), '{}')
                             from (select distinct on (payment) payment, case when discount <> 'NaN' then cents::numeric * guests * (1 - discount) end as amount
                                     from hangar.stays
                                    where host = o.id and arrives > '-infinity' and arrives <= '294276-12-31 23:59:59.999999+00' order by payment, arrives, stay_no) x),
        'latestByWeek', (select coalesce(jsonb_object_agg(x.week, x.booked_on), '{}')
                           from (select distinct on (d.week) to_char(d.week, 'YYYY-MM-DD') as week, s.booked_on
                                   from hangar.stays s
                                   cross join lateral (select case when s.settled_at >= '1900-01-02Z' and s.settled_at < '2199-12-31Z'
                                     then date_trunc('week', s.settled_at at time zone o.tz)::date end as week) d
                                  where s.host = o.id and d.week between o.monday - 14 and o.monday
                                  order by d.week, s.settled_at desc, s.stay_no desc) x)),
    'stays', jsonb_strip_nulls(jsonb_build_object(
      'now', (select count(*) from staying where host = o.id and arrives <= o.t and o.t < leaves),
      'still', (select count(*) from staying where host = o.id and arrives <= o.t and (leaves is null or leaves > o.t)),
      'cancellable', (select count(*) from hangar.stays where host = o.id and booked_on <= o.today and (cancel_by is null or cancel_by > o.today)),
      'unpaid', (select coalesce(sum(cents), 0)::text from hangar.stays where host = o.id and payment = 'open' and due_on < o.today),
      'staysOver', (select count(distinct hangar_no) from staying where host = o.id and leaves < o.t),
      'checkedToday', (select count(*) from hangar.stays s
                         cross join lateral (select case when s.checked_at >= '1900-01-02' and s.checked_at < '2199-12-31'
                                                         then ((s.checked_at at time zone 'UTC') at time zone o.tz)::date end as day) d
                        where s.host = o.id and d.day = o.today),
      'unchecked', (select count(*) from hangar.stays
                     where host = o.id and (arrives is null or arrives <= o.t)
                       and (checked_at is null or checked_at = 'infinity'
                            or checked_at >= '1900-01-02' and (checked_at >= '2199-12-31' or checked_at at time zone 'America/New_York' > o.t))),
      'perHangar', (select round(count(*)::numeric / nullif((select count(*) from hangar."Hangar_Listings" where "ownerKey" = o.id), 0), 3)::text
                      from hangar.stays where host = o.id),
      'nextArrival', (select to_char(min(d.day), 'YYYY-MM-DD')
                        from staying s
                        cross join lateral (select (least(greatest(s.arrives, '1900-01-01Z'), '2200-01-01Z') at time zone o.tz)::date as day where s.arrives is not null) d
                       where s.host = o.id and d.day >= o.today))) ||
      jsonb_build_object(
        'byParty', (select coalesce(jsonb_object_agg(x.party, x.n), '{}')
                      from (select v.party, count(*) as n from valued v join hangar.stays s on s.stay_no = v.no
                             where v.host = o.id and v.party is not null and s.state = 'checked in' and s.payment <> 'refunded' group by v.party) x),
        'byStateAndPayment', (select coalesce(jsonb_object_agg(json_build_array(x.state, x.payment)::text, x.n), '{}')
                                from (select state, payment, count(*) as n from hangar.stays where host = o.id group by state, payment) x),
        'byStateAndMonth', (select coalesce(jsonb_object_agg('[' || to_json(x.state) || ', "' || x.month || '"]', x.n), '{}')
                              from (select state, to_char(booked_on, 'YYYY-MM') as month, count(*) as n from hangar.stays
                                     where host = o.id and isfinite(booked_on)
                                       and date_trunc('month', booked_on) between o.this_month - interval '2 months' and o.this_month
                                     group by state, month) x),
        'byState', (select coalesce(jsonb_object_agg(x.state, x.n), '{}')
                      from (select state, count(*) as n from hangar.stays where host = o.id group by state) x),
        'bookedPerDay', (select coalesce(jsonb_object_agg(x.day, x.n), '{}')
                           from (select to_char(booked_on, 'YYYY-MM-DD') as day, count(*) as n from hangar.stays
                                  where host = o.id and booked_on between o.today - 4 and o.today group by booked_on) x)),
    'hangars', jsonb_strip_nulls(jsonb_build_object(
      'ordered', (select case when count(*) > 0 then div(2000 * count(*) filter (where "order" > 0) + count(*), 2 * count(*)) / 10 end
                    from hangar."Hangar_Listings" where "ownerKey" = o.id),
      'taken', (select count(*) from hangar."Hangar_Listings" h
                 where h."ownerKey" = o.id and h.state in ('open', 'reserved only')
                   and exists (select from staying s where s.hangar_no = h."listingNo" and s.host = o.id and s.arrives <= o.t and o.t < s.leaves)),
      'parties', (select count(distinct v.party) from valued v join hangar.stays s on s.stay_no = v.no
                   where v.host = o.id and s.state = 'checked in' and s.payment <> 'refunded'),
      'ownNumbers', (select count(*) from hangar."Hangar_Listings" h
                      where h."ownerKey" = o.id and exists (select from hangar.stays s where s.host = o.id and s.guests + 1 = h."listingNo")),
      'everBooked', (select count(distinct hangar_no) from hangar.stays where host = o.id))) ||
      jsonb_build_object(
      'busiest', (select coalesce(jsonb_object_agg(x.hangar, x.n), '{}')
                    from (select hangar_no::text collate "C" as hangar, count(*) as n from hangar.stays where host = o.id
                           group by hangar_no order by n desc, hangar limit 3) x),
      'dearest', (select coalesce(jsonb_object_agg(x.hangar, round(x.amount, 1)::text), '{}')
                    from (select hangar_no::text collate "C" as hangar, avg(cents) as amount from hangar.stays where host = o.id
                           group by hangar_no order by amount desc, hangar limit 2) x),
      'takenByMonth', (select coalesce(jsonb_object_agg(x.month, x.n), '{}')
                         from (select to_char(d.month, 'YYYY-MM') as month, count(distinct s.hangar_no) as n
                                 from hangar.stays s
                                 cross join lateral (select case when s.settled_at >= '1900-01-02Z' and s.settled_at < '2199-12-31Z'
                                   then date_trunc('month', s.settled_at at time zone o.tz)::date end as month) d
                                where s.host = o.id and d.month between o.this_month - interval '2 months' and o.this_month group by d.month) x),
      'takenByParty', (select coalesce(jsonb_object_agg(x.party, x.n), '{}')
                         from (select case when guests <= 2 then 'couple' else 'group' end as party, count(distinct hangar_no) as n
                                 from hangar.stays
                                where host = o.id and guests <= 8 and state = 'checked in' and payment <> 'refunded'
                                  and arrives <= o.t and (leaves is null or leaves > o.t) group by 1) x),
      'mostParties', (select coalesce(jsonb_object_agg(x.state, x.n), '{}')
                        from (select state collate "C" as state, count(distinct case when guests <= 2 then 'couple' else 'group' end) as n
                                from hangar.stays where host = o.id and guests <= 8 group by 1 order by n desc, state limit 2) x),
      'busiestPairs', (select coalesce(jsonb_object_agg(x.pair, x.cents::text), '{}')
                         from (select json_build_array(hangar_no::text, case when guests <= 2 then 'couple' else 'group' end)::text collate "C" as pair, sum(cents) as cents
                                 from hangar.stays where host = o.id and guests <= 8 group by pair order by cents desc, pair limit 2) x),
      'bestWeeks', (select coalesce(jsonb_object_agg(x.week, x.cents::text), '{}')
                      from (select to_char(d.day - extract(isodow from d.day)::int + 1, 'YYYY-MM-DD') as week, sum(s.cents) as cents
                              from hangar.stays s
                              cross join lateral (select case when s.settled_at >= '1900-01-02Z' and s.settled_at < '2199-12-31Z' then (s.settled_at at time zone o.tz)::date end as day) d
                             where s.host = o.id and d.day between o.monday - 28 and o.monday + 6 group by week order by cents desc, week limit 2) x),
      'area', jsonb_build_object(
        'byState', (select coalesce(jsonb_object_agg(x.state, x.area), '{}')
                      from (select state, sum(area_m2)::text as area from hangar."Hangar_Listings"
                             where "ownerKey" = o.id and area_m2 <> 'NaN' group by state) x),
        'listedFirst', (select coalesce(sum(area_m2), 0.0)::text from hangar."Hangar_Listings" where "ownerKey" = o.id and "order" > 0 and area_m2 <> 'NaN')))
  ) as document
from owner o join compared f using (id)
