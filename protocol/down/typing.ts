import * as v from "valibot";
import { timestamp, topic, user } from "../fields.ts";

/** Who is typing at a channel: all of them, in the order in which they began; they replace whom the client has. */
export const typing = v.object({
  type: v.literal("typing"),
  timestamp,
  topic,
  users: v.array(user),
  /** So many more, who are not named. */
  more: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
});
