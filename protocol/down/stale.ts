import * as v from "valibot";
import { instant, timestamp, topic } from "../fields.ts";

/** The daemon can't vouch for the topic's numbers since that instant. */
export const stale = v.object({ type: v.literal("stale"), timestamp, topic, since: instant, reason: v.string() });
