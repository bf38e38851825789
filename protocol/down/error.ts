import * as v from "valibot";
import { ERROR_CODES } from "../codes.ts";
import { timestamp } from "../fields.ts";

/** A message made no sense; the connection stays, until it happens too often. */
export const error = v.object({
  type: v.literal("error"),
  timestamp,
  code: v.picklist(ERROR_CODES),
  message: v.string(),
});
