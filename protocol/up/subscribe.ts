import * as v from "valibot";
import { ownerId, requestId } from "../fields.ts";

/** Asks for an owner's metrics from now on. Answered by the first `snapshot`, or by `ack` where that must wait, or by `nack`. */
export const subscribe = v.object({ type: v.literal("subscribe"), id: requestId, ownerId });
