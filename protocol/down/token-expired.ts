import * as v from "valibot";
import { timestamp } from "../fields.ts";

/** The token has expired; the connection is closed behind this. */
export const tokenExpired = v.object({
  type: v.literal("token_expired"),
  timestamp,
  /** In milliseconds since 1970. */
  expiresAt: timestamp,
});
