import * as v from "valibot";
import { timestamp, topic } from "../fields.ts";

/** The daemon vouches for the topic's numbers again. */
export const live = v.object({ type: v.literal("live"), timestamp, topic });
