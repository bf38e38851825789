import * as v from "valibot";
import { ownerId, requestId, timestamp } from "../fields.ts";

/** The request with this `id` was done. After a `subscribe`: its snapshot will follow without an `id`. */
export const ack = v.object({
  type: v.literal("ack"),
  timestamp,
  id: requestId,
  /** After a `subscribe` or `snapshot`: the owner's key as all frames about it spell it. */
  ownerId: v.optional(ownerId),
});
