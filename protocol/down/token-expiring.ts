import * as v from "valibot";
import { timestamp } from "../fields.ts";

/** The token expires soon: a `refresh` with another one keeps the connection. */
export const tokenExpiring = v.object({
  type: v.literal("token_expiring"),
  timestamp,
  /** In milliseconds since 1970. */
  expiresAt: timestamp,
});

/** A new token takes seconds to get, and a page that sleeps wakes up once a minute. */
const LONGEST_NOTICE_MS = 60_000;

/**
 * How long before its end this is said of a token that has so many ms left: a minute, or a quarter of what is left, since a client that
 * hears of it at once asks at once, and gets no other.
 */
export function noticeMs(leftMs: number): number {
  return Math.min(LONGEST_NOTICE_MS, leftMs / 4);
}
