/** What a first attempt looks like, and the baseline for writers and for latency: one notification with the row for each row. */
export const NOTIFY_TRIGGER = `
create function notify_booking() returns trigger language plpgsql as $$
begin
  perform pg_notify('bookings', json_build_object('op', tg_op, 'id', new.id, 'owner_id', new.owner_id, 'status', new.status)::text);
  return null;
end $$;
create trigger notify_booking after insert or update on bookings for each row execute function notify_booking()`;
