import * as v from "valibot";
import { milliseconds, timestamp, topic } from "../fields.ts";
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
  /** The topics that the token names, spelt as all frames about them spell them; an administrator's may be empty. */
  topics: v.array(topic),
});
