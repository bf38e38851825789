-- The rental shop's document by hand, as test/support/oracle.sql is the demo's. $1: T in microseconds (bigint); $2: owners (integer[]), NULL for all.
with clock as (
  select timestamptz 'epoch' + ($1::bigint / 1000000) * interval '1 second' + ($1::bigint % 1000000) * interval '1 microsecond' as t
),
owner as (
  select s.store_id as id, c.t, z.time_zone as zone, z.currency, (c.t at time zone z.time_zone)::date as today
    from stores s join cities z on z.city_id = s.city_id cross join clock c
   where $2::integer[] is null or s.store_id = any($2::integer[])
),
paid as (
  select c.store_id, c.tier, p.amount,
         case when p.paid_at >= '1900-01-02Z' and p.paid_at < '2199-12-31Z' then (p.paid_at at time zone o.zone)::date end as day
    from payments p join customers c on c.customer_id = p.customer_id join owner o on o.id = c.store_id
),
rented as (
  select i.store_id, i.category, i.rate, r.rental_id, r.rented_at, r.returned_at,
         case when r.rented_at >= '1900-01-02Z' and r.rented_at < '2199-12-31Z' then (r.rented_at at time zone o.zone)::date end as day
    from rentals r join inventory i on i.inventory_id = r.inventory_id join owner o on o.id = i.store_id
),
charged as (
  select r.store_id, r.category, r.rate, r.day, f.amount from fees f join rented r on r.rental_id = f.rental_id
)
select o.id::text as owner,
  jsonb_strip_nulls(jsonb_build_object('currency', o.currency)) || jsonb_build_object(
    'payments', jsonb_build_object(
      'today', (select coalesce(sum(amount), 0.00)::text from paid where store_id = o.id and day = o.today),
      'perDay', (select coalesce(jsonb_object_agg(x.day, x.amount), '{}')
                   from (select to_char(day, 'YYYY-MM-DD') as day, sum(amount)::text as amount from paid
                          where store_id = o.id and day between o.today - 6 and o.today group by 1) x),
      'amount', (select coalesce(sum(amount), 0.00)::text from paid where store_id = o.id),
      'count', (select count(*) from paid where store_id = o.id),
      'ofMembers', (select coalesce(sum(amount), 0.00)::text from paid where store_id = o.id and tier = 'gold'),
      'byTier', (select coalesce(jsonb_object_agg(x.tier, x.n), '{}')
                   from (select tier, count(*) as n from paid where store_id = o.id group by tier) x)),
    'customers', jsonb_build_object(
      'active', (select count(*) from customers where store_id = o.id and active),
      'all', (select count(*) from customers where store_id = o.id)),
    'copies', (select coalesce(jsonb_object_agg(x.film, x.n), '{}')
                 from (select film, count(*) as n from inventory where store_id = o.id group by film) x),
    'rentals', jsonb_build_object(
      'out', (select count(*) from rented where store_id = o.id and rented_at <= o.t and (o.t < returned_at or returned_at is null)),
      'all', (select count(*) from rented where store_id = o.id)),
    'fees', jsonb_build_object(
      'amount', (select coalesce(sum(amount), 0.00)::text from charged where store_id = o.id),
      'count', (select count(*) from charged where store_id = o.id),
      'byCategory', (select coalesce(jsonb_object_agg(x.category, x.amount), '{}')
                       from (select category, sum(amount)::text as amount from charged where store_id = o.id group by category) x),
      'ofRentalDays', (select coalesce(jsonb_object_agg(x.day, x.n), '{}')
                         from (select to_char(day, 'YYYY-MM-DD') as day, count(*) as n from charged
                                where store_id = o.id and day between o.today - 6 and o.today group by 1) x),
      'perRate', (select coalesce(sum(round(amount / rate, 3)), 0.000)::text from charged where store_id = o.id and rate <> 0))
  ) as document
from owner o
