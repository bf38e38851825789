import * as v from "valibot";
import { requestId, topic } from "../fields.ts";

/** Asks for the whole document of a subscribed topic: after a gap. */
export const snapshotRequest = v.object({ type: v.literal("snapshot"), id: requestId, topic });
