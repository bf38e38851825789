import * as v from "valibot";
import { instant, ownerId, timestamp } from "../fields.ts";

/** The daemon can't vouch for the owner's numbers since that instant. */
export const stale = v.object({ type: v.literal("stale"), timestamp, ownerId, since: instant, reason: v.string() });
