import * as v from "valibot";
import { requestId } from "../fields.ts";

/** Is the connection alive? Answered by `ack`. */
export const ping = v.object({ type: v.literal("ping"), id: requestId });
