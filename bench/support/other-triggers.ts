/** What deltad's triggers are compared with. */

/** What a first attempt looks like, and the baseline for writers and for latency: one notification with the row for each row. */
export const NOTIFY_TRIGGER = `
create function notify_booking() returns trigger language plpgsql as $$
begin
  perform pg_notify('bookings', json_build_object('op', tg_op, 'id', new.id, 'owner_id', new.owner_id, 'status', new.status)::text);
  return null;
end $$;
create trigger notify_booking after insert or update on bookings for each row execute function notify_booking()`;

/** The same for deletes, apart so that it makes inserts no slower. */
export const NOTIFY_DELETE_TRIGGER = `
create function notify_booking_gone() returns trigger language plpgsql as $$
begin
  perform pg_notify('bookings', json_build_object('op', tg_op, 'id', old.id, 'owner_id', old.owner_id, 'status', old.status)::text);
  return null;
end $$;
create trigger notify_booking_gone after delete on bookings for each row execute function notify_booking_gone()`;

/** The least that a statement trigger can cost that is given the rows. */
export const EMPTY_TRIGGER = `
create function nothing() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger nothing_inserted after insert on bookings referencing new table as new_rows for each statement execute function nothing();
create trigger nothing_updated after update on bookings referencing old table as old_rows new table as new_rows for each statement execute function nothing();
create trigger nothing_deleted after delete on bookings referencing old table as old_rows for each statement execute function nothing()`;

/** An outbox: one row of jsonb for each row. */
export const OUTBOX_TRIGGER = `
create table outbox (id bigint generated always as identity primary key, at timestamptz not null default now(), change jsonb not null);
create function keep_booking() returns trigger language plpgsql as $$
begin
  insert into outbox (change) values (jsonb_build_object('op', tg_op, 'old', to_jsonb(old), 'new', to_jsonb(new)));
  return null;
end $$;
create trigger keep_booking after insert or update or delete on bookings for each row execute function keep_booking()`;
