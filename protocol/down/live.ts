import * as v from "valibot";
import { ownerId, timestamp } from "../fields.ts";

/** The daemon vouches for the owner's numbers again. */
export const live = v.object({ type: v.literal("live"), timestamp, ownerId });
