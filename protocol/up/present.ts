import * as v from "valibot";
import { requestId, topic } from "../fields.ts";
import { presenceState } from "../json.ts";

/**
 * What this client says of its user to those at a subscribed channel. Answered by `ack` or `nack`. Who is subscribed is there without it;
 * a field that is left out stays as it is.
 */
export const present = v.object({
  type: v.literal("present"),
  id: requestId,
  topic,
  /** Any JSON; `null` takes it back. */
  state: v.optional(presenceState),
  /** This client is out of sight; a user is away when all of theirs are. */
  away: v.optional(v.boolean()),
});
