import * as v from "valibot";
import { requestId, timestamp, topic } from "../fields.ts";

/** The request with this `id` was done. After a `subscribe`: its snapshot will follow without an `id`. */
export const ack = v.object({
  type: v.literal("ack"),
  timestamp,
  id: requestId,
  /** After a `subscribe` or `snapshot`: the topic as all frames about it spell it. */
  topic: v.optional(topic),
});
