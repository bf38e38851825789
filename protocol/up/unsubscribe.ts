import * as v from "valibot";
import { requestId, topic } from "../fields.ts";

/** No more frames about this topic after the `ack`. */
export const unsubscribe = v.object({ type: v.literal("unsubscribe"), id: requestId, topic });
