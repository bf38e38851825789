import * as v from "valibot";
import { requestId, topic } from "../fields.ts";

/**
 * Asks for a topic's document and events from now on. Answered by the first `snapshot`, or by `ack` where that must wait, or by `nack`.
 * `resume`: the last cursor that the client saw of this topic; any text that isn't one is as good as an old one.
 */
export const subscribe = v.object({
  type: v.literal("subscribe"),
  id: requestId,
  topic,
  resume: v.optional(v.string()),
});
