import { ConfigError } from "../config/errors.ts";
import { errorCode } from "./reason.ts";
import type { Queryable } from "./session.ts";

/** Which tokens: one by its `jti`, or all of a `sub`. */
export interface RevokedTokens {
  readonly jti?: string | undefined;
  readonly subject?: string | undefined;
  /** Of a subject, those issued at or before this instant; by default until now and the leeway more. */
  readonly issuedUntil?: Date | undefined;
  /** How long to remember it, in seconds; without it: for ever. */
  readonly keep?: number | undefined;
}

const ADVICE: ReadonlyMap<string, string> = new Map([
  [
    "42501",
    "This role may not revoke tokens: use the one that applies migrations, or grant it EXECUTE on deltad.revoke_token.",
  ],
  ["3F000", "The database has no deltad objects, or older ones: run `deltad migrate apply`."],
  ["42883", "The database has no deltad objects, or older ones: run `deltad migrate apply`."],
]);

/**
 * Of a subject, up to which instant. By default that is the leeway after now: a token made on a clock that runs ahead says that it was
 * issued later than it was.
 * @throws ConfigError where the role may not, or deltad is not there
 */
export async function revokeTokens(
  session: Queryable,
  { jti, subject, issuedUntil, keep }: RevokedTokens,
  leewayS: number,
): Promise<string | undefined> {
  try {
    // The database's clock is the one that all daemons of it share.
    const [revoked] = await session.query<{ until: Date | null }>(
      `select until, deltad.revoke_token($1::text, $2::text, until, now + $4::float8 * interval '1 second')
         from clock_timestamp() now,
              lateral (select case when $2::text is not null
                              then coalesce($3::timestamptz, now + $5::float8 * interval '1 second') end) u(until)`,
      [jti, subject, issuedUntil?.toISOString(), keep, leewayS],
    );
    return revoked?.until?.toISOString();
  } catch (error) {
    const advice = ADVICE.get(errorCode(error) ?? "");
    throw advice === undefined ? error : new ConfigError(advice);
  }
}
