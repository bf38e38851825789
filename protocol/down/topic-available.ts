import * as v from "valibot";
import { timestamp, topic } from "../fields.ts";

/** The bearer may see this topic from now on: whoever wants it subscribes. It may come for one that was seen already. */
export const topicAvailable = v.object({ type: v.literal("topic_available"), timestamp, topic });
