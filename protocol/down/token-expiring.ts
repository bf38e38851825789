import * as v from "valibot";
import { timestamp } from "../fields.ts";

/** The token expires soon: a `refresh` with another one keeps the connection. */
export const tokenExpiring = v.object({
  type: v.literal("token_expiring"),
  timestamp,
  /** In milliseconds since 1970. */
  expiresAt: timestamp,
});
