import * as v from "valibot";
import { requestId, rowPosition, topic } from "../fields.ts";
import { MAX_PAGE_ROWS, MAX_POSITION_LENGTH } from "../limits.ts";

/** Asks for older rows of a subscribed channel than those from a position on: a page of them, answered by `history` or `nack`. */
export const history = v.object({
  type: v.literal("history"),
  id: requestId,
  topic,
  /** The name of the set. */
  rows: v.pipe(v.string(), v.maxLength(31)),
  /** A position: the first that the client holds, which `from` said. */
  before: v.pipe(rowPosition, v.maxLength(MAX_POSITION_LENGTH)),
  limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_PAGE_ROWS)),
});
