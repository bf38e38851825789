-- The marketplace's metrics document by hand: one query per metric, plain predicates on rows and local dates at one instant.
-- Nothing here comes from deltad. $1: the instant T in microseconds since 1970 (bigint). $2: owners by their keys, and trends by their
-- topics' names (text[]); NULL for all. Rows: owner text, document jsonb.
with clock as (
  select timestamptz 'epoch' + ($1::bigint / 1000000) * interval '1 second' + ($1::bigint % 1000000) * interval '1 microsecond' as t
),
owner as (
  select o.id, o.currency, o.time_zone as tz, c.t, (c.t at time zone o.time_zone)::date as today, date_trunc('month', c.t at time zone o.time_zone)::date as this_month
    from owners o cross join clock c
   where $2::text[] is null or array[o.id::text, 'trends:' || o.id] && $2::text[]
),
-- Paid money with its local day; what is dated beyond 1900–2200 falls on no day that T can reach.
paid as (
  select b.owner_id, b.payment_amount as amount, b.paid_at as at, d.day, date_trunc('month', d.day)::date as month
    from bookings b join owner o on o.id = b.owner_id
    cross join lateral (select case when b.paid_at >= '1900-01-02Z' and b.paid_at < '2199-12-31Z' then (b.paid_at at time zone o.tz)::date end as day) d
   where b.payment_status = 'paid' and b.payment_amount not in ('NaN', 'Infinity', '-Infinity')
),
created as (
  select b.owner_id, b.created_at as at, d.day
    from bookings b join owner o on o.id = b.owner_id
    cross join lateral (select case when b.created_at >= '1900-01-02Z' and b.created_at < '2199-12-31Z' then (b.created_at at time zone o.tz)::date end as day) d
),
revenue as (
  select o.id,
         (select sum(amount) from paid where owner_id = o.id and day = o.today) as today,
         (select sum(amount) from paid where owner_id = o.id and month = o.this_month) as month,
         (select sum(amount) from paid where owner_id = o.id and day between o.today - 29 and o.today) as last30days,
         (select sum(amount) from paid where owner_id = o.id and day between o.today - 6 and o.today) as week,
         (select sum(amount) from paid where owner_id = o.id and day between o.today - 13 and o.today - 7) as week_before,
         (select sum(amount) from paid where owner_id = o.id and month = o.this_month and day <= o.today) as month_so_far,
         -- Up to the same day of the month before; on a month's last day all of it.
         (select sum(amount) from paid
           where owner_id = o.id and month = (o.this_month - interval '1 month')::date
             and (extract(day from day) <= extract(day from o.today) or o.today = (o.this_month + interval '1 month')::date - 1)) as month_before
    from owner o
),
-- 100 (a - b) / b with one decimal, half away from zero: in whole cents, so that no quotient is rounded before.
growth as (
  select r.id, week.percent as week, month.percent as month
    from revenue r
    cross join lateral (select 1000 * 100 * (coalesce(r.week, 0) - r.week_before) as n, 100 * r.week_before as d) w
    cross join lateral (select 1000 * 100 * (coalesce(r.month_so_far, 0) - r.month_before) as n, 100 * r.month_before as d) m
    cross join lateral (select case when w.d > 0 then sign(w.n) * div(2 * abs(w.n) + w.d, 2 * w.d) / 10 end as percent) week
    cross join lateral (select case when m.d > 0 then sign(m.n) * div(2 * abs(m.n) + m.d, 2 * m.d) / 10 end as percent) month
),
occupancy as (
  select o.id,
         (select count(*) from listings l where l.owner_id = o.id and l.status = 'active') as available,
         (select count(*) from listings l
           where l.owner_id = o.id and l.status = 'active'
             and exists (select from bookings b
                          where b.listing_id = l.id and b.owner_id = o.id and b.status = 'confirmed' and b.check_in <= o.t and o.t < b.check_out)) as booked
    from owner o
),
-- What an owner's trends count, with its local time.
moment as (
  select p.owner_id, 'revenue' as what, p.amount, p.at at time zone o.tz as local from paid p join owner o on o.id = p.owner_id where p.day is not null
  union all
  select c.owner_id, 'booking', 1, c.at at time zone o.tz from created c join owner o on o.id = c.owner_id where c.day is not null
  union all
  select b.owner_id, 'arrival', 1, b.check_in at time zone o.tz from bookings b join owner o on o.id = b.owner_id
   where b.status in ('confirmed', 'completed') and b.check_in >= '1900-01-02Z' and b.check_in < '2199-12-31Z'
  union all
  select p.owner_id, 'payout', p.amount, p.due_on::timestamp from payouts p
   where p.amount not in ('NaN', 'Infinity', '-Infinity') and p.due_on between '1900-01-02' and '2199-12-30'
),
-- The same by hours, days, weeks from Monday and months, of as many as are shown, the current one last.
trend as (
  select m.owner_id, m.what, unit, to_char(date_trunc(unit, m.local), form) as key, sum(m.amount) as sum
    from moment m join owner o on o.id = m.owner_id
    cross join (values ('hour', 'YYYY-MM-DD"T"HH24', interval '47 hours'), ('day', 'YYYY-MM-DD', interval '29 days'),
                       ('week', 'YYYY-MM-DD', interval '77 days'), ('month', 'YYYY-MM', interval '11 months')) u(unit, form, back)
   where date_trunc(unit, m.local) between date_trunc(unit, o.t at time zone o.tz) - back and date_trunc(unit, o.t at time zone o.tz)
   group by 1, 2, 3, 4
),
trends as (
  select owner_id, what, unit, jsonb_object_agg(key, case when what in ('revenue', 'payout') then to_jsonb(sum::numeric(40, 2)::text) else to_jsonb(sum::bigint) end) as entries
    from trend
   group by 1, 2, 3
)
select o.id::text as owner,
  jsonb_build_object(
    'currency', o.currency,
    'revenue', jsonb_strip_nulls(jsonb_build_object(
      'today', coalesce(r.today, 0.00)::numeric(40, 2)::text,
      'month', coalesce(r.month, 0.00)::numeric(40, 2)::text,
      'last30Days', coalesce(r.last30days, 0.00)::numeric(40, 2)::text,
      'growthWeek', g.week,
      'growthMonth', g.month)),
    'bookings', jsonb_build_object(
      'today', (select count(*) from created c where c.owner_id = o.id and c.day = o.today),
      'total', (select count(*) from bookings b where b.owner_id = o.id),
      'byStatus', (select coalesce(jsonb_object_agg(s.status, s.n), '{}')
                     from (select b.status, count(*) as n from bookings b where b.owner_id = o.id group by b.status) s),
      'byMonth', (select coalesce(jsonb_object_agg(to_char(m.month, 'YYYY-MM'), m.n), '{}')
                    from (select date_trunc('month', c.day)::date as month, count(*) as n
                            from created c
                           where c.owner_id = o.id and c.day >= o.this_month - interval '11 months' and c.day < o.this_month + interval '1 month'
                           group by 1) m)),
    'listings', jsonb_build_object(
      'total', (select count(*) from listings l where l.owner_id = o.id),
      'active', (select count(*) from listings l where l.owner_id = o.id and l.status = 'active'),
      'published', (select count(*) from listings l where l.owner_id = o.id and l.published_at is not null),
      'byStatus', (select coalesce(jsonb_object_agg(s.status, s.n), '{}')
                     from (select l.status, count(*) as n from listings l where l.owner_id = o.id group by l.status) s)),
    'occupancy', jsonb_strip_nulls(jsonb_build_object(
      'booked', y.booked,
      'available', y.available,
      'percentage', case when y.available > 0 then div(2 * 1000 * y.booked + y.available, 2 * y.available) / 10 end)),
    'payouts', jsonb_strip_nulls(jsonb_build_object(
      'pending', (select coalesce(sum(p.amount), 0.00)::numeric(40, 2)::text
                    from payouts p where p.owner_id = o.id and p.status = 'pending' and p.amount not in ('NaN', 'Infinity', '-Infinity')),
      'nextDate', (select to_char(min(least(p.due_on, date '2200-01-01')), 'YYYY-MM-DD')
                     from payouts p where p.owner_id = o.id and p.status = 'pending' and p.due_on >= o.today)))
  ) as document
from owner o join revenue r using (id) join growth g using (id) join occupancy y using (id)
where $2::text[] is null or o.id::text = any($2::text[])
union all
select 'trends:' || o.id,
  jsonb_build_object(
    'currency', o.currency,
    'revenue', jsonb_build_object(
      'byHour', coalesce((select entries from trends where owner_id = o.id and what = 'revenue' and unit = 'hour'), '{}'),
      'byDay', coalesce((select entries from trends where owner_id = o.id and what = 'revenue' and unit = 'day'), '{}'),
      'byWeek', coalesce((select entries from trends where owner_id = o.id and what = 'revenue' and unit = 'week'), '{}'),
      'byMonth', coalesce((select entries from trends where owner_id = o.id and what = 'revenue' and unit = 'month'), '{}')),
    'bookings', jsonb_build_object(
      'byHour', coalesce((select entries from trends where owner_id = o.id and what = 'booking' and unit = 'hour'), '{}'),
      'byDay', coalesce((select entries from trends where owner_id = o.id and what = 'booking' and unit = 'day'), '{}'),
      'byWeek', coalesce((select entries from trends where owner_id = o.id and what = 'booking' and unit = 'week'), '{}'),
      'byMonth', coalesce((select entries from trends where owner_id = o.id and what = 'booking' and unit = 'month'), '{}')),
    'arrivals', jsonb_build_object('byDay', coalesce((select entries from trends where owner_id = o.id and what = 'arrival' and unit = 'day'), '{}')),
    'payouts', jsonb_build_object('byMonth', coalesce((select entries from trends where owner_id = o.id and what = 'payout' and unit = 'month'), '{}')))
from owner o
where $2::text[] is null or 'trends:' || o.id = any($2::text[])
