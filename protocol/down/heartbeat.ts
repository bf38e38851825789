import * as v from "valibot";
import { timestamp } from "../fields.ts";

/** The connection works. Browsers can't see protocol pings. */
export const heartbeat = v.object({ type: v.literal("heartbeat"), timestamp });
