import * as v from "valibot";
import { milliseconds, timestamp } from "../fields.ts";

/** The daemon is about to close: reconnect after a random time between the two. */
export const bye = v.object({ type: v.literal("bye"), timestamp, retryMs: v.tuple([milliseconds, milliseconds]) });
