import * as v from "valibot";
import { milliseconds, ownerId, timestamp } from "../fields.ts";
import { PROTOCOL } from "../version.ts";

/** The token was accepted. The first frame of every connection that goes on. */
export const welcome = v.object({
  type: v.literal("welcome"),
  timestamp,
  protocol: v.literal(PROTOCOL),
  connectionId: v.string(),
  /** A heartbeat follows at least this often. */
  heartbeatMs: milliseconds,
  /** When the token expires, in milliseconds since 1970. */
  expiresAt: timestamp,
  /** The owners that the token names; an administrator's may be empty. */
  owners: v.array(ownerId),
});
