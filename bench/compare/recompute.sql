-- One owner's document by SQL, as somebody writes it who has read the plans: windows by their instants, so that indexes find their rows, and
-- one pass over the owner's bookings for what counts all of them. One statement, so that it is of one snapshot. $1: owners (bigint[]).
-- Rows: owner, document as text.
select o.id::text as owner, jsonb_build_object(
  'currency', o.currency,
  'revenue', jsonb_strip_nulls(jsonb_build_object(
    'today', r.today::numeric(40, 2)::text,
    'month', r.month::numeric(40, 2)::text,
    'last30Days', r.last30::numeric(40, 2)::text,
    'growthWeek', case when r.week_before > 0 then
      sign(r.week - r.week_before) * div(2000 * abs(r.week - r.week_before) + r.week_before, 2 * r.week_before) / 10 end,
    'growthMonth', case when r.month_before > 0 then
      sign(r.month_so_far - r.month_before) * div(2000 * abs(r.month_so_far - r.month_before) + r.month_before, 2 * r.month_before) / 10 end)),
  'bookings', jsonb_build_object(
    'today', m.today, 'total', b.total, 'byStatus', b.by_status, 'byMonth', m.by_month),
  'listings', jsonb_build_object(
    'total', l.total, 'active', l.active, 'published', l.published, 'byStatus', l.by_status),
  'occupancy', jsonb_strip_nulls(jsonb_build_object(
    'booked', y.booked, 'available', l.active,
    'percentage', case when l.active > 0 then div(2 * 1000 * y.booked + l.active, 2 * l.active) / 10 end)),
  'payouts', jsonb_strip_nulls(jsonb_build_object(
    'pending', p.pending::numeric(40, 2)::text, 'nextDate', to_char(p.next_date, 'YYYY-MM-DD')))
)::text as document
from owners o
cross join lateral (
  select d.today, d.month, d.today::timestamp at time zone o.time_zone as day_start, (d.today + 1)::timestamp at time zone o.time_zone as day_end,
         d.month at time zone o.time_zone as month_start, (d.month + interval '1 month') at time zone o.time_zone as month_end,
         (d.today - 29)::timestamp at time zone o.time_zone as start30, (d.today - 6)::timestamp at time zone o.time_zone as start7,
         (d.today - 13)::timestamp at time zone o.time_zone as start14,
         (d.month - interval '1 month') at time zone o.time_zone as before_start,
         -- Up to the same day of the month before; on a month's last day all of it.
         least(d.month, case when d.today = (d.month + interval '1 month')::date - 1 then d.month
                             else d.month - interval '1 month' + (d.today - d.month::date + 1) * interval '1 day' end) at time zone o.time_zone as before_end,
         (d.month - interval '11 months') at time zone o.time_zone as year_start
    from (select (now() at time zone o.time_zone)::date as today, date_trunc('month', now() at time zone o.time_zone) as month) d
) c
cross join lateral (
  select coalesce(sum(x.payment_amount) filter (where x.paid_at >= c.day_start and x.paid_at < c.day_end), 0) as today,
         coalesce(sum(x.payment_amount) filter (where x.paid_at >= c.month_start and x.paid_at < c.month_end), 0) as month,
         coalesce(sum(x.payment_amount) filter (where x.paid_at >= c.start30 and x.paid_at < c.day_end), 0) as last30,
         coalesce(sum(x.payment_amount) filter (where x.paid_at >= c.start7 and x.paid_at < c.day_end), 0) as week,
         sum(x.payment_amount) filter (where x.paid_at >= c.start14 and x.paid_at < c.start7) as week_before,
         coalesce(sum(x.payment_amount) filter (where x.paid_at >= c.month_start and x.paid_at < c.day_end), 0) as month_so_far,
         sum(x.payment_amount) filter (where x.paid_at >= c.before_start and x.paid_at < c.before_end) as month_before
    from bookings x
   where x.owner_id = o.id and x.payment_status = 'paid' and x.paid_at >= least(c.before_start, c.start30) and x.paid_at < c.month_end
) r
cross join lateral (
  select coalesce(sum(s.n), 0) as total, coalesce(jsonb_object_agg(s.status, s.n), '{}') as by_status
    from (select x.status, count(*) as n from bookings x where x.owner_id = o.id group by x.status) s
) b
cross join lateral (
  select (select count(*) from bookings x where x.owner_id = o.id and x.created_at >= c.day_start and x.created_at < c.day_end) as today,
         (select coalesce(jsonb_object_agg(to_char(s.month, 'YYYY-MM'), s.n), '{}')
            from (select date_trunc('month', x.created_at at time zone o.time_zone) as month, count(*) as n
                    from bookings x where x.owner_id = o.id and x.created_at >= c.year_start and x.created_at < c.month_end
                   group by 1) s) as by_month
) m
cross join lateral (
  select coalesce(sum(s.n), 0) as total, coalesce(sum(s.n) filter (where s.status = 'active'), 0) as active,
         coalesce(sum(s.published), 0) as published, coalesce(jsonb_object_agg(s.status, s.n), '{}') as by_status
    from (select x.status, count(*) as n, count(x.published_at) as published from listings x where x.owner_id = o.id group by x.status) s
) l
cross join lateral (
  select count(distinct x.listing_id) as booked
    from bookings x join listings i on i.id = x.listing_id and i.owner_id = o.id and i.status = 'active'
   where x.owner_id = o.id and x.status = 'confirmed' and x.check_in <= now() and x.check_out > now()
) y
cross join lateral (
  select coalesce(sum(x.amount), 0) as pending, min(x.due_on) filter (where x.due_on >= c.today) as next_date
    from payouts x where x.owner_id = o.id and x.status = 'pending'
) p
where o.id = any($1::bigint[])
