import * as v from "valibot";
import { requestId, topic } from "../fields.ts";

/**
 * The user of this client types at a subscribed channel, or does so no more. It holds for 6 s: said again every 3 s while they type.
 * Answered by `ack` or `nack`; without an `id` only a refusal is, by `error`.
 */
export const typing = v.object({
  type: v.literal("typing"),
  id: v.optional(requestId),
  topic,
  on: v.boolean(),
});
