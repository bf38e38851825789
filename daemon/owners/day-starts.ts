import type { Prepared, TextSession } from "../database/session.ts";
import type { LocalUnit } from "../metrics/contribution.ts";

/**
 * Starts of local days, or hours: for each i, that of `at[i]` (since 2000-01-01) in `zones[i]`, in microseconds since 1970; undefined where
 * PostgreSQL finds no such instant.
 */
export type ReadDayStarts = (
  zones: readonly string[],
  at: readonly number[],
  unit?: LocalUnit,
) => Promise<readonly (number | undefined)[]>;

const DAY_STARTS: Prepared = {
  name: "deltad_day_starts",
  text: `select (extract(epoch from deltad.day_start(date '2000-01-01' + a.day, a.zone)) * 1000000)::bigint
  from unnest($1::text[], $2::int[]) with ordinality a(zone, day, position)
 order by a.position`,
};

/** As sql/day_start.sql, of an hour: the earliest instant at which the local clock shows it or a later one. */
const HOUR_STARTS: Prepared = {
  name: "deltad_hour_starts",
  text: `select (extract(epoch from coalesce(
    (select min(c)
       from (select (a.hour at time zone a.zone) - make_interval(mins => 30 * k) as c from generate_series(0, 6) k) near
      where c at time zone a.zone >= a.hour and (c - interval '1 microsecond') at time zone a.zone < a.hour),
    (select min(c)
       from (select (a.hour at time zone a.zone) + make_interval(mins => k) as c from generate_series(-1560, 1560) k) far
      where c at time zone a.zone >= a.hour)
  )) * 1000000)::bigint
  from (select zone, timestamp '2000-01-01' + make_interval(hours => hour) as hour, position
          from unnest($1::text[], $2::int[]) with ordinality given(zone, hour, position)) a
 order by a.position`,
};

/** Asks a session when local days and hours begin. Rejects with SQLSTATE 22023 for a zone that PostgreSQL does not know. */
export function dayStartsFrom(session: TextSession): ReadDayStarts {
  return async (zones, at, unit) => {
    const rows = await session.rows(unit === "hour" ? HOUR_STARTS : DAY_STARTS, [zones, at]);
    return rows.map(([start]) => (start === null || start === undefined ? undefined : Number(start)));
  };
}
