import type { Prepared, TextSession } from "../database/session.ts";

/**
 * Starts of local days: for each i, that of `days[i]` (since 2000-01-01) in `zones[i]`, in microseconds since 1970; undefined where
 * PostgreSQL finds no such instant.
 */
export type ReadDayStarts = (
  zones: readonly string[],
  days: readonly number[],
) => Promise<readonly (number | undefined)[]>;

const DAY_STARTS: Prepared = {
  name: "deltad_day_starts",
  text: `select (extract(epoch from deltad.day_start(date '2000-01-01' + a.day, a.zone)) * 1000000)::bigint
  from unnest($1::text[], $2::int[]) with ordinality a(zone, day, position)
 order by a.position`,
};

/** Asks a session when local days begin. Rejects with SQLSTATE 22023 for a zone that PostgreSQL does not know. */
export function dayStartsFrom(session: TextSession): ReadDayStarts {
  return async (zones, days) => {
    const rows = await session.rows(DAY_STARTS, [zones, days]);
    return rows.map(([start]) => (start === null || start === undefined ? undefined : Number(start)));
  };
}
