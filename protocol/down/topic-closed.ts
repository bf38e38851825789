import * as v from "valibot";
import { timestamp, topic } from "../fields.ts";

/** The subscription has ended: no more frames about this topic. */
export const topicClosed = v.object({
  type: v.literal("topic_closed"),
  timestamp,
  topic,
  /**
   * `removed`: its bearer may see it no more, or is shown nothing; `deleted`: there is no such topic any more; `too_large`: it has more rows
   * than are sent at once, or too many members. A client ignores a reason that it does not know.
   */
  reason: v.string(),
});
