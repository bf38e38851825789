import * as v from "valibot";
import { ERROR_CODES } from "../codes.ts";
import { requestId, timestamp } from "../fields.ts";

/** A message made no sense; the connection stays, until it happens too often. */
export const error = v.object({
  type: v.literal("error"),
  timestamp,
  /** Of the request that made no sense, where it had one that can be read. */
  id: v.optional(requestId),
  code: v.picklist(ERROR_CODES),
  message: v.string(),
});
