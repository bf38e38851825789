import * as v from "valibot";
import { NACK_CODES } from "../codes.ts";
import { requestId, timestamp } from "../fields.ts";

/** The request with this `id` was refused; the connection stays. */
export const nack = v.object({
  type: v.literal("nack"),
  timestamp,
  id: requestId,
  code: v.picklist(NACK_CODES),
  message: v.string(),
});
