import * as v from "valibot";
import { requestId, timestamp } from "../fields.ts";
import { answer } from "../operation.ts";

/**
 * The `operate` with this `id` was done. What became of the operations that are not in `answers` comes with the rows, in `ops` of a
 * `rows_changed`; it may be there already.
 */
export const operated = v.object({
  type: v.literal("operated"),
  timestamp,
  id: requestId,
  answers: v.array(answer),
});
