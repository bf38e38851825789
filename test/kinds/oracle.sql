-- The documents of all kinds of topics by hand, as test/support/oracle.sql is the demo's: of owners by their key, of the others by the
-- topic's name. $1: T in microseconds (bigint); $2: these (text[]), NULL for all.
with clock as (
  select timestamptz 'epoch' + ($1::bigint / 1000000) * interval '1 second' + ($1::bigint % 1000000) * interval '1 microsecond' as t
),
topic as (
  select x.*, c.t, (c.t at time zone x.zone)::date as today
    from (select h.id::text as name, 'owner' as kind, h.id::text as key, h.zone, null as currency from hosts h
          union all select 'room:' || r.id, 'room', r.id::text, r.zone, null from rooms r
          union all select 'city:' || y.code, 'city', y.code, y.zone, y.currency from cities y
          union all select 'platform:all', 'platform', 'all', 'UTC', 'EUR') x
   cross join clock c
   where $2::text[] is null or x.name = any($2::text[])
),
stay as (
  select x.name, s.*,
         s.state = 'booked' and s.check_in <= x.t and x.t < s.check_out as now,
         case when s.paid_at >= '1900-01-02Z' and s.paid_at < '2199-12-31Z' then (s.paid_at at time zone x.zone)::date end as day
    from topic x
    join stays s on case x.kind when 'owner' then s.host_id::text = x.key when 'room' then s.room_id::text = x.key
                                when 'city' then s.city = x.key else true end
),
tip as (
  select s.name, t.amount from stay s join tips t on t.stay_id = s.id
  union all
  select x.name, t.amount from topic x cross join tips t
   where x.kind = 'platform' and not exists (select from stays s where s.id = t.stay_id)
),
room as (
  select x.name, r.* from topic x join rooms r on case x.kind when 'owner' then r.host_id::text = x.key else x.kind = 'platform' end
)
select o.name as owner,
  case o.kind
  when 'owner' then jsonb_build_object(
    'rooms', (select coalesce(jsonb_object_agg(x.state, x.n), '{}') from (select state, count(*) as n from room where name = o.name group by state) x),
    'occupied', (select count(*) from room r where r.name = o.name and r.state = 'open'
                   and exists (select from stay s where s.name = o.name and s.room_id = r.id and s.now)),
    'revenue', jsonb_build_object('today', (select coalesce(sum(amount), 0.00)::text from stay where name = o.name and day = o.today)),
    'tips', (select coalesce(sum(amount), 0.00)::text from tip where name = o.name))
  when 'room' then jsonb_build_object(
    'stays', (select coalesce(jsonb_object_agg(x.state, x.n), '{}') from (select state, count(*) as n from stay where name = o.name group by state) x),
    'now', (select count(*) from stay where name = o.name and now),
    'revenue', jsonb_build_object(
      'today', (select coalesce(sum(amount), 0.00)::text from stay where name = o.name and day = o.today),
      'perMonth', (select coalesce(jsonb_object_agg(x.month, x.amount), '{}')
                     from (select to_char(day, 'YYYY-MM') as month, sum(amount)::text as amount from stay
                            where name = o.name
                              and date_trunc('month', day) between date_trunc('month', o.today) - interval '2 months' and date_trunc('month', o.today)
                            group by 1) x)),
    'tips', jsonb_build_object('amount', (select coalesce(sum(amount), 0.00)::text from tip where name = o.name),
                               'count', (select count(*) from tip where name = o.name)))
  when 'city' then jsonb_build_object(
    'currency', o.currency,
    'revenue', jsonb_build_object(
      'month', (select coalesce(sum(amount), 0.00)::text from stay
                 where name = o.name and date_trunc('month', day) = date_trunc('month', o.today)),
      'all', (select coalesce(sum(amount), 0.00)::text from stay where name = o.name)),
    'stays', (select count(*) from stay where name = o.name))
  else jsonb_build_object(
    'currency', o.currency,
    'hosts', (select count(*) from hosts),
    'cities', (select count(*) from cities),
    'rooms', (select coalesce(jsonb_object_agg(x.state, x.n), '{}') from (select state, count(*) as n from room where name = o.name group by state) x),
    'revenue', jsonb_build_object('today', (select coalesce(sum(amount), 0.00)::text from stay where name = o.name and day = o.today)),
    'stays', jsonb_build_object('all', (select count(*) from stay where name = o.name),
                                'now', (select count(*) from stay where name = o.name and now)),
    'tips', (select coalesce(sum(amount), 0.00)::text from tip where name = o.name))
  end as document
from topic o
