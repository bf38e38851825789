import * as v from "valibot";
import { ownerId, requestId } from "../fields.ts";

/** No more frames about this owner after the `ack`. */
export const unsubscribe = v.object({ type: v.literal("unsubscribe"), id: requestId, ownerId });
