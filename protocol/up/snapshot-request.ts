import * as v from "valibot";
import { ownerId, requestId } from "../fields.ts";

/** Asks for the whole document of a subscribed owner: after a gap. */
export const snapshotRequest = v.object({ type: v.literal("snapshot"), id: requestId, ownerId });
