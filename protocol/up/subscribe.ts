import * as v from "valibot";
import { ownerId, requestId } from "../fields.ts";

/**
 * Asks for an owner's metrics and events from now on. Answered by the first `snapshot`, or by `ack` where that must wait, or by `nack`.
 * `resume`: the last cursor that the client saw of this owner; any text that isn't one is as good as an old one.
 */
export const subscribe = v.object({
  type: v.literal("subscribe"),
  id: requestId,
  ownerId,
  resume: v.optional(v.string()),
});
